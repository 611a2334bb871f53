package io.pikaferry.worker.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.pikaferry.worker.simulation.World.Line;
import io.pikaferry.worker.simulation.World.Outcome;
import io.pikaferry.worker.simulation.World.Plan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/**
 * P1 – P5: whatever goes wrong wherever, nothing is skipped, nothing is done twice, the writes of a key keep their order, one
 * worker writes at a time, and in the end source and target are equal. See docs/adr/0014.
 *
 * <p>A failure names its seed. {@code -Dpikaferry.simulation.from=SEED -Dpikaferry.simulation.seeds=1} plays it again, with
 * {@code -Dpikaferry.simulation.events=100000} from the beginning.
 */
@Timeout(value = 10, unit = TimeUnit.HOURS) // a million seeds; what hangs is noticed by the schedule
class CrashSimulationTest {

    private static final long SEEDS = Long.getLong("pikaferry.simulation.seeds", 10_000);
    private static final long FROM = Long.getLong("pikaferry.simulation.from", 1);

    /** A minute is enough on two idle cores, where every step costs two hand-offs between threads; what is left out then is told. */
    private static final long SECONDS_FOR_SEEDS =
            Long.getLong("pikaferry.simulation.seconds", SEEDS == 10_000 ? 120 : 36_000);

    private static final long SECONDS_FOR_BOUNDARIES = Math.min(SECONDS_FOR_SEEDS, 60);

    private static final org.slf4j.Logger LOG = LoggerFactory.getLogger(CrashSimulationTest.class);
    private static final Logger PIPELINE = (Logger) LoggerFactory.getLogger("io.pikaferry.worker");

    @TempDir
    private static Path disks;

    private static final AtomicLong WORLDS = new AtomicLong();
    private static Level before;

    /** What went wrong on purpose would be told millions of times. */
    @BeforeAll
    static void quiet() {
        before = PIPELINE.getLevel();
        PIPELINE.setLevel(Level.OFF);
        ((Logger) LOG).setLevel(Level.INFO);
    }

    @AfterAll
    static void loud() {
        PIPELINE.setLevel(before);
    }

    /** Every boundary: before and after each send, execution and reply, each item, each piece of a dump, each thing asked. */
    @ParameterizedTest
    @EnumSource(names = {"KILL", "KILL_AND_MOVE", "STOP", "CUT_BEFORE", "CUT_AFTER", "SET_BACK_TARGET"})
    void aFaultAtEachBoundaryInTurn(Fault fault) {
        for (Line line : Line.values()) {
            int boundaries = run(small(line, boundary -> Optional.empty())).boundaries();
            assertThat(boundaries).isGreaterThan(150);

            all(
                    LongStream.rangeClosed(1, boundaries),
                    SECONDS_FOR_BOUNDARIES,
                    at -> small(line, boundary -> boundary == at ? Optional.of(fault) : Optional.empty()));
        }
    }

    private static Plan small(Line line, World.FaultPlan faults) {
        return new Plan(4, line, 2, 21, faults);
    }

    /** Several faults in a row, of all kinds, in every phase. */
    @Test
    void whateverTheSeedSays() {
        all(LongStream.range(FROM, FROM + SEEDS), SECONDS_FOR_SEEDS, CrashSimulationTest::planOf);
    }

    @Test
    void theSameSeedTellsTheSameStory() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(run(planOf(seed))).isEqualTo(run(planOf(seed)));
        }
    }

    static Plan planOf(long seed) {
        Random random = new Random(seed * 31 + 17);
        TreeMap<Integer, Fault> faults = new TreeMap<>();
        int at = 0;
        for (int i = random.nextInt(7); i > 0; i--) {
            at += 1 + random.nextInt(250);
            faults.put(at, Fault.values()[random.nextInt(Fault.values().length)]);
        }
        return new Plan(
                seed,
                Line.values()[random.nextInt(3)],
                1 + random.nextInt(4),
                20 + random.nextInt(40),
                boundary -> Optional.ofNullable(faults.get(boundary)));
    }

    /** Runs them side by side; throws what the first that fails throws. */
    private static void all(LongStream numbers, long seconds, LongFunction<Plan> plans) {
        long began = System.nanoTime();
        long end = began + TimeUnit.SECONDS.toNanos(seconds);
        Totals totals = new Totals();
        var next = numbers.iterator();
        int threads = Runtime.getRuntime().availableProcessors();
        ExecutorService executor = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(executor.submit(() -> {
                    while (System.nanoTime() < end) {
                        Plan plan;
                        synchronized (next) {
                            if (!next.hasNext()) {
                                return;
                            }
                            plan = plans.apply(next.nextLong());
                        }
                        totals.add(run(plan));
                    }
                }));
            }
            for (Future<?> each : running) {
                each.get();
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof AssertionError error ? error : new AssertionError(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } finally {
            executor.shutdownNow();
        }
        LOG.info("{} in {} s", totals, TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - began));
    }

    private static final class Totals {
        private long runs;
        private long boundaries;
        private long faults;
        private long epochs;

        synchronized void add(Outcome outcome) {
            runs++;
            boundaries += outcome.boundaries();
            faults += outcome.faults();
            epochs += outcome.epochs();
        }

        @Override
        public synchronized String toString() {
            return "%,d runs with %,d boundaries, %,d faults and %,d assignments"
                    .formatted(runs, boundaries, faults, epochs);
        }
    }

    private static Outcome run(Plan plan) {
        Path home = disks.resolve("world-" + WORLDS.incrementAndGet());
        Outcome outcome = new World(plan, home).run();
        remove(home);
        return outcome;
    }

    private static void remove(Path home) {
        try (Stream<Path> files = Files.exists(home) ? Files.walk(home) : Stream.empty()) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
