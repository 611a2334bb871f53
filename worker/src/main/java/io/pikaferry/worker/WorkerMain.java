package io.pikaferry.worker;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Masters;
import io.pikaferry.worker.pipeline.JobEnvironment;
import io.pikaferry.worker.pipeline.JobSettings;
import io.pikaferry.worker.pipeline.RunningJobs;
import io.pikaferry.worker.pipeline.Stages;
import io.pikaferry.worker.reconcile.SourceKeyReader;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.session.LeaderSession;
import io.pikaferry.worker.session.WorkerIdentity;
import io.pikaferry.worker.snapshot.ParallelScan;
import io.pikaferry.worker.snapshot.SnapshotConfig;
import io.pikaferry.worker.target.JedisLinks;
import io.pikaferry.worker.threads.Threads;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** Starts a worker. The wiring of the whole process is this file, top to bottom. */
public final class WorkerMain implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(WorkerMain.class);
    private static final long HAND_OVER_MILLIS = 8_000;

    /** A job that was here before a crash is back by then, or elsewhere. */
    private static final long LEFTOVERS_MINUTES = 30;

    private final FileLock lock;
    private final RunningJobs jobs;
    private final LeaderSession session;
    private final CountDownLatch ended = new CountDownLatch(1);

    WorkerMain(WorkerOptions options) {
        WorkerConfig config = options.config();
        lock = lock(options.dataDir());
        Masters masters = new Masters(options.ports(), Optional.of(options.advertise()), Generations.dialers());
        Clock clock = Clock.systemUTC();
        jobs = new RunningJobs(
                new Stages(
                        masters,
                        (source, generation) -> new SourceKeyReader(new ClientPort(source), generation, clock),
                        settings -> new ParallelScan(SnapshotConfig.defaults()
                                .withThreads(config.snapshotThreads())
                                .withTypeConflict(
                                        settings.typeConflict() == JobSettings.TypeConflict.FAIL
                                                ? SnapshotConfig.TypeConflict.FAIL
                                                : SnapshotConfig.TypeConflict.KEEP_FIRST)),
                        settings -> new JedisLinks(
                                settings.target(), config.targetConnectTimeout(), config.targetReplyTimeout()),
                        settings -> new SenderConfig(
                                settings.lanes(), config.batchCommands(), config.batchBytes(), config.jobBytes())),
                new JobEnvironment(options.dataDir(), clock, Threads.ofTheMachine()));
        session = new LeaderSession(
                new WorkerIdentity(
                        options.id(),
                        UUID.randomUUID().toString(),
                        options.advertise(),
                        config.capacity(),
                        version(),
                        options.labels(),
                        options.coordinators()),
                jobs);
    }

    private static String version() {
        String version = WorkerMain.class.getPackage().getImplementationVersion();
        return version == null ? "development" : version;
    }

    /** Two workers in one directory would take each other's snapshots away. */
    private static FileLock lock(Path dataDir) {
        try {
            Files.createDirectories(dataDir);
            FileChannel channel = FileChannel.open(
                    dataDir.resolve("worker.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock();
            if (lock != null) {
                return lock;
            }
            channel.close();
        } catch (IOException | OverlappingFileLockException e) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "cannot use --data-dir %s: %s".formatted(dataDir, e), e);
        }
        throw new FerryException(
                ErrorCode.INVALID_ARGUMENT, "--data-dir %s is in use by another worker".formatted(dataDir));
    }

    void start() {
        session.start();
        LOG.atInfo().log("worker started");
    }

    void awaitEnd() throws InterruptedException {
        while (!ended.await(LEFTOVERS_MINUTES, TimeUnit.MINUTES)) {
            jobs.removeLeftovers();
        }
    }

    /** Hands the jobs back: each confirms what is on its way, the coordinator hears of it, then the process may end. */
    @Override
    public void close() {
        jobs.leaving();
        try {
            session.leave();
            long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(HAND_OVER_MILLIS);
            while (System.nanoTime() < deadline && !(jobs.all().isEmpty() && session.allHeard())) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
            if (!jobs.stopAll(HAND_OVER_MILLIS, TimeUnit.MILLISECONDS)) {
                LOG.atWarn().log("some jobs did not end in time; their next worker goes on from their marks");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        session.close();
        try {
            lock.release();
        } catch (IOException e) {
            LOG.atDebug().setCause(e).log("could not release the lock");
        }
        ended.countDown();
    }

    public static void main(String[] args) {
        System.exit(new CommandLine(new WorkerCommand()).execute(args));
    }
}
