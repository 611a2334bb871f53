package io.pikaferry.e2e.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What a process has used so far, by /proc: Linux only. */
final class Usage {

    private static final double TICKS_PER_SECOND = 100;
    private static final int UTIME = 11; // fields of stat after the program's name
    private static final int STIME = 12;

    private Usage() {}

    /** Of all its threads, in user and kernel mode, in seconds. */
    static double cpuSeconds(long pid) {
        String stat = read(pid, "stat");
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) / TICKS_PER_SECOND;
    }

    static long peakRssBytes(long pid) {
        return status(pid, "VmHWM:") * 1024;
    }

    static long threads(long pid) {
        return status(pid, "Threads:");
    }

    static long openFiles(long pid) {
        try (java.util.stream.Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
            return files.count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long status(long pid, String name) {
        return read(pid, "status")
                .lines()
                .filter(line -> line.startsWith(name))
                .mapToLong(line -> Long.parseLong(line.substring(name.length()).replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
    }

    private static String read(long pid, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(pid), file));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
