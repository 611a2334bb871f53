package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Documents;
import io.pikaferry.ctl.output.Format;
import io.pikaferry.ctl.output.JobChanges;
import io.pikaferry.ctl.output.Report;
import io.pikaferry.ctl.output.Terminal;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.JobView;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Shows jobs again and again. On a terminal the screen is redrawn in place; into a pipe goes a line for each change, or a
 * document in the format asked for. A coordinator that is away is waited for, as long as {@code --timeout} says.
 */
final class Watch {

    private final Ferryctl ferryctl;
    private final Duration interval;
    private final JobChanges changes = new JobChanges();
    private List<String> frame = List.of();
    private String lastDocument = "";
    private int drawn;
    private Optional<Instant> awaySince = Optional.empty();

    Watch(Ferryctl ferryctl, Duration interval) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
        this.interval = requireNonNull(interval, "interval is null");
    }

    /** Jobs and how they are shown as a whole. */
    record Sight(List<JobView> jobs, Report report) {

        Sight {
            jobs = List.copyOf(jobs);
            requireNonNull(report, "report is null");
        }
    }

    /** Returns when it is interrupted or nobody reads any more; throws when there is nothing to be watched any more. */
    void run(Supplier<Sight> look) {
        while (!Thread.currentThread().isInterrupted()
                && !ferryctl.terminal().out().checkError()) {
            Instant asked = ferryctl.now();
            try {
                Sight sight = look.get();
                awaySince = Optional.empty();
                show(sight);
            } catch (FerryException e) {
                waitOrThrow(e, asked);
            }
            try {
                ferryctl.time().pause(interval);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void show(Sight sight) {
        Format format = ferryctl.format();
        if (format == Format.JSON || format == Format.YAML) {
            stream(sight.report(), format);
        } else if (ferryctl.terminal().interactive()) {
            frame = Terminal.lines(sight.report(), format, ferryctl.colour());
            draw(frame);
        } else {
            write(changes.since(sight.jobs(), ferryctl.now()));
        }
    }

    private void stream(Report report, Format format) {
        String document = format == Format.JSON
                ? Documents.compactJson(report.document())
                : "---\n" + Documents.yaml(report.document());
        if (!document.equals(lastDocument)) {
            write(List.of(document));
            lastDocument = document;
        }
    }

    private void write(List<String> lines) {
        PrintWriter out = ferryctl.terminal().out();
        lines.forEach(out::println);
        out.flush();
    }

    private void draw(List<String> lines) {
        int rows = ferryctl.terminal().rows();
        List<String> shown = rows > 1 && lines.size() > rows - 1 ? lines.subList(0, rows - 1) : lines;
        StringBuilder screen = new StringBuilder();
        if (drawn > 0) {
            screen.append("\u001b[").append(drawn).append('A');
        }
        // no wrapping while we draw: a line is a line, or we could not find back to the first
        screen.append("\r\u001b[J\u001b[?7l");
        shown.forEach(line -> screen.append(line).append('\n'));
        screen.append("\u001b[?7h");
        drawn = shown.size();
        PrintWriter out = ferryctl.terminal().out();
        out.print(screen);
        out.flush();
    }

    private void waitOrThrow(FerryException failure, Instant asked) {
        boolean passes = failure.code() == ErrorCode.NO_COORDINATOR
                || failure.code() == ErrorCode.TIMED_OUT
                || failure.code() == ErrorCode.ZOOKEEPER_UNREACHABLE;
        Instant since = awaySince.orElse(asked);
        Duration patience = ferryctl.timeout().orElse(Ferryctl.DEFAULT_TIMEOUT);
        boolean over = !ferryctl.now().plus(interval).isBefore(since.plus(patience));
        if (!passes || over) {
            throw failure;
        }
        String message = failure.code().id() + ": " + failure.getMessage() + "; trying again";
        if (ferryctl.terminal().interactive() && !frame.isEmpty()) {
            List<String> lines = new ArrayList<>(frame);
            lines.add(message);
            draw(lines);
        } else if (awaySince.isEmpty()) {
            ferryctl.say(message);
        }
        awaySince = Optional.of(since);
    }
}
