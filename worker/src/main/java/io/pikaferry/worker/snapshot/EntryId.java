package io.pikaferry.worker.snapshot;

/** The id of a stream's entry; both halves unsigned. */
record EntryId(long ms, long seq) implements Comparable<EntryId> {

    /** No entry has it: Redis refuses it. */
    static final EntryId ZERO = new EntryId(0, 0);

    @Override
    public int compareTo(EntryId other) {
        int byMs = Long.compareUnsigned(ms, other.ms);
        return byMs != 0 ? byMs : Long.compareUnsigned(seq, other.seq);
    }

    static EntryId max(EntryId one, EntryId other) {
        return one.compareTo(other) >= 0 ? one : other;
    }

    static EntryId min(EntryId one, EntryId other) {
        return one.compareTo(other) <= 0 ? one : other;
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(ms) + "-" + Long.toUnsignedString(seq);
    }
}
