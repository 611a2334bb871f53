package io.pikaferry.standin.dataset;

/** What stands under a name in one type's namespace: its content and when it expires. */
public abstract sealed class Value permits StringValue, HashValue, ListValue, SetValue, ZsetValue, StreamValue {

    /** No expiry. */
    public static final long NEVER = 0;

    private long expireStamp = NEVER;
    private boolean hyperLogLog;

    /** The instant stored by Pika, in the unit of {@link Expiry}; {@link #NEVER} if there is none. */
    public final long expireStamp() {
        return expireStamp;
    }

    public final void expireAt(long stamp) {
        expireStamp = stamp;
    }

    /** Whether 4.0 would mark the string as its own HyperLogLog. */
    public final boolean isHyperLogLog() {
        return hyperLogLog;
    }

    public final void markHyperLogLog(boolean marked) {
        hyperLogLog = marked;
    }

    /** Whether the collection has run empty and thereby does not exist. */
    public abstract boolean isEmpty();
}
