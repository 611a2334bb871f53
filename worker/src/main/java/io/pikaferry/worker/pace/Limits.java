package io.pikaferry.worker.pace;

/**
 * What the operator allows a job.
 *
 * @param commandsPerSecond 0 for as many as it can
 * @param bytesPerSecond 0 for as many as it can
 * @param throttled whether the worker slows the job down by itself when the target is in trouble
 */
public record Limits(long commandsPerSecond, long bytesPerSecond, boolean throttled) {

    public static final Limits NONE = new Limits(0, 0, true);

    public Limits {
        if (commandsPerSecond < 0 || bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "negative rate: %d commands, %d bytes per second".formatted(commandsPerSecond, bytesPerSecond));
        }
    }

    public boolean limitsRate() {
        return commandsPerSecond > 0 || bytesPerSecond > 0;
    }
}
