package io.pikaferry.standin.settings;

/**
 * What a master measures silence by. Tests with recorded slaves put theirs forward by the pauses those made. Safe for use by
 * many threads.
 */
@FunctionalInterface
public interface Ticker {

    Ticker SYSTEM = System::nanoTime;

    /** As {@link System#nanoTime}. */
    long nanos();
}
