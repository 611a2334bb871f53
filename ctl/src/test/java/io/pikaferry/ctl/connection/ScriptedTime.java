package io.pikaferry.ctl.connection;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** A clock that moves only when somebody waits, and lets something happen meanwhile. When the script is at its end, waiting is interrupted. */
public final class ScriptedTime implements Time {

    private final Deque<Runnable> script = new ArrayDeque<>();
    private final boolean endless;
    private Instant now;
    private Duration waited = Duration.ZERO;

    private ScriptedTime(Instant start, boolean endless) {
        this.now = start;
        this.endless = endless;
    }

    public static ScriptedTime endless(Instant start) {
        return new ScriptedTime(start, true);
    }

    public static ScriptedTime interruptedAtTheEnd(Instant start) {
        return new ScriptedTime(start, false);
    }

    /** What happens during the next wait for which nothing has been said yet. */
    public ScriptedTime then(Runnable happening) {
        script.add(happening);
        return this;
    }

    public Duration waited() {
        return waited;
    }

    @Override
    public Instant now() {
        return now;
    }

    @Override
    public void pause(Duration length) throws InterruptedException {
        if (script.isEmpty() && !endless) {
            throw new InterruptedException("the script is at its end");
        }
        now = now.plus(length);
        waited = waited.plus(length);
        if (!script.isEmpty()) {
            script.remove().run();
        }
    }
}
