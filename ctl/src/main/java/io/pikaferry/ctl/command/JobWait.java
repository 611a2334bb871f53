package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobChanges;
import io.pikaferry.ctl.output.JobReading;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * Waits until a job has come to where it is wanted, and tells of its way there. Ends with the job's own reason when it
 * needs a person instead, and with TIMED_OUT when {@code --timeout} was given and is over.
 */
final class JobWait {

    private static final Duration INTERVAL = Duration.ofMillis(100);

    private final Ferryctl ferryctl;

    JobWait(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    JobView until(String name, Goal goal) {
        Instant start = ferryctl.now();
        JobChanges changes = new JobChanges();
        while (true) {
            JobView job = ferryctl.coordinator()
                    .jobs(stub ->
                            stub.getJob(JobRequest.newBuilder().setName(name).build()));
            changes.since(List.of(job), ferryctl.now()).forEach(ferryctl::say);
            JobReading reading = new JobReading(job);
            if (goal.reached().test(reading) || reading.state() == ObservedState.COMPLETED) {
                return job;
            }
            refuseIfHopeless(reading, goal);
            Optional<Duration> timeout = ferryctl.timeout();
            if (timeout.isPresent() && !ferryctl.now().isBefore(start.plus(timeout.get()))) {
                throw new FerryException(
                        ErrorCode.TIMED_OUT,
                        "job %s is %s and not yet %s, after %ds"
                                .formatted(
                                        name,
                                        where(reading),
                                        goal.text(),
                                        timeout.get().toSeconds()));
            }
            pause(name);
        }
    }

    private static void refuseIfHopeless(JobReading job, Goal goal) {
        if (job.message().getDesired() != goal.desired()) {
            throw new FerryException(
                    ErrorCode.ILLEGAL_TRANSITION,
                    "job %s is %s, and to %s is what is desired: it does not become %s"
                            .formatted(job.name(), job.state(), job.message().getDesired(), goal.text()));
        }
        if (job.state() == ObservedState.BLOCKED) {
            ErrorCode code =
                    job.reason().map(Reason::getCode).flatMap(ErrorCode::find).orElse(ErrorCode.INTERNAL);
            String message = job.reason().map(Reason::getMessage).orElse("without a reason");
            throw new FerryException(code, "job %s is BLOCKED: %s".formatted(job.name(), message));
        }
    }

    private static String where(JobReading job) {
        return job.state()
                + job.phase()
                        .map(Phase::name)
                        .map(phase -> " in phase " + phase)
                        .orElse("");
    }

    private void pause(String name) {
        try {
            ferryctl.time().pause(INTERVAL);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FerryException(ErrorCode.TIMED_OUT, "interrupted while waiting for job " + name, e);
        }
    }
}
