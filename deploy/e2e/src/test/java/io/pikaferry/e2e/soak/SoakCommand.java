package io.pikaferry.e2e.soak;

import io.pikaferry.e2e.cluster.Migration;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Faults at random, every few seconds, some on top of each other; then everything must be equal. */
@Command(
        name = "run",
        description = {
            "Runs a cluster under load, lets something go wrong every few seconds, and compares every key in the end.",
            "Exit code: 0 only if sources and targets were equal."
        },
        mixinStandardHelpOptions = true)
final class SoakCommand implements Callable<Integer> {

    private static final int ONE_IN_SO_MANY_COMES_ALONG = 3;

    @Mixin
    private SceneOptions scene;

    @Option(names = "--minutes", defaultValue = "30", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private double minutes;

    @Option(
            names = "--pause-seconds",
            defaultValue = "4",
            paramLabel = "N",
            description = "Between faults, at most; default ${DEFAULT-VALUE}.")
    private double pause;

    @Option(names = "--only", split = ",", paramLabel = "FAULT", description = "Not all of: ${COMPLETION-CANDIDATES}.")
    private Set<Fault> only = new LinkedHashSet<>(List.of(Fault.values()));

    private final Report report = new Report(System.out);
    private final Times failovers = new Times();
    private final Times others = new Times();
    private final Map<Fault, Integer> counts = new TreeMap<>();

    @Override
    public Integer call() throws IOException {
        Scene.Plan plan = scene.plan();
        report.say("seed %d, logs in %s", scene.seed(), plan.directory());
        Random random = new Random(scene.seed());
        try (Scene set = Scene.set(plan)) {
            Thread ending = new Thread(() -> set.cluster().close());
            Runtime.getRuntime().addShutdownHook(ending);
            report.say("%d jobs in their tails, %d commands/s each", plan.jobs(), plan.rate());
            Duration end = report.elapsed().plus(Duration.ofMillis((long) (minutes * 60_000)));
            while (report.elapsed().compareTo(end) < 0) {
                happen(set, random);
                rest(random);
            }
            report.say("the load ends after %,d commands", set.written());
            Scene.Verdict verdict = set.verdict();
            report.say("faults %s", counts);
            report.say("kill -9 of a worker → next command applied, per job: %s", failovers);
            report.say("any other fault over → next command applied, per job: %s", others);
            Runtime.getRuntime().removeShutdownHook(ending);
            return report.verdict(verdict);
        } catch (AssertionError | RuntimeException e) {
            report.say("FAILED with seed %d: %s", scene.seed(), e.getMessage());
            return 1;
        }
    }

    private void happen(Scene set, Random random) {
        List<Fault> choice = new ArrayList<>(only);
        Fault first = choice.get(random.nextInt(choice.size()));
        Set<Migration> touched = new LinkedHashSet<>();
        List<Duration> times = new ArrayList<>(strike(set, random, first, touched));
        if (random.nextInt(ONE_IN_SO_MANY_COMES_ALONG) == 0) {
            Fault second = choice.get(random.nextInt(choice.size()));
            times.addAll(strike(set, random, second, touched));
        }
        if (!touched.isEmpty()) {
            times.addAll(set.awaitFlow(List.copyOf(touched)));
        }
        times.forEach(others::add);
        report.say(
                "           data flow again after %s",
                times.isEmpty() ? "-" : Times.seconds(times.get(times.size() - 1)));
    }

    /** @param touched gets what is to be waited for */
    private List<Duration> strike(Scene set, Random random, Fault fault, Set<Migration> touched) {
        counts.merge(fault, 1, Integer::sum);
        List<Migration> waitFor = fault.strike(set, random, struck -> {
            report.say(
                    "%s: %s%s",
                    fault.text(),
                    struck.whom(),
                    struck.failing().stream()
                            .map(Migration::job)
                            .collect(Collectors.joining(" ", struck.failing().isEmpty() ? "" : " with ", "")));
            if (fault.isFailover()) {
                set.awaitFlow(struck.failing()).forEach(failovers::add);
            }
        });
        if (!fault.isFailover()) {
            touched.addAll(waitFor);
        }
        return List.of();
    }

    private void rest(Random random) {
        long until = System.nanoTime() + (long) (random.nextDouble() * pause * TimeUnit.SECONDS.toNanos(1));
        while (System.nanoTime() < until) {
            LockSupport.parkNanos(until - System.nanoTime());
        }
    }
}
