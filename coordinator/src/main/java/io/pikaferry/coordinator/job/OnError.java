package io.pikaferry.coordinator.job;

/** What a job does about a command that the target refuses. */
public enum OnError {
    /** Into the ledger, and on. */
    RECORD,
    /** Into the ledger, and the job is blocked. */
    STOP,
    /** The key is read whole from the source; into the ledger if that fails. */
    RECONCILE,
}
