package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.replication.DumpQueue;
import java.nio.file.Files;
import java.util.function.IntFunction;

/** The full sync of 3.5 and 4.0: a dump is made if need be; the slave fetches it itself (spec/replication.md §4.3). */
public final class PulledDumps implements FullSyncs {

    private static final long OLD_DUMP_FILES = 50;

    private final DumpQueue queue;
    private final IntFunction<Dumps> dumps;
    private final Databases databases;

    public PulledDumps(DumpQueue queue, IntFunction<Dumps> dumps, Databases databases) {
        this.queue = queue;
        this.dumps = dumps;
        this.databases = databases;
    }

    @Override
    public void begin(NodeId slave, int database, long top) {
        Dumps own = dumps.apply(database);
        if (own.latest()
                .filter(dump -> own.isIrreplaceable() || isUsable(dump, database, top))
                .isEmpty()) {
            queue.dump(own);
        }
    }

    private boolean isUsable(Dump dump, int database, long top) {
        long file = dump.info().position().file();
        return Files.isDirectory(dump.directory())
                && databases.get(database).binlog().hasFile(file)
                && top - file <= OLD_DUMP_FILES;
    }
}
