package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * Executes a batch until it has taken effect: waits where the target may take it later, leaves out what it never will.
 * A broken connection is not waited out: what became of the batch is then unknown.
 */
final class Patience {

    private static final long FIRST_WAIT_MILLIS = 50;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    private final TargetLink link;
    private final LaneJob job;
    private final CountDownLatch closed;

    Patience(TargetLink link, LaneJob job, CountDownLatch closed) {
        this.link = requireNonNull(link, "link is null");
        this.job = requireNonNull(job, "job is null");
        this.closed = requireNonNull(closed, "closed is null");
    }

    /**
     * @param build the batch, without what has been left out
     * @param leaveOut told of each command that has to be left out; the next build must be without it
     * @return what became of the last try, which took effect
     */
    <O> Outcome<O> execute(Supplier<? extends Batch<O>> build, Consumer<Refusal<O>> leaveOut)
            throws InterruptedException {
        long wait = FIRST_WAIT_MILLIS;
        boolean waited = false;
        while (true) {
            Batch<O> batch = build.get();
            long sentAt = job.threads().nanos();
            Outcome<O> outcome = batch.execute(link);
            job.vitals().answered(job.threads().nanos() - sentAt);
            if (outcome.applied()) {
                if (waited) {
                    job.refusals().waiting(Optional.empty());
                }
                return outcome;
            }
            if (outcome.waitFor().isPresent()) {
                TargetError why = outcome.waitFor().get();
                job.refusals().waiting(Optional.of(new FerryException(why.code(), "the target says " + why.message())));
                waited = true;
                if (closed.await(wait, TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("lane closed");
                }
                wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
            } else if (outcome.refusals().isEmpty()) {
                throw new FerryException(ErrorCode.INTERNAL, "a batch was neither taken nor refused");
            } else {
                outcome.refusals().forEach(leaveOut);
            }
        }
    }

    /** Executes commands on the job's own keys and data that cannot be refused for what they are. */
    <O> Outcome<O> execute(Supplier<? extends Batch<O>> build) throws InterruptedException {
        return execute(build, refusal -> {
            throw new FerryException(
                    refusal.error().code(),
                    "the target refused " + refusal.command() + ": "
                            + refusal.error().message());
        });
    }
}
