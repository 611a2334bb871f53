package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Table.Cell;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Many jobs, one per line, by name. */
public final class JobsReport implements Report {

    private static final int NOTE_LENGTH = 72;

    private final List<JobReading> jobs;
    private final Instant now;

    public JobsReport(List<JobView> jobs, Instant now) {
        this.jobs = jobs.stream()
                .map(JobReading::new)
                .sorted(Comparator.comparing(JobReading::name))
                .toList();
        this.now = requireNonNull(now, "now is null");
    }

    @Override
    public List<String> table(boolean colour) {
        Table table =
                new Table("JOB", "STATE", "PHASE", "PROGRESS", "LAG", "RATE", "WORKER", "FAILOVERS", "AGE", "NOTE");
        jobs.forEach(job -> table.add(row(job)));
        return table.lines(colour);
    }

    @Override
    public List<String> wide(boolean colour) {
        Table table = new Table(
                "JOB",
                "STATE",
                "PHASE",
                "PROGRESS",
                "LAG",
                "RATE",
                "WORKER",
                "FAILOVERS",
                "AGE",
                "DESIRED",
                "SOURCE",
                "VERSION",
                "TARGET",
                "LANES",
                "ERRORS",
                "LABELS",
                "NOTE");
        for (JobReading job : jobs) {
            List<Cell> row = new ArrayList<>(row(job));
            Cell note = row.remove(row.size() - 1);
            String version = job.message().getProgress().getSourceVersion();
            String labels = Words.pairs(job.message().getSpec().getLabelsMap());
            row.add(Cell.of(job.message().getDesired().name()));
            row.add(Cell.of(Words.source(job.message().getSpec().getSource())));
            row.add(Cell.of(version.isEmpty() ? "-" : version));
            row.add(Cell.of(job.message().getSpec().getTarget().getUri()));
            row.add(Cell.of(Words.lanes(job.message().getSpec())));
            row.add(Cell.of(job.message().getErrorsOpen()));
            row.add(Cell.of(labels.isEmpty() ? "-" : labels));
            row.add(note);
            table.add(row);
        }
        return table.lines(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("jobs", jobs.stream().map(JobDocument::of).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return jobs.stream().map(JobReading::name).toList();
    }

    /** {@code 5 jobs: 1 BLOCKED, 4 RUNNING; 1 needs attention: carts} */
    public String summary() {
        if (jobs.isEmpty()) {
            return "no jobs";
        }
        Map<ObservedState, Long> states =
                jobs.stream().collect(Collectors.groupingBy(JobReading::state, TreeMap::new, Collectors.counting()));
        String byState = states.entrySet().stream()
                .map(entry -> entry.getValue() + " " + entry.getKey())
                .collect(Collectors.joining(", "));
        List<String> needy = jobs.stream()
                .filter(JobReading::needsAttention)
                .map(JobReading::name)
                .toList();
        String attention = needy.isEmpty()
                ? ""
                : "; %d need%s attention: %s"
                        .formatted(needy.size(), needy.size() == 1 ? "s" : "", String.join(", ", needy));
        return Words.plural(jobs.size(), "job") + ": " + byState + attention;
    }

    private List<Cell> row(JobReading job) {
        return List.of(
                Cell.of(job.name()),
                new Cell(job.state().name(), Words.ink(job.state())),
                Cell.of(phase(job)),
                Cell.of(progress(job)),
                Cell.of(lag(job)),
                Cell.of(rate(job)),
                Cell.of(worker(job)),
                Cell.of(job.message().getFailovers()),
                Cell.of(Quantities.age(job.age(now))),
                note(job));
    }

    private static String phase(JobReading job) {
        return switch (job.state()) {
            case RUNNING, BLOCKED, PAUSED -> job.lastPhase().map(Words::phase).orElse("-");
            default -> "-";
        };
    }

    private static String progress(JobReading job) {
        return job.fullSyncUnderWay()
                .map(sync -> {
                    OptionalDouble percent = JobReading.percent(sync);
                    String done = percent.isPresent()
                            ? String.format(Locale.ROOT, "%.1f%%", percent.getAsDouble())
                            : Quantities.bytes(sync.getBytesDone());
                    return sync.getSecondsLeft() < 0
                            ? done
                            : done + " ~" + Quantities.duration(sync.getSecondsLeft()) + " left";
                })
                .orElse("-");
    }

    private static String lag(JobReading job) {
        if (!job.follows()) {
            return "-";
        }
        String seconds =
                job.lagSeconds().isPresent() ? Quantities.delay(job.lagSeconds().getAsDouble()) : "?";
        String bytes =
                job.lagBytes().isPresent() ? Quantities.bytes(job.lagBytes().getAsLong()) : "?";
        return seconds + "  " + bytes;
    }

    private static String rate(JobReading job) {
        if (job.state() != ObservedState.RUNNING) {
            return "-";
        }
        if (job.phase().equals(Optional.of(Phase.TRANSFER))) {
            return "-"; // of bytes, which are under PROGRESS
        }
        return Quantities.perSecond(job.fullSyncUnderWay()
                .map(FullSyncProgress::getKeysPerSecond)
                .orElse(job.message().getProgress().getCommandsPerSecond()));
    }

    private static String worker(JobReading job) {
        return job.worker()
                .map(worker -> worker + " (e" + job.message().getEpoch() + ")")
                .orElse("-");
    }

    private Cell note(JobReading job) {
        Optional<Reason> reason = job.reason();
        if (reason.isPresent()) {
            boolean blocked = job.state() == ObservedState.BLOCKED;
            String because = reason.get().getCode() + " " + reason.get().getMessage();
            String text = blocked ? because : Words.heldUp(job.state()) + ": " + because;
            return new Cell(shortened(text), blocked ? Ink.BAD : Ink.ATTENTION);
        }
        if (job.message().getErrorsOpen() > 0) {
            return new Cell(Words.plural(job.message().getErrorsOpen(), "error"), Ink.ATTENTION);
        }
        Optional<Duration> silence = job.silence(now);
        if (silence.isPresent()) {
            return new Cell("no report for " + Quantities.age(silence.get()), Ink.ATTENTION);
        }
        JobProgress progress = job.message().getProgress();
        if (job.state() != ObservedState.RUNNING) {
            return Cell.of("");
        }
        if (!progress.getThrottled().isEmpty()) {
            return new Cell("throttled: " + progress.getThrottled(), Ink.ATTENTION);
        }
        return progress.getRateLimited()
                ? Cell.of("limited to " + Words.rate(progress.getRate()).orElse("nothing"))
                : Cell.of("");
    }

    private static String shortened(String text) {
        String line = text.lines().findFirst().orElse("");
        return line.length() <= NOTE_LENGTH ? line : line.substring(0, NOTE_LENGTH - 1) + "…";
    }
}
