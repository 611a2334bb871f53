package io.pikaferry.coordinator.assignment;

import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import java.util.Map;

/**
 * What is to change.
 *
 * @param assign which PENDING job goes to which worker, in order
 * @param revoke which RUNNING job its worker is to let go of, and why
 * @param unplaced which PENDING job finds no worker, and why
 */
record Plan(Map<JobId, WorkerId> assign, Map<JobId, String> revoke, Map<JobId, String> unplaced) {}
