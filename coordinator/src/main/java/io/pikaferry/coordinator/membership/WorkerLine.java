package io.pikaferry.coordinator.membership;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;

/**
 * What can be said to a worker while its session lasts. Calls do not block and do not fail: what is said into a
 * broken line is lost, and said again in the next session. Safe for use by many threads.
 */
public interface WorkerLine {

    void assign(AssignOrder order);

    void tune(JobId job, long epoch, Limits limits);

    void grant(JobId job, long epoch);

    void revoke(JobId job, long epoch, String why);

    /** Hangs up. */
    void end(FerryException why);
}
