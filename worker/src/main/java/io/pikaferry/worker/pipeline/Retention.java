package io.pikaferry.worker.pipeline;

/**
 * How far a source is from purging what we have not confirmed of a stream.
 *
 * @param filesLeft how many more files the source begins before ours may go
 * @param secondsLeft when that is, at the rate of the last minutes; negative: not in sight
 * @param held whether the source keeps it for us as long as we are connected
 */
public record Retention(long filesLeft, long secondsLeft, boolean held) {

    private static final long NEAR_FILES = 2;
    private static final long NEAR_SECONDS = 600;

    /** Whether somebody should know. */
    boolean isNear() {
        return filesLeft < NEAR_FILES || (secondsLeft >= 0 && secondsLeft < NEAR_SECONDS);
    }
}
