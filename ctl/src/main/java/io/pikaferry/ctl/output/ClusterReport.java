package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Table.Cell;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.CoordinatorView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** The service as a whole: who leads, which workers there are, how the jobs are. */
public final class ClusterReport implements Report {

    private final ClusterView cluster;
    private final Instant now;

    public ClusterReport(ClusterView cluster, Instant now) {
        this.cluster = requireNonNull(cluster, "cluster is null");
        this.now = requireNonNull(now, "now is null");
    }

    @Override
    public List<String> table(boolean colour) {
        return text(colour, new WorkersReport(cluster.getWorkersList(), now).table(colour));
    }

    @Override
    public List<String> wide(boolean colour) {
        return text(colour, new WorkersReport(cluster.getWorkersList(), now).wide(colour));
    }

    private List<String> text(boolean colour, List<String> workers) {
        List<String> lines = new ArrayList<>();
        lines.add("leader " + (cluster.getLeader().isEmpty() ? "-" : cluster.getLeader()) + ", term "
                + cluster.getTerm() + (cluster.getVersion().isEmpty() ? "" : ", version " + cluster.getVersion()));
        lines.add(Words.plural(cluster.getJobs(), "job") + states());
        lines.add("");
        Table coordinators = new Table("COORDINATOR", "ADDRESS", "ROLE");
        for (CoordinatorView coordinator : cluster.getCoordinatorsList()) {
            coordinators.add(List.of(
                    Cell.of(coordinator.getId()),
                    Cell.of(coordinator.getAddress()),
                    coordinator.getLeading() ? new Cell("leader", Ink.GOOD) : Cell.of("standby")));
        }
        lines.addAll(coordinators.lines(colour));
        lines.add("");
        lines.addAll(workers);
        return lines;
    }

    private String states() {
        String states = new TreeMap<>(cluster.getJobsByStateMap())
                .entrySet().stream()
                        .map(entry -> entry.getValue() + " " + entry.getKey())
                        .collect(Collectors.joining(", "));
        return states.isEmpty() ? "" : ": " + states;
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("leader", cluster.getLeader().isEmpty() ? null : cluster.getLeader());
        document.put("term", cluster.getTerm());
        document.put("version", cluster.getVersion());
        document.put(
                "coordinators",
                cluster.getCoordinatorsList().stream()
                        .map(ClusterReport::document)
                        .toList());
        document.put(
                "workers",
                cluster.getWorkersList().stream().map(WorkersReport::document).toList());
        document.put("jobs", cluster.getJobs());
        document.put("jobsByState", new TreeMap<>(cluster.getJobsByStateMap()));
        return document;
    }

    private static Map<String, Object> document(CoordinatorView coordinator) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("id", coordinator.getId());
        document.put("address", coordinator.getAddress());
        document.put("leading", coordinator.getLeading());
        return document;
    }

    @Override
    public List<String> names() {
        return cluster.getCoordinatorsList().stream()
                .map(CoordinatorView::getAddress)
                .toList();
    }
}
