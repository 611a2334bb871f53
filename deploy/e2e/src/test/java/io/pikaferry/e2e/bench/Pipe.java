package io.pikaferry.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;

/** Sends a file of commands by {@code redis-cli --pipe}. */
final class Pipe {

    /** @param clientCpuSeconds of redis-cli */
    record Result(double seconds, double clientCpuSeconds) {}

    private Pipe() {}

    static Result send(Path commands, int port, Path log) {
        try {
            long began = System.nanoTime();
            Process process = new ProcessBuilder(
                            "redis-cli",
                            "-h",
                            "127.0.0.1",
                            "-p",
                            Integer.toString(port),
                            "--pipe",
                            "--pipe-timeout",
                            "300")
                    .redirectInput(commands.toFile())
                    .redirectOutput(log.toFile())
                    .redirectErrorStream(true)
                    .start();
            double cpu = 0;
            while (process.isAlive()) {
                try {
                    cpu = Usage.cpuSeconds(process.pid());
                } catch (UncheckedIOException e) {
                    break; // has just ended
                }
                if (process.waitFor(5, java.util.concurrent.TimeUnit.MILLISECONDS)) {
                    break;
                }
            }
            process.waitFor();
            double seconds = (System.nanoTime() - began) / 1e9;
            return new Result(seconds, cpu);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
