package io.pikaferry.coordinator.report;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.Reason;

/** With what a worker has let go of a job. */
public sealed interface Outcome {

    JobEvent underEpoch(long epoch);

    /** It was told to, or is leaving. */
    record HandedBack() implements Outcome {
        @Override
        public JobEvent underEpoch(long epoch) {
            return new JobEvent.Released(epoch);
        }
    }

    record Blocked(Reason reason) implements Outcome {
        public Blocked {
            requireNonNull(reason, "reason is null");
        }

        @Override
        public JobEvent underEpoch(long epoch) {
            return new JobEvent.Blocked(epoch, reason);
        }
    }

    record Completed() implements Outcome {
        @Override
        public JobEvent underEpoch(long epoch) {
            return new JobEvent.Completed(epoch);
        }
    }
}
