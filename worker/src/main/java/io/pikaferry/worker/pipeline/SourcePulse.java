package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.worker.threads.Threads;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the master again and again where its binlogs end, in a thread of its own, so that an answer that takes long does not
 * hold up the stream. What it cannot learn it leaves as it was: whether the master is there shows in the session.
 */
final class SourcePulse implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(SourcePulse.class);
    private static final long PERIOD_MILLIS = 500;

    private final Runnable ask;
    private final CountDownLatch closed;
    private final Thread thread;

    SourcePulse(Threads threads, String name, Runnable ask) {
        this.ask = requireNonNull(ask, "ask is null");
        this.closed = threads.latch(1);
        this.thread = threads.thread(name + "-pulse", this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            do {
                try {
                    ask.run();
                } catch (FerryException e) {
                    LOG.atDebug()
                            .addKeyValue("error", e.code().id())
                            .log("no answer from the source: {}", e.getMessage());
                }
            } while (!closed.await(PERIOD_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
    }
}
