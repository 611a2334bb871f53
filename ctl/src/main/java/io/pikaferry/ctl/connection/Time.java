package io.pikaferry.ctl.connection;

import java.time.Duration;
import java.time.Instant;

/** The clock, and waiting for it. */
public interface Time {

    Instant now();

    void pause(Duration length) throws InterruptedException;

    /** The machine's own. */
    static Time system() {
        return new Time() {
            @Override
            public Instant now() {
                return Instant.now();
            }

            @Override
            public void pause(Duration length) throws InterruptedException {
                Thread.sleep(length.toMillis());
            }
        };
    }
}
