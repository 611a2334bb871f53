package io.pikaferry.worker.snapshot;

import static java.util.Objects.requireNonNull;

/**
 * How a dump is read, and what that may cost.
 *
 * @param threads scanning at once
 * @param chunkElements a piece of a collection holds at most so many members, pairs or entries
 * @param chunkBytes and so many bytes, unless a single element is larger
 * @param listBytes a linked list of Pika 2 is put in order in memory up to this size (per thread), a larger one node by node
 * @param unitBytes what a thread takes on at once; larger databases are cut by key ranges
 * @param openFiles of one sub-database at once; each keeps its index in native memory (some 100 KB)
 * @param cacheBytes native memory for blocks that are looked up at random, shared by all sub-databases of a scan
 */
public record SnapshotConfig(
        int threads,
        int chunkElements,
        int chunkBytes,
        int listBytes,
        long unitBytes,
        int openFiles,
        long cacheBytes,
        TypeConflict onTypeConflict) {

    /** What to do with one name that several types have (Pika up to 3.5). */
    public enum TypeConflict {
        /** Carry over what TYPE answers, refuse the others into the ledger. */
        KEEP_FIRST,
        /** End the scan with TYPE_CONFLICT. */
        FAIL
    }

    public SnapshotConfig {
        atLeast("threads", threads, 1);
        atLeast("chunk elements", chunkElements, 1);
        atLeast("chunk bytes", chunkBytes, 1);
        atLeast("list bytes", listBytes, 0);
        atLeast("unit bytes", unitBytes, 1);
        atLeast("open files", openFiles, 20);
        atLeast("cache bytes", cacheBytes, 0);
        requireNonNull(onTypeConflict, "onTypeConflict is null");
    }

    public static SnapshotConfig defaults() {
        int othersThanForSending = Runtime.getRuntime().availableProcessors() - 1;
        return new SnapshotConfig(
                Math.max(1, Math.min(4, othersThanForSending)),
                512,
                1 << 20,
                8 << 20,
                16L << 20,
                128,
                8L << 20,
                TypeConflict.KEEP_FIRST);
    }

    public SnapshotConfig withThreads(int count) {
        return new SnapshotConfig(
                count, chunkElements, chunkBytes, listBytes, unitBytes, openFiles, cacheBytes, onTypeConflict);
    }

    public SnapshotConfig withChunks(int elements, int bytes) {
        return new SnapshotConfig(
                threads, elements, bytes, listBytes, unitBytes, openFiles, cacheBytes, onTypeConflict);
    }

    public SnapshotConfig withListBytes(int bytes) {
        return new SnapshotConfig(
                threads, chunkElements, chunkBytes, bytes, unitBytes, openFiles, cacheBytes, onTypeConflict);
    }

    public SnapshotConfig withUnitBytes(long bytes) {
        return new SnapshotConfig(
                threads, chunkElements, chunkBytes, listBytes, bytes, openFiles, cacheBytes, onTypeConflict);
    }

    public SnapshotConfig withTypeConflict(TypeConflict policy) {
        return new SnapshotConfig(
                threads, chunkElements, chunkBytes, listBytes, unitBytes, openFiles, cacheBytes, policy);
    }

    private static void atLeast(String name, long value, long min) {
        if (value < min) {
            throw new IllegalArgumentException(name + " is " + value + ", less than " + min);
        }
    }
}
