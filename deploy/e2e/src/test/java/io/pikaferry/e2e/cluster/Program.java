package io.pikaferry.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A process that writes its output into a file. What it started in its turn ends with {@link #close}. */
public final class Program implements AutoCloseable {

    private static final long END_SECONDS = 30L * TestCluster.PATIENCE_FACTOR;

    private final Process process;
    private final Path log;
    private final List<ProcessHandle> orphans = new ArrayList<>();
    private volatile boolean suspended;

    private Program(Process process, Path log) {
        this.process = process;
        this.log = log;
    }

    /** One of deploy/bin. */
    public static Program ferry(String name, Path log, List<String> arguments) {
        return ferry(name, log, arguments, Map.of());
    }

    /** One of deploy/bin, with these variables in its environment beside ours. */
    public static Program ferry(String name, Path log, List<String> arguments, Map<String, String> environment) {
        List<String> command = new ArrayList<>();
        command.add(root().resolve("deploy/bin").resolve(name).toString());
        command.addAll(arguments);
        return start(log, command, environment);
    }

    public static Program start(Path log, List<String> command) {
        return start(log, command, Map.of());
    }

    private static Program start(Path log, List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            return new Program(process, log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The checkout; tests run in deploy/e2e. */
    public static Path root() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.isDirectory(directory.resolve("deploy/bin"))) {
            directory = directory.getParent();
            if (directory == null) {
                throw new IllegalStateException("not in a checkout of PikaFerry");
            }
        }
        return directory;
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    public String output() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As {@code kill -9} does: what it has started goes on. */
    public void kill() {
        orphans.addAll(process.descendants().toList());
        process.destroyForcibly();
        awaitExit();
    }

    /** As {@code kill -STOP} does: it stands still, and its connections stay. */
    public void suspend() {
        signal("STOP");
        suspended = true;
    }

    /** As {@code kill -CONT} does. */
    public void wake() {
        signal("CONT");
        suspended = false;
    }

    private void signal(String name) {
        try {
            Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
            if (kill.waitFor() != 0) {
                throw new AssertionError(
                        "cannot send " + name + " to " + process.info().commandLine());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a signal was sent", e);
        }
    }

    /** As {@code kill} does; returns when it has ended. */
    public void terminate() {
        orphans.addAll(process.descendants().toList());
        process.destroy();
        awaitExit();
    }

    /** Asks it to end and does not wait. */
    void beginToEnd() {
        if (suspended && process.isAlive()) {
            wake();
        }
        orphans.addAll(process.descendants().toList());
        process.destroy();
    }

    /** Waits until it ends by itself. */
    public int awaitExit() {
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("does not end: " + process.info().commandLine() + "\n" + output());
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while a process ended", e);
        }
    }

    @Override
    public void close() {
        beginToEnd();
        try {
            if (!process.waitFor(END_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
        orphans.forEach(ProcessHandle::destroyForcibly);
    }
}
