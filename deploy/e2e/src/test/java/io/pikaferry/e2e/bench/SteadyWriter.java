package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;

/** A client of a source that writes at a steady pace, in bursts of a hundredth of a second, until it is closed. */
final class SteadyWriter implements AutoCloseable {

    private static final int BURSTS_PER_SECOND = 100;
    private static final long NANOS_BETWEEN = 1_000_000_000L / BURSTS_PER_SECOND;
    private static final int KEYS = 10_000;

    private final Socket socket;
    private final Thread writer;
    private final Thread reader;

    private SteadyWriter(int port, LongFunction<String> burst) {
        try {
            socket = new Socket("127.0.0.1", port);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        writer = daemon("writer", () -> write(burst));
        reader = daemon("answers", this::discard);
    }

    /** SETs of 100 bytes. */
    static SteadyWriter sets(int port, long perSecond) {
        String value = "v".repeat(100);
        return new SteadyWriter(port, number -> {
            StringBuilder burst = new StringBuilder();
            for (long c = 0; c < perSecond / BURSTS_PER_SECOND; c++) {
                add(burst, "SET", "key:" + (number * perSecond / BURSTS_PER_SECOND + c) % KEYS, value);
            }
            return burst.toString();
        });
    }

    /** Pushes to one list, a hundred a second, each the time it is written at by the nano clock. */
    static SteadyWriter times(int port, String list) {
        return new SteadyWriter(port, number -> {
            StringBuilder burst = new StringBuilder();
            add(burst, "RPUSH", list, Long.toString(System.nanoTime()));
            return burst.toString();
        });
    }

    private static void add(StringBuilder burst, String... words) {
        burst.append('*').append(words.length).append("\r\n");
        for (String word : words) {
            burst.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
    }

    private static Thread daemon(String name, Runnable task) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        thread.start();
        return thread;
    }

    private void write(LongFunction<String> burst) {
        try {
            long began = System.nanoTime();
            for (long number = 0; !socket.isClosed(); number++) {
                long due = began + number * NANOS_BETWEEN; // what was missed is made up for
                TimeUnit.NANOSECONDS.sleep(due - System.nanoTime());
                socket.getOutputStream().write(burst.apply(number).getBytes(US_ASCII));
            }
        } catch (IOException | InterruptedException e) {
            return; // closed
        }
    }

    private void discard() {
        try (InputStream answers = socket.getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            while (answers.read(buffer) >= 0) {
                continue;
            }
        } catch (IOException e) {
            return; // closed
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
            writer.interrupt();
            writer.join();
            reader.join();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
