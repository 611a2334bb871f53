package io.pikaferry.coordinator.job;

import io.pikaferry.coordinator.job.JobEvent.Assigned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.time.Instant;
import java.util.Map;

/** Jobs for tests: a field a test does not speak of has the same value everywhere. */
public final class Jobs {

    public static final JobId ORDERS = new JobId("orders");
    public static final WorkerId W1 = new WorkerId("w1");
    public static final WorkerId W2 = new WorkerId("w2");
    public static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");
    /** The process that every worker is in until a test restarts it. */
    public static final String FIRST = "first";

    private Jobs() {}

    public static JobSpec spec(String name) {
        return spec(name, "redis://10.0.0.9:6379");
    }

    public static JobSpec spec(String name, String target) {
        return new JobSpec(
                new JobId(name),
                new Endpoint("10.0.0.5", 9221),
                TargetUri.parse(target),
                FullSync.AUTO,
                JobSpec.DEFAULT_LANES,
                OnExistingKeys.FAIL,
                OnError.RECORD,
                TypeConflict.PREFER,
                Map.of(),
                Map.of(),
                Map.of(),
                RateLimit.UNLIMITED,
                Throttle.AUTO);
    }

    public static JobSpec forced(String name) {
        JobSpec spec = spec(name);
        return new JobSpec(
                spec.name(),
                spec.source(),
                spec.target(),
                FullSync.FORCE,
                spec.lanes(),
                spec.onExistingKeys(),
                spec.onError(),
                spec.typeConflict(),
                spec.databases(),
                spec.labels(),
                spec.workerSelector(),
                spec.rate(),
                spec.throttle());
    }

    public static JobSpec selecting(String name, Map<String, String> workerSelector) {
        JobSpec spec = spec(name);
        return new JobSpec(
                spec.name(),
                spec.source(),
                spec.target(),
                spec.fullSync(),
                spec.lanes(),
                spec.onExistingKeys(),
                spec.onError(),
                spec.typeConflict(),
                spec.databases(),
                spec.labels(),
                workerSelector,
                spec.rate(),
                spec.throttle());
    }

    public static MigrationJob pending(String name) {
        return MigrationJob.submitted(spec(name), false, 0, NOON);
    }

    /** The job named orders, in that state. */
    public static MigrationJob job(JobState observed) {
        MigrationJob pending = pending("orders");
        return switch (observed) {
            case PENDING -> pending;
            case RUNNING -> runningOn(W1, "orders");
            case PAUSED -> after(pending, new JobEvent.PauseRequested());
            case BLOCKED -> after(
                    runningOn(W1, "orders"),
                    new JobEvent.Blocked(1, new Reason(ErrorCode.BINLOG_PURGED, "db0 is gone up to file 17")));
            case STOPPED -> after(pending, new JobEvent.StopRequested());
            case COMPLETED -> after(runningOn(W1, "orders"), new JobEvent.Completed(1));
        };
    }

    public static MigrationJob runningOn(WorkerId worker, String name) {
        return after(pending(name), new Assigned(new Holder(worker, FIRST)));
    }

    public static MigrationJob after(MigrationJob job, JobEvent event) {
        return JobStateMachine.apply(job, event, NOON);
    }
}
