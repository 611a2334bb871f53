package io.pikaferry.e2e.bench;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

/** The rounds of a workload, and what is said of them. */
record Results(Workload workload, Corpus corpus, List<Round> limits, List<Round> ours) {

    static final String HEAD = "%-15s %8s %8s %6s %6s %11s %11s %7s %11s %11s %9s %9s %9s"
            .formatted(
                    "workload",
                    "limit s",
                    "ferry s",
                    "ratio",
                    "cold",
                    "commands/s",
                    "elements/s",
                    "MB/s",
                    "worker s/M",
                    "redis s/M",
                    "heap MB",
                    "RSS MB",
                    "submit s");

    /** How much of the limit: above 1 is faster than redis-cli. The median of pairs that ran one after the other. */
    double ratio() {
        return median(
                IntStream.range(warm(), ours.size()).mapToDouble(this::ratio).toArray());
    }

    private double ratio(int round) {
        return limits.get(round).get("seconds") / ours.get(round).get("seconds");
    }

    /** The first round that counts: that of a fresh worker only if there is no other. */
    private int warm() {
        return ours.size() > 1 ? 1 : 0;
    }

    private static double median(double... values) {
        double[] sorted = values.clone();
        java.util.Arrays.sort(sorted);
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private double median(List<Round> rounds, String figure) {
        return median(rounds.stream()
                .skip(warm())
                .mapToDouble(round -> round.get(figure))
                .toArray());
    }

    String line() {
        if (workload.kind() == Workload.Kind.STEADY) {
            return "%-15s p50 %.2f ms, p90 %.2f ms, p99 %.2f ms, p99.9 %.2f ms, max %.1f ms; worker %.2f cores, redis %.2f"
                    .formatted(
                            workload.name(),
                            median(ours, "p50.ms"),
                            median(ours, "p90.ms"),
                            median(ours, "p99.ms"),
                            median(ours, "p99.9.ms"),
                            median(ours, "max.ms"),
                            median(ours, "cpu.worker.cores"),
                            median(ours, "cpu.redis.cores"));
        }
        if (workload.kind() == Workload.Kind.MANY_JOBS) {
            return manyJobsLine();
        }
        if (workload.kind() == Workload.Kind.FAIRNESS) {
            return "%-15s %,.0f, %,.0f and %,.0f commands/s of the slowest, median and fastest; a write: p50 %.2f ms, p99 %.2f ms, beside a large backlog (%,.0f commands/s) %.2f and %.2f ms"
                    .formatted(
                            workload.name(),
                            median(ours, "share.min.per.second"),
                            median(ours, "share.median.per.second"),
                            median(ours, "share.max.per.second"),
                            median(ours, "calm.p50.ms"),
                            median(ours, "calm.p99.ms"),
                            median(ours, "beside.large.per.second"),
                            median(ours, "beside.p50.ms"),
                            median(ours, "beside.p99.ms"));
        }
        double seconds = median(ours, "seconds");
        double millions = corpus.count() / 1e6;
        return "%-15s %8.2f %8.2f %6.2f %6.2f %,11.0f %,11.0f %7.1f %11.2f %11.2f %9.0f %9.0f %9s"
                .formatted(
                        workload.name(),
                        median(limits, "seconds"),
                        seconds,
                        ratio(),
                        ratio(0),
                        corpus.count() / seconds,
                        corpus.elements() / seconds,
                        corpus.bytes() / seconds / 1e6,
                        median(ours, "cpu.worker") / millions,
                        median(ours, "cpu.redis") / millions,
                        median(ours, "heap.peak") / 1e6,
                        median(ours, "rss.worker") / 1e6,
                        workload.kind() == Workload.Kind.FULL_SYNC
                                ? "%.2f".formatted(median(ours, "submit.seconds"))
                                : "");
    }

    private String manyJobsLine() {
        return "%-15s %.0f threads, %.0f open files, %.0f MB live heap, %.0f MB RSS; worker %.2f cores idle, %.2f at %,.0f commands/s; %.0f s until all follow; ZooKeeper writes a second %.1f idle, %.1f active"
                .formatted(
                        workload.name(),
                        median(ours, "threads"),
                        median(ours, "open.files"),
                        median(ours, "heap.live") / 1e6,
                        median(ours, "rss.worker") / 1e6,
                        median(ours, "idle.worker.cores"),
                        median(ours, "busy.worker.cores"),
                        median(ours, "commands.per.second"),
                        median(ours, "until.all.follow.seconds"),
                        median(ours, "zookeeper.writes.100.idle.per.second"),
                        median(ours, "zookeeper.writes.100.active.per.second"));
    }

    /** From submit to the last key confirmed, and what of it: empty if no full sync was measured. */
    Map<String, Double> whereTimeGoes() {
        Map<String, Double> spans = new LinkedHashMap<>();
        if (workload.kind() == Workload.Kind.FULL_SYNC) {
            spans.put("submitSeconds", median(ours, "submit.seconds"));
            spans.put("assignedAfter", median(ours, "assigned.after"));
            spans.put("dumpAskedForAfter", median(ours, "dump.begins.after"));
            spans.put("dumpAndTransferUntil", median(ours, "load.begins.after"));
            spans.put("firstKeyAfter", median(ours, "before.seconds"));
            spans.put("loadSeconds", median(ours, "seconds"));
            spans.put("followsAfter", median(ours, "tail.after"));
        }
        return spans;
    }

    /** Every figure of every round. */
    String details() {
        StringBuilder text = new StringBuilder(workload.name())
                .append(": ")
                .append(workload.what())
                .append('\n');
        whereTimeGoes().forEach((span, seconds) -> text.append("  %-27s %14.2f%n".formatted(span, seconds)));
        describe("limit", limits, text);
        describe("ferry", ours, text);
        return text.toString();
    }

    private static void describe(String who, List<Round> rounds, StringBuilder text) {
        Set<String> names = new TreeSet<>();
        rounds.forEach(round -> names.addAll(round.figures().keySet()));
        for (String name : names) {
            text.append("  %-6s %-52s".formatted(who, name));
            rounds.forEach(round -> text.append(" %,14.2f".formatted(round.get(name))));
            text.append('\n');
        }
    }

    Map<String, Object> document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", workload.name());
        document.put("what", workload.what());
        document.put("pika", workload.version());
        document.put("lanes", workload.lanes());
        document.put("commands", corpus.count());
        document.put("keys", corpus.keys());
        document.put("elements", corpus.elements());
        document.put("bytes", corpus.bytes());
        if (!limits.isEmpty()) {
            document.put("ratio", ratio());
            document.put("ratioOfFreshWorker", ratio(0));
        }
        whereTimeGoes().forEach(document::put);
        document.put("limit", limits.stream().map(Round::figures).toList());
        document.put("ferry", ours.stream().map(Round::figures).toList());
        return document;
    }
}
