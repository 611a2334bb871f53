package io.pikaferry.coordinator.job;

/** What a full sync does about a name that has several types at the source (Pika up to 3.5). */
public enum TypeConflict {
    /** Keep the type that TYPE reports, the others go to the ledger. */
    PREFER,
    FAIL,
}
