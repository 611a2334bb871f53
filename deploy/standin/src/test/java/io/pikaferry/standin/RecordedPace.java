package io.pikaferry.standin;

import io.pikaferry.standin.Transcript.Line;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * When the slave of a recorded session acts: at the recorded time, and on a machine that is late never sooner after what was
 * before than recorded. A master that has only so long to notice something has that long here too.
 */
final class RecordedPace {

    private final long began = System.nanoTime();
    private final long firstMillis;
    private final int speed;
    private long lastNanos = began;
    private long lastMillis;

    /** @param speed how many times faster than recorded */
    RecordedPace(List<Line> lines, int speed) {
        this.firstMillis = lines.get(0).millis();
        this.lastMillis = firstMillis;
        this.speed = speed;
    }

    void awaitTimeOf(Line line) {
        long recorded = began + nanos(line.millis() - firstMillis);
        long afterTheLast = lastNanos + nanos(line.millis() - lastMillis);
        long due = Math.max(recorded, afterTheLast);
        while (System.nanoTime() - due < 0) {
            LockSupport.parkNanos(due - System.nanoTime());
        }
    }

    /** It has happened now. */
    void happened(Line line) {
        lastNanos = System.nanoTime();
        lastMillis = line.millis();
    }

    private long nanos(long millis) {
        return millis * 1_000_000 / speed;
    }
}
