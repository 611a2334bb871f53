package io.pikaferry.standin.command;

/** Part of a sequence by first and last index, negative ones counted from the end. */
record Range(int first, int size) {

    static Range of(long start, long stop, int length) {
        long first = Math.max(0, start < 0 ? length + start : start);
        long last = Math.min(length - 1L, stop < 0 ? length + stop : stop);
        return first > last ? new Range(0, 0) : new Range((int) first, (int) (last - first + 1));
    }
}
