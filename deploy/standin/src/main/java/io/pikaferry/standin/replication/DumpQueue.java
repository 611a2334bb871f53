package io.pikaferry.standin.replication;

import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.Dumps;
import java.io.Closeable;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes and pushes dumps one after another in one thread; a slave that asks while it is being served
 * is not served twice, and nobody is told when something fails.
 */
public final class DumpQueue implements Closeable {

    /** Brings a dump to a slave. */
    @FunctionalInterface
    public interface Push {
        void send(Dump dump) throws IOException, InterruptedException;
    }

    private static final Logger log = LoggerFactory.getLogger(DumpQueue.class);

    private final Set<String> running = ConcurrentHashMap.newKeySet();
    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread worker = new Thread(task, "bgsave");
        worker.setDaemon(true);
        return worker;
    });

    /** BGSAVE. */
    public void dump(Dumps dumps) {
        dumps.announce();
        thread.execute(() -> attempt("a dump", () -> dumps.make()));
    }

    /** Pushes the last dump, unless something of that name is on its way already. */
    public void push(String name, Dumps dumps, Push push) {
        if (!running.add(name)) {
            return;
        }
        thread.execute(() -> {
            try {
                attempt("full sync of " + name, () -> {
                    Optional<Dump> dump = dumps.latest();
                    if (dump.isPresent()) {
                        push.send(dump.get());
                    }
                });
            } finally {
                running.remove(name);
            }
        });
    }

    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private static void attempt(String what, Step step) {
        try {
            step.run();
        } catch (IOException | RuntimeException e) {
            log.warn("{} failed", what, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Breaks off what is running and waits until it has let go of its files. */
    @Override
    public void close() {
        thread.shutdownNow();
        try {
            if (!thread.awaitTermination(10, TimeUnit.SECONDS)) {
                log.warn("a full sync does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
