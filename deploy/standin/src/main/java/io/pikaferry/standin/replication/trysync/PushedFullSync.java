package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.rsync.RsyncPush;
import io.pikaferry.standin.rsync.RsyncTarget;
import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The full sync of 2.3 and 3.0: dump and push run one after another in one thread, one push at a time
 * for an address; nobody is told when one fails (spec/replication.md §4.1).
 */
public final class PushedFullSync implements Trysync.FullSync, Closeable {

    /** So many binlog files after a dump a new one is made. */
    private static final long OLD_DUMP_FILES = 50;

    private static final Logger log = LoggerFactory.getLogger(PushedFullSync.class);

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

    private final Dumps dumps;
    private final Binlog binlog;
    private final RsyncPush rsync;
    private final Manner manner;
    private final String masterIp;
    private final int masterPort;
    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "bgsave");
        worker.setDaemon(true);
        return worker;
    });

    public PushedFullSync(Dumps dumps, Binlog binlog, RsyncPush rsync, Manner manner, String masterIp, int masterPort) {
        this.dumps = dumps;
        this.binlog = binlog;
        this.rsync = rsync;
        this.manner = manner;
        this.masterIp = masterIp;
        this.masterPort = masterPort;
    }

    @Override
    public void begin(String slaveIp, int rsyncPort) {
        boolean needsDump = dumps.latest().filter(this::isUsable).isEmpty();
        boolean pushes = running.add(slaveIp + ":" + rsyncPort);
        thread.execute(() -> run(slaveIp, rsyncPort, needsDump, pushes));
    }

    /** BGSAVE by hand. */
    public void dump() {
        thread.execute(() -> run("", 0, true, false));
    }

    private boolean isUsable(Dump dump) {
        long file = dump.info().position().file();
        return dump.directory().toFile().isDirectory()
                && binlog.hasFile(file)
                && binlog.end().file() - file <= OLD_DUMP_FILES;
    }

    private void run(String slaveIp, int rsyncPort, boolean needsDump, boolean pushes) {
        try {
            if (needsDump) {
                dumps.make();
            }
            if (pushes) {
                push(slaveIp, rsyncPort);
            }
        } catch (IOException | RuntimeException e) {
            log.warn("full sync of {}:{} failed", slaveIp, rsyncPort, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (pushes) {
                running.remove(slaveIp + ":" + rsyncPort);
            }
        }
    }

    private void push(String slaveIp, int rsyncPort) throws IOException, InterruptedException {
        Optional<Dump> dump = dumps.latest();
        if (dump.isEmpty()) {
            return;
        }
        String ownIp = manner.probes()
                ? RsyncPush.probeLocalAddress(slaveIp, rsyncPort).orElse(masterIp)
                : masterIp;
        String module = "document_" + ownIp + ":" + masterPort;
        RsyncTarget target = new RsyncTarget(slaveIp, rsyncPort, module, "", Optional.empty());
        if (rsync.sendData(dump.get(), manner.sendOrder(), dumps.format().directories(), target)) {
            rsync.sendInfo(dump.get(), ownIp, masterPort, target);
        }
    }

    /** Breaks off what is running and waits until it has let go of its files. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("a full sync does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
