package io.pikaferry.e2e.soak;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

/** What people see: a line for everything that happens, with the time since the beginning. */
final class Report {

    private final PrintStream out;
    private final long began = System.nanoTime();

    Report(PrintStream out) {
        this.out = out;
    }

    void say(String format, Object... arguments) {
        double seconds = elapsed().toMillis() / 1000.0;
        out.printf(
                Locale.ROOT,
                "%02d:%04.1f  %s%n",
                (int) (seconds / 60),
                seconds % 60,
                String.format(Locale.ROOT, format, arguments));
        out.flush();
    }

    Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - began);
    }

    /** @return the exit code: 0 only if source and target are equal and nothing was refused */
    int verdict(Scene.Verdict verdict) {
        int keys = verdict.keys().values().stream().mapToInt(Integer::intValue).sum();
        verdict.differences().forEach((job, lines) -> lines.forEach(line -> say("DIFFERENT  %s  %s", job, line)));
        say(
                "%s: %,d keys of %d jobs compared, %d different, %d refused",
                verdict.good() ? "EQUAL" : "NOT EQUAL",
                keys,
                verdict.keys().size(),
                verdict.differences().values().stream()
                        .mapToInt(lines -> lines.size())
                        .sum(),
                verdict.refused());
        return verdict.good() ? 0 : 1;
    }
}
