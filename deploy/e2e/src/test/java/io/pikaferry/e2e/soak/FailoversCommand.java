package io.pikaferry.e2e.soak;

import io.pikaferry.e2e.cluster.Migration;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Kills a worker again and again and measures how long it takes until its jobs go on (P9). */
@Command(
        name = "failovers",
        description = {
            "Kills a worker with -9 again and again, under load, and tells how long it took each time until a write made",
            "after the kill was at the target. Compares every key in the end; exit code: 0 only if all were equal."
        },
        mixinStandardHelpOptions = true)
final class FailoversCommand implements Callable<Integer> {

    @Mixin
    private SceneOptions scene;

    @Option(names = "--count", defaultValue = "20", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private int count;

    @Override
    public Integer call() throws IOException {
        Report report = new Report(System.out);
        Scene.Plan plan = scene.plan();
        report.say("seed %d, logs in %s", scene.seed(), plan.directory());
        Random random = new Random(scene.seed());
        Times slowest = new Times();
        Times all = new Times();
        try (Scene set = Scene.set(plan)) {
            Thread ending = new Thread(() -> set.cluster().close());
            Runtime.getRuntime().addShutdownHook(ending);
            for (int i = 1; i <= count; i++) {
                int number = i;
                Fault.WORKER_KILLED.strike(set, random, struck -> {
                    List<Duration> times = set.awaitFlow(struck.failing());
                    times.forEach(all::add);
                    slowest.add(times.get(times.size() - 1));
                    report.say(
                            "%3d  kill -9 of %s, which had %d jobs: next command applied after %s … %s",
                            number,
                            struck.whom(),
                            times.size(),
                            Times.seconds(times.get(0)),
                            Times.seconds(times.get(times.size() - 1)));
                });
                set.cluster().awaitWorkers(plan.workers());
                for (Migration migration : set.migrations()) {
                    set.cluster().awaitTail(migration.job());
                }
            }
            Scene.Verdict verdict = set.verdict();
            report.say("kill -9 → next command applied, per job: %s", all);
            report.say("kill -9 → next command applied, of each kill the last job: %s", slowest);
            Runtime.getRuntime().removeShutdownHook(ending);
            return report.verdict(verdict);
        } catch (AssertionError | RuntimeException e) {
            report.say("FAILED with seed %d: %s", scene.seed(), e.getMessage());
            return 1;
        }
    }
}
