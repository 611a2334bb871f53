package io.pikaferry.worker.sender;

/** How the source computes with expiries. */
public interface ExpiryRule {

    /**
     * Whether a key with this expiry was gone at the source when it executed something.
     *
     * @param executedAtSeconds since the epoch; 0, unknown: it was there
     */
    boolean gone(long expireAtMillis, long executedAtSeconds);

    /** Whether it may have been gone, or not: the source's log does not say. */
    boolean unsure(long expireAtMillis, long executedAtSeconds);

    /**
     * Whether it was {@link #gone} by so little that the item may have found it: the time is that of logging, a moment after it was
     * executed.
     */
    boolean narrowly(long expireAtMillis, long executedAtSeconds);

    /** Whether it gives a collection that was emptied and is filled again the expiry it had (ADR 19). */
    default boolean remembersEmptied() {
        return false;
    }
}
