package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.worker.pace.Limits;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The jobs this worker has. Safe for use by many threads; nothing here waits.
 *
 * <p>A job given again under a higher epoch begins when its earlier run has ended: two runs of one job never write at once.
 */
public final class RunningJobs {

    private static final Logger LOG = LoggerFactory.getLogger(RunningJobs.class);

    private final Stages stages;
    private final JobEnvironment environment;
    private final Map<JobId, JobRun> runs = new HashMap<>(); // guarded by this
    private final Map<JobId, Assignment> next = new HashMap<>(); // guarded by this; waits for the run before it to end
    private volatile boolean leaving;
    private volatile Consumer<JobRun> onEnd = run -> {};
    private volatile Runnable onNews = () -> {};

    public RunningJobs(Stages stages, JobEnvironment environment) {
        this.stages = requireNonNull(stages, "stages is null");
        this.environment = requireNonNull(environment, "environment is null");
    }

    /** Hears of each run that has ended, in the run's own thread. */
    public void onEnd(Consumer<JobRun> listener) {
        onEnd = requireNonNull(listener, "listener is null");
    }

    /** Hears when something about a job should be told at once. */
    public void onNews(Runnable listener) {
        onNews = requireNonNull(listener, "listener is null");
    }

    public synchronized void assign(Assignment assignment) {
        JobRun held = runs.get(assignment.job());
        if (held == null) {
            start(assignment);
        } else if (held.assignment().epoch() < assignment.epoch()) {
            next.put(assignment.job(), assignment);
            held.stop();
        }
    }

    private SnapshotOnDisk disk(JobId job) {
        return new SnapshotOnDisk(disks().resolve(job.value()));
    }

    private Path disks() {
        return environment.dataDir().resolve("jobs");
    }

    /** Removes what jobs that are not here have left on the disk, when this process or its predecessor died in a load. */
    public synchronized void removeLeftovers() {
        try (DirectoryStream<Path> homes = Files.newDirectoryStream(disks())) {
            for (Path home : homes) {
                jobOf(home).filter(this::isNotHere).ifPresent(job -> {
                    disk(job).remove();
                    LOG.atInfo().addKeyValue("job", job).log("removed what the job had left on the disk");
                });
            }
        } catch (NoSuchFileException e) {
            LOG.atDebug().log("no job has been here");
        } catch (IOException | FerryException e) {
            LOG.atWarn().log("cannot remove what jobs have left in {}: {}", disks(), e.getMessage());
        }
    }

    private boolean isNotHere(JobId job) {
        return !runs.containsKey(job) && !next.containsKey(job);
    }

    /** Empty: it is not ours. */
    private static Optional<JobId> jobOf(Path home) {
        try {
            return Optional.of(new JobId(home.getFileName().toString()));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void start(Assignment assignment) {
        SnapshotOnDisk disk = disk(assignment.job());
        JobRun run = new JobRun(
                assignment,
                (given, number, progress, ledger, pace, turn) ->
                        new Attempt(given, number, progress, ledger, pace, turn, stages, disk, environment),
                environment,
                this::ended,
                () -> onNews.run());
        runs.put(assignment.job(), run);
        run.start();
    }

    private void ended(JobRun run) {
        if (!leaving && run.outcome() instanceof JobRun.Outcome.HandedBack) {
            disk(run.assignment().job()).clear(); // its next worker takes a snapshot of its own
        }
        onEnd.accept(run);
        synchronized (this) {
            runs.remove(run.assignment().job(), run);
            Optional.ofNullable(next.remove(run.assignment().job())).ifPresent(this::start);
        }
    }

    /** Lets go of the job, if it is held under that epoch or an older one. */
    public synchronized void revoke(JobId job, long epoch) {
        Assignment waiting = next.get(job);
        if (waiting != null && waiting.epoch() <= epoch) {
            next.remove(job);
        }
        JobRun run = runs.get(job);
        if (run != null && run.assignment().epoch() <= epoch) {
            run.stop();
        }
    }

    /** The job may take a snapshot, if it is held under that epoch. */
    public synchronized void grantSnapshot(JobId job, long epoch) {
        JobRun run = runs.get(job);
        if (run != null && run.assignment().epoch() == epoch) {
            run.grantSnapshot();
        }
    }

    /** What the operator allows the job from now on, if it is held under that epoch. */
    public synchronized void limit(JobId job, long epoch, Limits limits) {
        next.computeIfPresent(job, (id, waiting) -> waiting.epoch() == epoch ? waiting.limited(limits) : waiting);
        JobRun run = runs.get(job);
        if (run != null && run.assignment().epoch() == epoch) {
            run.limit(limits);
        }
    }

    public synchronized List<JobRun> all() {
        return new ArrayList<>(runs.values());
    }

    /** The process will end: what is on the disk may be of use to its next life. */
    public void leaving() {
        leaving = true;
    }

    /** Lets go of everything and waits until nothing reaches any target any more. */
    public boolean stopAll(long timeout, TimeUnit unit) throws InterruptedException {
        List<JobRun> held;
        synchronized (this) {
            next.clear();
            held = all();
        }
        held.forEach(JobRun::stop);
        long deadline = System.nanoTime() + unit.toNanos(timeout);
        boolean ended = true;
        for (JobRun run : held) {
            ended &= run.awaitEnd(
                    Math.max(1, TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime())), TimeUnit.MILLISECONDS);
        }
        return ended;
    }
}
