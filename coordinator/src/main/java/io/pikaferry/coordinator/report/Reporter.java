package io.pikaferry.coordinator.report;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;

/** The worker's session a report came from, as far as an answer needs it. Calls do not block; safe for many threads. */
public interface Reporter {

    WorkerId worker();

    /** All that was reported of the job up to the sequence is stored. */
    void acknowledge(JobId job, long epoch, long sequence);

    /** The worker does not hold the job under that epoch (any more). */
    void refuse(JobId job, long epoch, String why);
}
