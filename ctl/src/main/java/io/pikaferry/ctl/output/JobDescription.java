package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Everything about one job: its screen, what was submitted, the last events and errors. */
public final class JobDescription implements Report {

    private static final int SHOWN = 10;

    private final JobView job;
    private final List<Event> events;
    private final ListErrorsResponse errors;
    private final Instant now;

    public JobDescription(JobView job, List<Event> events, ListErrorsResponse errors, Instant now) {
        this.job = requireNonNull(job, "job is null");
        this.events = List.copyOf(events);
        this.errors = requireNonNull(errors, "errors is null");
        this.now = requireNonNull(now, "now is null");
    }

    @Override
    public List<String> table(boolean colour) {
        List<String> lines = new ArrayList<>(new JobReport(job, now).table(colour));
        heading(lines, "Submitted as", colour);
        Documents.yaml(SpecDocument.of(job.getSpec()))
                .lines()
                .map(line -> "  " + line)
                .forEach(lines::add);
        if (!events.isEmpty()) {
            heading(lines, "Last events", colour);
            List<Event> last = events.subList(Math.max(0, events.size() - SHOWN), events.size());
            new EventsReport(name(), last).table(colour).forEach(line -> lines.add("  " + line));
        }
        if (errors.getErrorsCount() > 0) {
            heading(lines, "Errors", colour);
            List<LedgerEntry> first = errors.getErrorsList().subList(0, Math.min(SHOWN, errors.getErrorsCount()));
            ListErrorsResponse shown =
                    ListErrorsResponse.newBuilder().addAllErrors(first).build();
            new ErrorsReport(name(), shown).table(colour).forEach(line -> lines.add("  " + line));
            long more = errors.getErrorsCount() - first.size() + errors.getDropped();
            if (more > 0) {
                lines.add("  and " + Quantities.count(more) + " more: ferryctl job errors " + name());
            }
        }
        return lines;
    }

    private static void heading(List<String> lines, String title, boolean colour) {
        lines.add("");
        lines.add(Ink.BOLD.paint(title, colour));
    }

    @Override
    public Object document() {
        Map<String, Object> document = JobDocument.of(new JobReading(job));
        document.put("spec", SpecDocument.of(job.getSpec()));
        document.put("events", events.stream().map(EventsReport::document).toList());
        document.put(
                "errors",
                errors.getErrorsList().stream().map(ErrorsReport::document).toList());
        document.put("errorsDropped", errors.getDropped());
        return document;
    }

    @Override
    public List<String> names() {
        return List.of(name());
    }

    private String name() {
        return job.getSpec().getName();
    }
}
