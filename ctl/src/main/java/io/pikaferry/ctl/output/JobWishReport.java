package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.JobView;
import java.util.List;

/** What has become of a job after the operator wished something of it: in one line, since the wish may take a moment. */
public final class JobWishReport implements Report {

    private final JobView job;

    public JobWishReport(JobView job) {
        this.job = requireNonNull(job, "job is null");
    }

    @Override
    public List<String> table(boolean colour) {
        String worker = job.getWorker().isEmpty() ? "" : " on " + job.getWorker() + " (e" + job.getEpoch() + ")";
        return List.of("%s: desired %s, state %s%s"
                .formatted(job.getSpec().getName(), job.getDesired(), job.getState(), worker));
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
