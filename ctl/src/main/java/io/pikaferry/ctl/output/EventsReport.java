package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Table.Cell;
import io.pikaferry.proto.v1.Event;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened to a job, oldest first. */
public final class EventsReport implements Report {

    private final String job;
    private final List<Event> events;

    public EventsReport(String job, List<Event> events) {
        this.job = requireNonNull(job, "job is null");
        this.events = List.copyOf(events);
    }

    @Override
    public List<String> table(boolean colour) {
        Table table = new Table("TIME", "EVENT", "EPOCH", "WORKER", "BY", "MESSAGE");
        for (Event event : events) {
            table.add(List.of(
                    Cell.of(time(event.getAtMillis())),
                    Cell.of(event.getKind()),
                    Cell.of(event.getEpoch()),
                    Cell.of(event.getWorker().isEmpty() ? "-" : event.getWorker()),
                    Cell.of(event.getActor().isEmpty() ? "-" : event.getActor()),
                    Cell.of(event.getMessage())));
        }
        return table.lines(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("job", job);
        document.put("events", events.stream().map(EventsReport::document).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return events.stream().map(Event::getKind).toList();
    }

    static Map<String, Object> document(Event event) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("atMillis", event.getAtMillis());
        document.put("kind", event.getKind());
        document.put("message", event.getMessage());
        document.put("epoch", event.getEpoch());
        document.put("worker", event.getWorker().isEmpty() ? null : event.getWorker());
        document.put("actor", event.getActor().isEmpty() ? null : event.getActor());
        return document;
    }

    /** {@code 2026-11-22T20:31:07Z} */
    static String time(long millis) {
        return Instant.ofEpochMilli(millis).truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
