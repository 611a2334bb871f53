package io.pikaferry.standin;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.settings.Ticker;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * The time of a recorded session: the pauses between its lines pass for the master's timers, not for us, but for a moment. So
 * its timeouts are the real ones, and a machine would have to stand still for so long to be taken for a silent slave.
 */
final class RecordedTime implements Ticker {

    /** Of a pause so much really passes, for what a master does unseen, and not by a timer. */
    private static final int SPEED = 50;

    private final AtomicLong leaptNanos = new AtomicLong();
    private long nowMillis = -1; // of the transcript

    @Override
    public long nanos() {
        return System.nanoTime() + leaptNanos.get();
    }

    /** The session is at that line now. First comes what really passes: what was sent before the pause is heard before it. */
    void comeTo(Line line) {
        long pause = nowMillis < 0 ? 0 : TimeUnit.MILLISECONDS.toNanos(line.millis() - nowMillis);
        nowMillis = Math.max(nowMillis, line.millis());
        if (pause > 0) {
            long end = System.nanoTime() + pause / SPEED;
            while (System.nanoTime() - end < 0) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
            leaptNanos.addAndGet(pause - pause / SPEED);
        }
    }

    /** A slave hangs up and goes on when the master has noticed: recorded slaves made a pause then. */
    static void hangUp(Socket socket) throws IOException {
        try (socket) {
            socket.shutdownOutput();
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (SocketException reset) {
            return; // it has
        }
    }
}
