package io.pikaferry.e2e.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs workloads, each several times and in turn with its limit, and prints what came out. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpAutoWidth = true,
        description = {
            "Measures full syncs and the tail beside redis-cli --pipe of the same commands.",
            "Takes some minutes per workload; everything listens on loopback only and ends by itself."
        })
public final class Bench implements Callable<Integer> {

    private static final Path DIRECTORY =
            Path.of(System.getProperty("bench.directory", System.getProperty("java.io.tmpdir")));

    @Option(names = "--list", description = "What there is to measure.")
    private boolean list;

    @Option(names = "--workload", paramLabel = "NAME", description = "Only this one; may be said several times.")
    private List<String> names = List.of();

    @Option(
            names = "--rounds",
            paramLabel = "N",
            defaultValue = "4",
            description = {
                "How often each is measured. Default: ${DEFAULT-VALUE}.",
                "The first round is of a worker just started, shown apart; of the others medians are shown."
            })
    private int rounds;

    @Option(
            names = "--scale",
            paramLabel = "FACTOR",
            defaultValue = "1",
            description = "So many times the data; for a quick look 0.1.")
    private double scale;

    @Option(names = "--json", paramLabel = "FILE", description = "Writes every figure of every round.")
    private Optional<Path> json = Optional.empty();

    public static void main(String[] args) {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> ProcessHandle.current()
                .descendants()
                .forEach(ProcessHandle::destroy))); // of one that is broken off
        System.exit(new CommandLine(new Bench()).execute(args));
    }

    /** Where the worker of that pid logs what its garbage collector does; deploy/bench tells it so. */
    static Path gcLog(long pid) {
        return DIRECTORY.resolve("gc-" + pid + ".log");
    }

    @Override
    public Integer call() throws Exception {
        if (list) {
            Workload.all().forEach(each -> System.out.printf("%-15s %s%n", each.name(), each.what()));
            return 0;
        }
        List<Workload> chosen = chosen();
        List<Results> all = new ArrayList<>();
        System.out.println(machine());
        System.out.println(Results.HEAD);
        for (Workload workload : chosen) {
            Results results = measure(workload.scaled(scale));
            all.add(results);
            System.out.println(results.line());
            write(all);
        }
        System.out.println();
        all.forEach(results -> System.out.print(results.details()));
        return 0;
    }

    private List<Workload> chosen() {
        List<Workload> all = Workload.all();
        for (String name : names) {
            if (all.stream().noneMatch(each -> each.name().equals(name))) {
                throw new IllegalArgumentException("there is no workload " + name + "; see --list");
            }
        }
        return all.stream()
                .filter(each -> names.isEmpty() || names.contains(each.name()))
                .toList();
    }

    private Results measure(Workload workload) throws Exception {
        Path directory = Files.createTempDirectory(DIRECTORY, workload.name() + "-");
        if (workload.hasOneRound()) {
            Round round = workload.kind() == Workload.Kind.MANY_JOBS
                    ? ManyJobsRun.run(workload, directory)
                    : FairnessRun.run(workload, directory);
            round.put("load.average", loadAverage());
            delete(directory);
            return new Results(
                    workload, new Corpus(directory, 0, 0, 0, 0, Optional.empty()), List.of(), List.of(round));
        }
        List<Round> limits = new ArrayList<>();
        List<Round> ours = new ArrayList<>();
        Corpus corpus = corpus(workload, directory);
        try (Site site = new Site(directory, workload.version(), corpus.dump(), workload.workerOptions());
                CatchUpRun catchUp =
                        workload.kind() == Workload.Kind.CATCH_UP ? new CatchUpRun(workload, corpus, site) : null) {
            int times = workload.kind() == Workload.Kind.STEADY ? 1 : rounds; // one is long enough
            for (int i = 1; i <= times; i++) {
                Path round = Files.createDirectories(directory.resolve("round-" + i));
                String job = "bench-" + i;
                switch (workload.kind()) {
                    case FULL_SYNC -> {
                        limits.add(FullSyncRun.limit(corpus, round));
                        ours.add(FullSyncRun.ferry(workload, corpus, site, job));
                    }
                    case CATCH_UP -> {
                        limits.add(catchUp.limit(round));
                        ours.add(catchUp.ferry());
                    }
                    case STEADY -> ours.add(SteadyRun.run(workload, site, job));
                    case MANY_JOBS, FAIRNESS -> throw new IllegalStateException("has no rounds");
                }
                ours.get(i - 1).put("load.average", loadAverage());
            }
        }
        delete(directory);
        return new Results(workload, corpus, limits, ours);
    }

    private static Corpus corpus(Workload workload, Path directory) throws InterruptedException {
        return switch (workload.kind()) {
            case FULL_SYNC -> DumpCorpus.make(directory, workload.version(), workload.dump());
            case CATCH_UP -> TailCorpus.make(directory, workload.mix().orElseThrow(), workload.count(), 1);
            case STEADY, MANY_JOBS, FAIRNESS -> new Corpus(directory, 0, 0, 0, 0, Optional.empty());
        };
    }

    private static double loadAverage() {
        return java.lang.management.ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    }

    private static String machine() throws IOException {
        String model = Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                .filter(line -> line.startsWith("model name"))
                .map(line -> line.substring(line.indexOf(':') + 2))
                .findFirst()
                .orElse("unknown processor");
        return "%d cores, %s, Java %s, load %.1f"
                .formatted(Runtime.getRuntime().availableProcessors(), model, Runtime.version(), loadAverage());
    }

    private void write(List<Results> all) throws IOException {
        if (json.isEmpty()) {
            return;
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("machine", machine());
        document.put("at", java.time.Instant.now().toString());
        document.put("scale", scale);
        document.put("workloads", all.stream().map(Results::document).toList());
        new ObjectMapper()
                .enable(SerializationFeature.INDENT_OUTPUT)
                .writeValue(json.get().toFile(), document);
    }

    private static void delete(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            files.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(File::delete);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
