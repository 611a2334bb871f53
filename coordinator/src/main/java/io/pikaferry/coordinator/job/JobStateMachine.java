package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.JobState.BLOCKED;
import static io.pikaferry.coordinator.job.JobState.COMPLETED;
import static io.pikaferry.coordinator.job.JobState.PAUSED;
import static io.pikaferry.coordinator.job.JobState.PENDING;
import static io.pikaferry.coordinator.job.JobState.RUNNING;
import static io.pikaferry.coordinator.job.JobState.STOPPED;

import io.pikaferry.coordinator.job.JobEvent.Assigned;
import io.pikaferry.coordinator.job.JobEvent.Blocked;
import io.pikaferry.coordinator.job.JobEvent.Completed;
import io.pikaferry.coordinator.job.JobEvent.FullSyncBegun;
import io.pikaferry.coordinator.job.JobEvent.FullSyncRequested;
import io.pikaferry.coordinator.job.JobEvent.LimitsSet;
import io.pikaferry.coordinator.job.JobEvent.MoveRequested;
import io.pikaferry.coordinator.job.JobEvent.PasswordsGiven;
import io.pikaferry.coordinator.job.JobEvent.PauseRequested;
import io.pikaferry.coordinator.job.JobEvent.Released;
import io.pikaferry.coordinator.job.JobEvent.ResumeRequested;
import io.pikaferry.coordinator.job.JobEvent.StopRequested;
import io.pikaferry.coordinator.job.JobEvent.WorkerLost;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * The life of a job. Pure: reads no clock, touches no store, keeps no state of its own.
 *
 * <pre>
 *              Assigned                  Completed
 *   ┌▶ PENDING ────────▶ RUNNING ─┬──────────────────▶ COMPLETED
 *   │                             │ Blocked
 *   │                             ├──────────────────▶ BLOCKED ─┐
 *   │    Released, WorkerLost:    │                             │
 *   │    where it is desired      ├─ PAUSE ──────────▶ PAUSED ──┤
 *   │                             ├─ STOP ───────────▶ STOPPED  │
 *   │                             └─ RUN ─┐                     │
 *   └─────────────────────────────────────┴── ResumeRequested, ─┘
 *                                             FullSyncRequested
 * </pre>
 *
 * <p>A worker holds the job exactly while RUNNING. So a wish of the operator moves a job at once unless it is
 * RUNNING; then only the wish is kept, the worker is told (see {@code assignment}), and the job moves when the worker
 * has let go. Wishes that are fulfilled already are taken and change nothing. What is not in the table is refused.
 */
public final class JobStateMachine {

    private static final Map<JobState, Map<Class<? extends JobEvent>, Rule>> TRANSITIONS = new EnumMap<>(Map.of(
            PENDING,
                    Map.of(
                            Assigned.class, Rule.to(RUNNING),
                            PauseRequested.class, Rule.to(PAUSED),
                            ResumeRequested.class, Rule.to(PENDING),
                            FullSyncRequested.class, Rule.to(PENDING),
                            StopRequested.class, Rule.to(STOPPED),
                            MoveRequested.class, Rule.to(PENDING),
                            PasswordsGiven.class, Rule.to(PENDING),
                            LimitsSet.class, Rule.to(PENDING)),
            RUNNING,
                    Map.ofEntries(
                            Map.entry(Released.class, Rule.WHERE_DESIRED),
                            Map.entry(WorkerLost.class, Rule.WHERE_DESIRED),
                            Map.entry(Blocked.class, Rule.BLOCKED_UNLESS_STOPPED),
                            Map.entry(Completed.class, Rule.to(COMPLETED)),
                            Map.entry(FullSyncBegun.class, Rule.to(RUNNING)),
                            Map.entry(PauseRequested.class, Rule.to(RUNNING)),
                            Map.entry(ResumeRequested.class, Rule.to(RUNNING)),
                            Map.entry(StopRequested.class, Rule.to(RUNNING)),
                            Map.entry(MoveRequested.class, Rule.to(RUNNING)),
                            Map.entry(PasswordsGiven.class, Rule.to(RUNNING)),
                            Map.entry(LimitsSet.class, Rule.to(RUNNING))),
            PAUSED,
                    Map.of(
                            PauseRequested.class, Rule.to(PAUSED),
                            ResumeRequested.class, Rule.to(PENDING),
                            FullSyncRequested.class, Rule.to(PENDING),
                            StopRequested.class, Rule.to(STOPPED),
                            PasswordsGiven.class, Rule.to(PAUSED),
                            LimitsSet.class, Rule.to(PAUSED)),
            BLOCKED,
                    Map.of(
                            ResumeRequested.class, Rule.to(PENDING),
                            FullSyncRequested.class, Rule.to(PENDING),
                            StopRequested.class, Rule.to(STOPPED),
                            PasswordsGiven.class, Rule.to(BLOCKED),
                            LimitsSet.class, Rule.to(BLOCKED)),
            STOPPED,
                    Map.of(
                            StopRequested.class, Rule.to(STOPPED),
                            PasswordsGiven.class, Rule.to(STOPPED),
                            LimitsSet.class, Rule.to(STOPPED)),
            COMPLETED, Map.of(PasswordsGiven.class, Rule.to(COMPLETED))));

    private JobStateMachine() {}

    /** Where the event leads from the state under the given wish, or empty if it is refused there. */
    static Optional<JobState> next(JobState from, DesiredState desired, Class<? extends JobEvent> event) {
        return Optional.ofNullable(TRANSITIONS.get(from).get(event)).map(rule -> rule.under(desired));
    }

    /**
     * What the event makes of the job.
     *
     * @throws FerryException with STALE_EPOCH if the event speaks of another assignment of the job, with
     *     ILLEGAL_TRANSITION if the job's state does not take the event
     */
    public static MigrationJob apply(MigrationJob job, JobEvent event, Instant at) {
        event.underEpoch().filter(epoch -> epoch != job.epoch()).ifPresent(epoch -> {
            throw new FerryException(
                    ErrorCode.STALE_EPOCH,
                    "job %s is at epoch %d and cannot %s under epoch %d"
                            .formatted(job.id(), job.epoch(), event.refusal(), epoch));
        });
        DesiredState desired = event.wish().orElse(job.desired());
        JobState observed = next(job.observed(), desired, event.getClass())
                .orElseThrow(() -> new FerryException(
                        ErrorCode.ILLEGAL_TRANSITION,
                        "job %s is %s and cannot %s".formatted(job.id(), job.observed(), event.refusal())));

        MigrationJob.Draft next = job.draft();
        next.desired = desired;
        next.observed = observed;
        take(event, job, next);
        if (observed != RUNNING) {
            next.holder = Optional.empty();
        }
        if (observed != BLOCKED) {
            next.reason = Optional.empty();
        }
        if (observed != RUNNING && observed != PENDING) {
            next.move = Optional.empty();
        }
        if (observed != job.observed()) {
            next.since = at;
        }
        return next.done();
    }

    private static void take(JobEvent event, MigrationJob job, MigrationJob.Draft next) {
        if (event instanceof Assigned assigned) {
            next.epoch = job.epoch() + 1;
            next.holder = Optional.of(assigned.holder());
            next.lastWorker = Optional.of(assigned.holder().worker());
            next.move = Optional.empty();
        } else if (event instanceof WorkerLost) {
            next.failovers = job.failovers() + 1;
        } else if (event instanceof Blocked blocked) {
            next.reason = Optional.of(blocked.reason());
        } else if (event instanceof FullSyncRequested) {
            next.forceFullSync = true;
        } else if (event instanceof FullSyncBegun) {
            next.forceFullSync = false;
        } else if (event instanceof MoveRequested move) {
            next.move = Optional.of(new MoveWish(job.worker(), move.to()));
        } else if (event instanceof PasswordsGiven given) {
            next.sourcePassword |= given.source();
            next.targetPassword |= given.target();
        } else if (event instanceof LimitsSet limits) {
            next.spec = limits.applyTo(job.spec());
        }
    }

    /** One cell of the table: a state, or one that depends on where a job at rest is under the operator's wish. */
    private record Rule(UnaryOperator<JobState> target) {
        static final Rule WHERE_DESIRED = new Rule(UnaryOperator.identity());
        /** Who has given a job up does not want to hear what is wrong with it. */
        static final Rule BLOCKED_UNLESS_STOPPED = new Rule(settled -> settled == STOPPED ? STOPPED : BLOCKED);

        static Rule to(JobState state) {
            return new Rule(settled -> state);
        }

        JobState under(DesiredState desired) {
            return target.apply(desired.settled());
        }
    }
}
