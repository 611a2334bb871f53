package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;
import java.util.Optional;

/** Something that happened to a job, or that somebody asked of it. */
public sealed interface JobEvent {

    /** What the job cannot do when the event is refused, to follow "cannot". */
    String refusal();

    /** What the operator wants from now on, if that is what the event says. */
    default Optional<DesiredState> wish() {
        return Optional.empty();
    }

    /** The assignment the event speaks of. If the job is at another one, the event is stale. */
    default Optional<Long> underEpoch() {
        return Optional.empty();
    }

    record Assigned(Holder holder) implements JobEvent {
        public Assigned {
            requireNonNull(holder, "holder is null");
        }

        @Override
        public String refusal() {
            return "be assigned";
        }
    }

    /** The worker has let go of the job: nothing of this epoch will reach the target any more. */
    record Released(long epoch) implements JobEvent {
        @Override
        public String refusal() {
            return "be released";
        }

        @Override
        public Optional<Long> underEpoch() {
            return Optional.of(epoch);
        }
    }

    /**
     * The worker is taken for dead.
     *
     * @param how for people: what made us think so
     */
    record WorkerLost(long epoch, String how) implements JobEvent {
        @Override
        public String refusal() {
            return "lose its worker";
        }

        @Override
        public Optional<Long> underEpoch() {
            return Optional.of(epoch);
        }
    }

    record Blocked(long epoch, Reason reason) implements JobEvent {
        public Blocked {
            requireNonNull(reason, "reason is null");
        }

        @Override
        public String refusal() {
            return "be blocked";
        }

        @Override
        public Optional<Long> underEpoch() {
            return Optional.of(epoch);
        }
    }

    record Completed(long epoch) implements JobEvent {
        @Override
        public String refusal() {
            return "be completed";
        }

        @Override
        public Optional<Long> underEpoch() {
            return Optional.of(epoch);
        }
    }

    /** The worker has forgotten marks and checkpoint as it was told to, and is loading a new snapshot. */
    record FullSyncBegun(long epoch) implements JobEvent {
        @Override
        public String refusal() {
            return "begin a full sync";
        }

        @Override
        public Optional<Long> underEpoch() {
            return Optional.of(epoch);
        }
    }

    record PauseRequested() implements JobEvent {
        @Override
        public String refusal() {
            return "be paused";
        }

        @Override
        public Optional<DesiredState> wish() {
            return Optional.of(DesiredState.PAUSE);
        }
    }

    record ResumeRequested() implements JobEvent {
        @Override
        public String refusal() {
            return "be resumed";
        }

        @Override
        public Optional<DesiredState> wish() {
            return Optional.of(DesiredState.RUN);
        }
    }

    /** To be resumed with a new snapshot, whatever checkpoint and marks there are. */
    record FullSyncRequested() implements JobEvent {
        @Override
        public String refusal() {
            return "be resumed with a full sync";
        }

        @Override
        public Optional<DesiredState> wish() {
            return Optional.of(DesiredState.RUN);
        }
    }

    record StopRequested() implements JobEvent {
        @Override
        public String refusal() {
            return "be stopped";
        }

        @Override
        public Optional<DesiredState> wish() {
            return Optional.of(DesiredState.STOP);
        }
    }

    /**
     * To be run elsewhere.
     *
     * @param to empty for anywhere but where it is
     */
    record MoveRequested(Optional<WorkerId> to) implements JobEvent {
        public MoveRequested {
            requireNonNull(to, "to is null");
        }

        @Override
        public String refusal() {
            return "be moved";
        }
    }

    /** New passwords are kept; who runs the job gets them at its next assignment. */
    record PasswordsGiven(boolean source, boolean target) implements JobEvent {
        @Override
        public String refusal() {
            return "take passwords";
        }
    }
}
