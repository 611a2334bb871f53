package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

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

    /**
     * Limits that are to hold from now on; what is empty stays as it is.
     *
     * @param commandsPerSecond 0 for as fast as it goes
     * @param bytesPerSecond 0 for as fast as it goes
     */
    record LimitsSet(OptionalLong commandsPerSecond, OptionalLong bytesPerSecond, Optional<Throttle> throttle)
            implements JobEvent {
        public LimitsSet {
            requireNonNull(throttle, "throttle is null");
            if (commandsPerSecond.isEmpty() && bytesPerSecond.isEmpty() && throttle.isEmpty()) {
                throw new IllegalArgumentException("no limit is named");
            }
        }

        @Override
        public String refusal() {
            return "have its limits set";
        }

        JobSpec applyTo(JobSpec spec) {
            return spec.limited(
                    new RateLimit(
                            commandsPerSecond.orElse(spec.rate().commandsPerSecond()),
                            bytesPerSecond.orElse(spec.rate().bytesPerSecond())),
                    throttle.orElse(spec.throttle()));
        }

        /** For the journal. */
        String words() {
            List<String> words = new ArrayList<>();
            commandsPerSecond.ifPresent(commands -> words.add("rate-commands " + RateLimit.said(commands)));
            bytesPerSecond.ifPresent(bytes -> words.add("rate-bytes " + RateLimit.said(bytes)));
            throttle.ifPresent(setting -> words.add("throttle " + setting.name().toLowerCase(Locale.ROOT)));
            return String.join(", ", words);
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
