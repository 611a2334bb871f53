package io.pikaferry.worker.sender;

/**
 * How a job sends.
 *
 * @param lanes connections to the target, each with a thread; fixed for a job, the marks depend on it
 * @param batchUnits units in one transaction at most
 * @param batchBytes bytes in one transaction at most, unless a single unit is larger
 * @param budgetBytes bytes of commands a job holds in memory at most
 */
public record SenderConfig(int lanes, int batchUnits, int batchBytes, int budgetBytes) {

    public static final int DEFAULT_LANES = 4;
    public static final int MAX_LANES = 64;

    public SenderConfig {
        if (lanes < 1 || lanes > MAX_LANES) {
            throw new IllegalArgumentException("lanes must be 1..%d, got %d".formatted(MAX_LANES, lanes));
        }
        if (batchUnits < 1 || batchBytes < 1 || budgetBytes < 1) {
            throw new IllegalArgumentException("sender.batch-units, sender.batch-bytes and sender.budget-bytes must be"
                    + " positive, got %d, %d, %d".formatted(batchUnits, batchBytes, budgetBytes));
        }
    }

    /**
     * More at a time: without transactions no other client of the target waits behind a batch, and a target with much before it is
     * kept busy while we collect garbage.
     */
    public SenderConfig forLoad() {
        return new SenderConfig(lanes, 4 * batchUnits, batchBytes, budgetBytes);
    }

    public static SenderConfig ofLanes(int lanes) {
        return new SenderConfig(lanes, 512, 1 << 20, 16 << 20);
    }
}
