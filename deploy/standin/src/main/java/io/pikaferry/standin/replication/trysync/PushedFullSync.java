package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.replication.DumpQueue;
import io.pikaferry.standin.rsync.RsyncPush;
import io.pikaferry.standin.rsync.RsyncTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;

/** The full sync of 2.3 and 3.0: rsync to a module named after the master (spec/replication.md §4.1). */
public final class PushedFullSync implements Trysync.FullSync {

    /** So many binlog files after a dump a new one is made. */
    private static final long OLD_DUMP_FILES = 50;

    /**
     * What differs between 2.3 and 3.0.
     *
     * @param sendOrder the dump's directories as readdir gave them to the recorded masters
     * @param probes whether the master looks up its own address by connecting to the slave first
     */
    public record Manner(List<String> sendOrder, boolean probes) {

        public Manner {
            sendOrder = List.copyOf(sendOrder);
        }
    }

    private final DumpQueue queue;
    private final Dumps dumps;
    private final Binlog binlog;
    private final RsyncPush rsync;
    private final Manner manner;
    private final String masterIp;
    private final int masterPort;

    public PushedFullSync(
            DumpQueue queue,
            Dumps dumps,
            Binlog binlog,
            RsyncPush rsync,
            Manner manner,
            String masterIp,
            int masterPort) {
        this.queue = queue;
        this.dumps = dumps;
        this.binlog = binlog;
        this.rsync = rsync;
        this.manner = manner;
        this.masterIp = masterIp;
        this.masterPort = masterPort;
    }

    @Override
    public void begin(String slaveIp, int rsyncPort) {
        if (dumps.latest().filter(this::isUsable).isEmpty()) {
            queue.dump(dumps);
        }
        queue.push(slaveIp + ":" + rsyncPort, dumps, dump -> push(dump, slaveIp, rsyncPort));
    }

    private boolean isUsable(Dump dump) {
        long file = dump.info().position().file();
        return Files.isDirectory(dump.directory())
                && binlog.hasFile(file)
                && binlog.end().file() - file <= OLD_DUMP_FILES;
    }

    private void push(Dump dump, String slaveIp, int rsyncPort) throws IOException, InterruptedException {
        String ownIp = manner.probes()
                ? RsyncPush.probeLocalAddress(slaveIp, rsyncPort).orElse(masterIp)
                : masterIp;
        String module = "document_" + ownIp + ":" + masterPort;
        RsyncTarget target = new RsyncTarget(slaveIp, rsyncPort, module, "", Optional.empty());
        if (rsync.sendData(dump, manner.sendOrder(), dumps.format().directories(), target)) {
            rsync.sendInfo(dump, ownIp, masterPort, target);
        }
    }
}
