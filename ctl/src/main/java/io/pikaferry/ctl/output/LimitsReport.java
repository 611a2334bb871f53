package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.JobView;
import java.util.List;

/** What a job is allowed after the operator has changed it, in one line; its worker knows a moment later. */
public final class LimitsReport implements Report {

    private final JobView job;

    public LimitsReport(JobView job) {
        this.job = requireNonNull(job, "job is null");
    }

    @Override
    public List<String> table(boolean colour) {
        return List.of("%s: %s, throttle %s"
                .formatted(
                        job.getSpec().getName(),
                        Words.rate(job.getSpec().getRate()).orElse("no limit"),
                        Words.choice("THROTTLE_", job.getSpec().getThrottle(), "auto")));
    }

    @Override
    public Object document() {
        return JobDocument.of(new JobReading(job));
    }

    @Override
    public List<String> names() {
        return List.of(job.getSpec().getName());
    }
}
