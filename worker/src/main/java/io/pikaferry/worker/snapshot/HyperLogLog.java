package io.pikaferry.worker.snapshot;

/** Tells Pika's HyperLogLogs: strings that no PFCOUNT of Redis understands (dump-formats.md §3.4). */
final class HyperLogLog {

    private static final int REGISTERS = 1 << 17;
    private static final int HIGHEST_RANK = 16;

    private HyperLogLog() {}

    /** A guess, for the generations that do not mark them: the right size, and no byte that a register cannot have. */
    static boolean looksLikeOne(byte[] value) {
        if (value.length != REGISTERS) {
            return false;
        }
        for (byte register : value) {
            if (register < 0 || register > HIGHEST_RANK) {
                return false;
            }
        }
        return true;
    }
}
