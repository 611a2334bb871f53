package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.replication.DumpQueue;
import io.pikaferry.standin.rsync.RsyncPush;
import io.pikaferry.standin.rsync.RsyncTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** The full sync of 3.1 to 3.4: rsync with a password to the module {@code document} (spec/replication.md §4.2). */
public final class PushedDumps implements FullSyncs {

    private static final int RSYNC_PORT_SHIFT = 1000;
    private static final long OLD_DUMP_FILES = 50;

    private final DumpQueue queue;
    private final IntFunction<Dumps> dumps;
    private final Databases databases;
    private final RsyncPush rsync;
    private final List<String> sendOrder;
    private final Path passwordFile;
    private final String masterIp;
    private final int masterPort;

    /**
     * Pushes through that queue.
     *
     * @param dumps by database
     * @param sendOrder a dump's directories as readdir gave them to the recorded masters
     * @param passwordFile what {@code rsync_user} authenticates with
     */
    public PushedDumps(
            DumpQueue queue,
            IntFunction<Dumps> dumps,
            Databases databases,
            RsyncPush rsync,
            List<String> sendOrder,
            Path passwordFile,
            String masterIp,
            int masterPort) {
        this.queue = queue;
        this.dumps = dumps;
        this.databases = databases;
        this.rsync = rsync;
        this.sendOrder = List.copyOf(sendOrder);
        this.passwordFile = passwordFile;
        this.masterIp = masterIp;
        this.masterPort = masterPort;
    }

    @Override
    public void begin(NodeId slave, int database, long top) {
        Dumps own = dumps.apply(database);
        if (own.latest()
                .filter(dump -> own.isIrreplaceable() || isUsable(dump, database, top))
                .isEmpty()) {
            queue.dump(own);
        }
        queue.push(slave + " " + databases.get(database).path(), own, dump -> push(dump, own, slave, database));
    }

    /** Unsigned as in Pika: a file number before the dump's asks for a new dump too. */
    private boolean isUsable(Dump dump, int database, long top) {
        long file = dump.info().position().file();
        return Files.isDirectory(dump.directory())
                && databases.get(database).binlog().hasFile(file)
                && ((top - file) & 0xffffffffL) <= OLD_DUMP_FILES;
    }

    private void push(Dump dump, Dumps own, NodeId slave, int database) throws IOException, InterruptedException {
        int port = slave.port() + RSYNC_PORT_SHIFT;
        String prefix = databases.get(database).path() + "/";
        RsyncTarget target = new RsyncTarget(slave.ip(), port, "document", prefix, Optional.of(passwordFile));
        if (rsync.sendData(dump, sendOrder, own.format().directories(), target)) {
            String ownIp = RsyncPush.probeLocalAddress(slave.ip(), port).orElse(masterIp);
            rsync.sendInfo(dump, ownIp, masterPort, target);
        }
    }
}
