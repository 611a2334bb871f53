package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.ErrorCode.Blame;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.sender.Refused;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * A job while this worker has it: one try after the other, each from what the target says it has, until it is taken away or
 * needs a person.
 *
 * <p>What is the environment's fault is tried again, with a growing pause; everything else blocks the job and says why.
 *
 * <p>Threads: one of its own; all methods may be called from any.
 */
public final class JobRun {

    /** How it ended. */
    public sealed interface Outcome {
        /** Taken away, or the worker is leaving; nothing of it will reach the target any more. */
        record HandedBack() implements Outcome {}

        /** Needs a person. */
        record Blocked(FerryException why) implements Outcome {}

        /** Has nothing left to do. */
        record Completed() implements Outcome {}
    }

    private static final Logger LOG = LoggerFactory.getLogger(JobRun.class);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long WIND_UP_MILLIS = 3_000;

    private final Assignment assignment;
    private final AttemptFactory attempts;
    private final Pace pace;
    private final SnapshotTurn turn;
    private final Progress progress;
    private final Ledger ledger;
    private final Consumer<JobRun> onEnd;
    private final CountDownLatch stopped;
    private final CountDownLatch ended;
    private final Thread thread;
    private volatile Optional<FerryException> mustStop = Optional.empty();
    private volatile Optional<Attempt> current = Optional.empty();
    private volatile Outcome outcome = new Outcome.HandedBack();

    /** Makes the tries. */
    interface AttemptFactory {
        Attempt next(
                Assignment assignment, long number, Progress progress, Ledger ledger, Pace pace, SnapshotTurn turn);
    }

    /** @param onNews hears when something of it should be told at once; must not wait */
    JobRun(
            Assignment assignment,
            AttemptFactory attempts,
            JobEnvironment environment,
            Consumer<JobRun> onEnd,
            Runnable onNews) {
        this.assignment = requireNonNull(assignment, "assignment is null");
        this.attempts = requireNonNull(attempts, "attempts is null");
        this.pace = new Pace(environment.threads(), assignment.settings().limits());
        this.turn = new SnapshotTurn(environment.threads(), onNews);
        this.progress = new Progress(environment.clock(), pace, turn, onNews);
        this.ledger = new Ledger(environment.clock(), progress::retrying, this::stopBecauseOf);
        this.onEnd = requireNonNull(onEnd, "onEnd is null");
        this.stopped = environment.threads().latch(1);
        this.ended = environment.threads().latch(1);
        this.thread = environment.threads().thread("job-" + assignment.job(), this::run);
    }

    public Assignment assignment() {
        return assignment;
    }

    public JobStatus status() {
        current.ifPresent(Attempt::publishProgress);
        return progress.status();
    }

    public Ledger ledger() {
        return ledger;
    }

    /** To be asked after it has ended. */
    public Outcome outcome() {
        return outcome;
    }

    void start() {
        thread.start();
    }

    /** Lets go of the job: what is on its way is still confirmed, if that goes quickly. Returns at once. */
    public void stop() {
        stopped.countDown();
        current.ifPresent(Attempt::wind);
        CompletableFuture.delayedExecutor(WIND_UP_MILLIS, TimeUnit.MILLISECONDS)
                .execute(() -> current.ifPresent(Attempt::abandon));
    }

    /** The job may take a snapshot, if that is what it waits for. */
    public void grantSnapshot() {
        turn.grant();
    }

    /** What the operator allows from now on. */
    public void limit(Limits limits) {
        pace.limit(limits);
    }

    /** Waits until nothing of the job reaches the target any more. */
    public boolean awaitEnd(long timeout, TimeUnit unit) throws InterruptedException {
        return ended.await(timeout, unit);
    }

    /** An operator wants the keys of these entries of the ledger read again; to be repeated until the ledger answers. */
    public void mend(List<Refused> wished) {
        current.ifPresent(attempt -> attempt.mend(wished));
    }

    /** An entry stands in the ledger for good, and it did not before. */
    public void stopBecauseOf(Refused entry) {
        if (assignment.settings().onError() == JobSettings.OnError.STOP && mustStop.isEmpty()) {
            mustStop = Optional.of(new FerryException(
                    entry.code(), "%s, and the job's policy is to stop then".formatted(entry.message())));
            current.ifPresent(Attempt::abandon);
        }
    }

    private void run() {
        MDC.put("job", assignment.job().value());
        MDC.put("epoch", Long.toString(assignment.epoch()));
        try {
            outcome = tries();
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("job ended unexpectedly");
            outcome = new Outcome.Blocked(new FerryException(ErrorCode.INTERNAL, "the job ended by " + e, e));
        } finally {
            MDC.clear();
            try {
                onEnd.accept(this);
            } finally {
                ended.countDown();
            }
        }
    }

    private Outcome tries() {
        long pause = FIRST_PAUSE_MILLIS;
        for (long number = 1; stopped.getCount() > 0; number++) {
            boolean keepsTurn = false;
            Attempt attempt = attempts.next(assignment, number, progress, ledger, pace, turn);
            current = Optional.of(attempt);
            try {
                if (stopped.getCount() > 0) {
                    attempt.run();
                }
                return new Outcome.HandedBack();
            } catch (InterruptedException e) {
                if (stopped.getCount() == 0) {
                    return new Outcome.HandedBack();
                }
            } catch (FerryException e) {
                if (mustStop.isPresent()) {
                    return new Outcome.Blocked(mustStop.get());
                }
                if (e.code() == ErrorCode.STALE_EPOCH) {
                    LOG.atInfo().log("job was taken over: {}", e.getMessage());
                    return new Outcome.HandedBack();
                }
                if (e.code() == ErrorCode.FULL_SYNC_WAITS) {
                    keepsTurn = true; // nothing has failed
                    continue;
                }
                if (e.code().blame() != Blame.ENVIRONMENT && e.code().blame() != Blame.NOBODY) {
                    LOG.atWarn().addKeyValue("error", e.code().id()).log("job blocked: {}", e.getMessage());
                    return new Outcome.Blocked(e);
                }
                LOG.atWarn().addKeyValue("error", e.code().id()).log("try {} failed: {}", number, e.getMessage());
                progress.retrying(Optional.of(e));
            } finally {
                attempt.close();
                if (!keepsTurn) {
                    turn.over();
                }
            }
            if (mustStop.isPresent()) {
                return new Outcome.Blocked(mustStop.get());
            }
            pause = attempt.hasApplied() ? FIRST_PAUSE_MILLIS : pause;
            pause(pause);
            pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
        }
        return new Outcome.HandedBack();
    }

    private void pause(long millis) {
        try {
            if (stopped.await(millis, TimeUnit.MILLISECONDS)) {
                LOG.atDebug().log("stopped while waiting to try again");
            }
        } catch (InterruptedException e) {
            LOG.atDebug().log("woken while waiting to try again");
        }
    }
}
