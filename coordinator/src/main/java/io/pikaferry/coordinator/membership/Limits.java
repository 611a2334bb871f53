package io.pikaferry.coordinator.membership;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.JobSpec;
import io.pikaferry.coordinator.job.RateLimit;
import io.pikaferry.coordinator.job.Throttle;

/** What of a job's spec may change while a worker has the job. */
public record Limits(RateLimit rate, Throttle throttle) {

    public Limits {
        requireNonNull(rate, "rate is null");
        requireNonNull(throttle, "throttle is null");
    }

    public static Limits of(JobSpec spec) {
        return new Limits(spec.rate(), spec.throttle());
    }
}
