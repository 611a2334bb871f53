package io.pikaferry.coordinator.job;

/** When a job takes a snapshot of its source. */
public enum FullSync {
    /** Resume if there is a checkpoint, else take a snapshot. */
    AUTO,
    /** Take a snapshot at the job's first assignment even if the target holds marks; once, not after each failover. */
    FORCE,
    /** Follow the binlog only. */
    NEVER,
}
