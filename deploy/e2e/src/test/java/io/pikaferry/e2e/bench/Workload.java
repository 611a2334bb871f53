package io.pikaferry.e2e.bench;

import io.pikaferry.e2e.bench.TailCorpus.Mix;
import java.util.List;
import java.util.Optional;

/**
 * One thing to measure.
 *
 * @param version of Pika that the source plays
 * @param dump what {@code pikaferry-standin generate} is told, as N:…; empty: no full sync is measured
 * @param mix the commands of the binlog; empty: no catching up is measured
 * @param count of them; of a steady tail, how many a second
 * @param roundTripMillis to the target
 * @param workerOptions flags of the worker's JVM, beside the usual ones
 */
record Workload(
        String name,
        String what,
        Kind kind,
        String version,
        List<String> dump,
        Optional<Mix> mix,
        long count,
        int lanes,
        double roundTripMillis,
        String workerOptions) {

    /** What is measured of it. */
    enum Kind {
        FULL_SYNC,
        CATCH_UP,
        STEADY,
        MANY_JOBS,
        FAIRNESS
    }

    private static final String B = "3.0.16";

    static List<Workload> all() {
        return List.of(
                load("strings-100", "2 M strings of 100 B", B, "--strings", "2000000:100"),
                load("strings-1k", "400 k strings of 1 KiB", B, "--strings", "400000:1024"),
                load("hashes", "500 k hashes of 10 fields of 50 B", B, "--hashes", "500000:10:50"),
                load("big-hash", "one hash of 5 M fields of 50 B, worker with -Xmx256m", B, "--hashes", "1:5000000:50")
                        .withWorkerOptions("-Xmx256m"),
                load("lists", "300 k lists of 20 elements of 50 B", B, "--lists", "300000:20:50"),
                load("sets", "300 k sets of 20 members of 30 B", B, "--sets", "300000:20:30"),
                load("zsets", "100 k sorted sets of 20 members of 30 B", B, "--zsets", "100000:20:30"),
                load(
                        "mixed-ttl",
                        "every type, a third of the keys with an expiry",
                        B,
                        "--strings",
                        "500000:100",
                        "--hashes",
                        "50000:10:50",
                        "--lists",
                        "20000:20:50",
                        "--sets",
                        "20000:20:30",
                        "--zsets",
                        "20000:20:30",
                        "--ttl-share",
                        "0.33"),
                load("strings-100-a", "1 M strings of 100 B, Pika 2.3", "2.3.6", "--strings", "1000000:100"),
                load("strings-100-c", "1 M strings of 100 B, Pika 3.4", "3.4.0", "--strings", "1000000:100"),
                load("strings-100-d", "1 M strings of 100 B, Pika 3.5", "3.5.5", "--strings", "1000000:100"),
                load("strings-100-e", "1 M strings of 100 B, Pika 4.0", "4.0.1", "--strings", "1000000:100"),
                tail("tail-sets", "catching up with 2 M SETs of 100 B", B, Mix.SETS, 2_000_000, 4, 0),
                tail(
                        "tail-once",
                        "catching up with 1 M INCRs and 1 M RPUSHs",
                        B,
                        Mix.COUNTERS_AND_LISTS,
                        2_000_000,
                        4,
                        0),
                tail(
                        "tail-mixed",
                        "catching up with 2 M commands of every kind, 2 % of several keys",
                        B,
                        Mix.MIXED,
                        2_000_000,
                        4,
                        0),
                tail("tail-sets-a", "the same SETs, Pika 2.3", "2.3.6", Mix.SETS, 2_000_000, 4, 0),
                tail("tail-sets-c", "the same SETs, Pika 3.4", "3.4.0", Mix.SETS, 2_000_000, 4, 0),
                tail("tail-sets-e", "the same SETs, Pika 4.0", "4.0.1", Mix.SETS, 2_000_000, 4, 0),
                tail("rtt-1", "catching up with 2 M SETs over 1 ms of round trip", B, Mix.SETS, 2_000_000, 8, 1),
                tail("rtt-20", "catching up with 2 M SETs over 20 ms of round trip", B, Mix.SETS, 2_000_000, 8, 20),
                other(
                        "steady-20k",
                        "20 k SETs a second, from the source's client to the effect at the target",
                        Kind.STEADY,
                        20_000),
                other(
                        "many-jobs",
                        "100 jobs at one worker: 90 idle, 10 that together apply 20 k SETs a second",
                        Kind.MANY_JOBS,
                        20_000),
                other(
                        "fairness",
                        "10 jobs at one worker that catch up with 100 k SETs each; then 10 small ones beside a large one",
                        Kind.FAIRNESS,
                        100_000));
    }

    private static Workload load(String name, String what, String version, String... dump) {
        return new Workload(name, what, Kind.FULL_SYNC, version, List.of(dump), Optional.empty(), 0, 4, 0, "");
    }

    private static Workload other(String name, String what, Kind kind, long count) {
        return new Workload(name, what, kind, B, List.of(), Optional.empty(), count, 4, 0, "");
    }

    private static Workload tail(
            String name, String what, String version, Mix mix, long count, int lanes, double roundTripMillis) {
        return new Workload(
                name, what, Kind.CATCH_UP, version, List.of(), Optional.of(mix), count, lanes, roundTripMillis, "");
    }

    /** A round of it takes as long as several of the others, and brings its own processes. */
    boolean hasOneRound() {
        return kind == Kind.MANY_JOBS || kind == Kind.FAIRNESS;
    }

    /** The same with fewer or more of everything; a single key has fewer elements. */
    Workload scaled(double factor) {
        if (factor == 1) {
            return this;
        }
        List<String> scaled = dump.stream()
                .map(option -> option.matches("\\d+:.*") ? scaled(option, factor) : option)
                .toList();
        long fewer = kind == Kind.CATCH_UP || kind == Kind.FAIRNESS ? Math.max(1, Math.round(count * factor)) : count;
        return new Workload(name, what, kind, version, scaled, mix, fewer, lanes, roundTripMillis, workerOptions);
    }

    private Workload withWorkerOptions(String options) {
        return new Workload(name, what, kind, version, dump, mix, count, lanes, roundTripMillis, options);
    }

    private static String scaled(String option, double factor) {
        String[] parts = option.split(":");
        int which = parts[0].equals("1") ? 1 : 0;
        parts[which] = Long.toString(Math.max(1, Math.round(Long.parseLong(parts[which]) * factor)));
        return String.join(":", parts);
    }
}
