package io.pikaferry.coordinator.job;

/**
 * How fast a job may write to its target.
 *
 * @param commandsPerSecond 0 for as fast as it goes
 * @param bytesPerSecond 0 for as fast as it goes
 */
public record RateLimit(long commandsPerSecond, long bytesPerSecond) {

    public static final RateLimit UNLIMITED = new RateLimit(0, 0);

    public RateLimit {
        if (commandsPerSecond < 0 || bytesPerSecond < 0) {
            throw new IllegalArgumentException(
                    "negative rate: %d commands, %d bytes per second".formatted(commandsPerSecond, bytesPerSecond));
        }
    }

    @Override
    public String toString() {
        return said(commandsPerSecond) + " commands/s, " + said(bytesPerSecond) + " bytes/s";
    }

    static String said(long perSecond) {
        return perSecond == 0 ? "unlimited" : Long.toString(perSecond);
    }
}
