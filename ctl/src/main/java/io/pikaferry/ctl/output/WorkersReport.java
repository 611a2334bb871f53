package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Table.Cell;
import io.pikaferry.proto.v1.WorkerView;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The workers, one per line. */
public final class WorkersReport implements Report {

    private final List<WorkerView> workers;
    private final Instant now;

    public WorkersReport(List<WorkerView> workers, Instant now) {
        this.workers = List.copyOf(workers);
        this.now = requireNonNull(now, "now is null");
    }

    @Override
    public List<String> table(boolean colour) {
        Table table = new Table("WORKER", "STATE", "HOST", "JOBS", "SCHEDULING", "SEEN", "VERSION");
        workers.forEach(worker -> table.add(row(worker)));
        return table.lines(colour);
    }

    @Override
    public List<String> wide(boolean colour) {
        Table table =
                new Table("WORKER", "STATE", "HOST", "JOBS", "SCHEDULING", "SEEN", "VERSION", "LABELS", "JOB NAMES");
        for (WorkerView worker : workers) {
            List<Cell> row = new ArrayList<>(row(worker));
            String labels = Words.pairs(worker.getLabelsMap());
            row.add(Cell.of(labels.isEmpty() ? "-" : labels));
            row.add(Cell.of(worker.getJobsCount() == 0 ? "-" : String.join(",", worker.getJobsList())));
            table.add(row);
        }
        return table.lines(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("workers", workers.stream().map(WorkersReport::document).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return workers.stream().map(WorkerView::getId).toList();
    }

    private List<Cell> row(WorkerView worker) {
        return List.of(
                Cell.of(worker.getId()),
                new Cell(worker.getState(), ink(worker)),
                Cell.of(worker.getHost().isEmpty() ? "-" : worker.getHost()),
                Cell.of(worker.getJobsCount() + "/" + worker.getCapacity()),
                new Cell(scheduling(worker), worker.getCordoned() ? Ink.ATTENTION : Ink.PLAIN),
                Cell.of(seen(worker)),
                Cell.of(worker.getVersion().isEmpty() ? "-" : worker.getVersion()));
    }

    private static Ink ink(WorkerView worker) {
        return switch (worker.getState()) {
            case "connected" -> Ink.GOOD;
            case "grace" -> Ink.ATTENTION;
            default -> Ink.BAD;
        };
    }

    private static String scheduling(WorkerView worker) {
        if (worker.getDraining()) {
            return worker.getJobsCount() == 0 ? "drained" : "draining";
        }
        return worker.getCordoned() ? "cordoned" : "open";
    }

    private String seen(WorkerView worker) {
        return worker.getLastSeenMillis() == 0
                ? "-"
                : Quantities.age(Duration.between(Instant.ofEpochMilli(worker.getLastSeenMillis()), now)) + " ago";
    }

    static Map<String, Object> document(WorkerView worker) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", worker.getId());
        document.put("host", worker.getHost());
        document.put("state", worker.getState());
        document.put("cordoned", worker.getCordoned());
        document.put("draining", worker.getDraining());
        document.put("capacity", worker.getCapacity());
        document.put("jobs", List.copyOf(worker.getJobsList()));
        document.put("lastSeenMillis", worker.getLastSeenMillis() == 0 ? null : worker.getLastSeenMillis());
        document.put("version", worker.getVersion());
        document.put("labels", new TreeMap<>(worker.getLabelsMap()));
        return document;
    }
}
