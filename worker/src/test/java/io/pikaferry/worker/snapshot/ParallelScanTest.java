package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How a scan ends, and what it costs. */
@Timeout(60)
class ParallelScanTest {

    private static final SnapshotConfig CONFIG =
            SnapshotConfig.defaults().withThreads(3).withUnitBytes(10_000);
    private static final int FIELDS = 300_000;

    @TempDir
    static Path directory;

    @BeforeAll
    static void writeADump() {
        try (BlackwidowDump dump = new BlackwidowDump(directory, 1 << 20)) {
            dump.meta("hashes", "large", FIELDS, 7, 0);
            for (int i = 0; i < FIELDS; i++) {
                dump.field("large", 7, "field" + i, "0123456789012345678901234567890123456789");
            }
            for (int i = 0; i < 20_000; i++) {
                dump.string("s" + i, new byte[20], 0);
            }
        }
    }

    /** P8: a collection is handed over in pieces as it is read, never held. */
    @Test
    void aLargeCollectionPassesInSmallPieces() throws Exception {
        AtomicInteger pieces = new AtomicInteger();
        AtomicLong elements = new AtomicLong();
        AtomicInteger largest = new AtomicInteger();

        Scans.scan(directory, CONFIG, sink(chunk -> {
            if (chunk.type() == PikaType.HASH) {
                pieces.incrementAndGet();
                elements.addAndGet(chunk.elements().length);
                largest.accumulateAndGet(chunk.elements().length, Math::max);
            }
        }));

        assertThat(elements).hasValue(2L * FIELDS);
        assertThat(largest).hasValue(2 * 512);
        assertThat(pieces).hasValue((FIELDS + 511) / 512);
    }

    @Test
    void severalThreadsHandOverAtOnce() throws Exception {
        CountDownLatch two = new CountDownLatch(2);
        Set<Thread> threads = ConcurrentHashMap.newKeySet();

        Scans.scan(directory, CONFIG, sink(chunk -> {
            if (threads.add(Thread.currentThread())) {
                two.countDown();
                two.await();
            }
        }));

        assertThat(threads).hasSizeGreaterThanOrEqualTo(2);
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    @Test
    void progressNeverGoesBackAndEndsAtTheTotal() throws Exception {
        List<Long> done = new ArrayList<>();
        AtomicLong total = new AtomicLong();

        new ParallelScan(CONFIG).run(Map.of(StreamId.ONLY, directory), Scans.AS_OF, sink(chunk -> {}), (bytes, of) -> {
            done.add(bytes);
            total.set(of);
        });

        assertThat(done).isSorted().hasSizeGreaterThan(20).last().isEqualTo(total.get());
        assertThat(done.get(done.size() / 2)).as("half way").isBetween(total.get() / 5, total.get() * 4 / 5);
    }

    /** DESIGN §7.3: a scan that is interrupted can go on where it stopped. */
    @Test
    void unitsThatWereBroughtOverAreLeftOut() throws Exception {
        Map<String, Summary> units = new ConcurrentHashMap<>();
        Summary whole = Scans.scan(directory, CONFIG, new Units(Map.of(), units));
        assertThat(units).hasSizeGreaterThan(3);
        assertThat(units.values().stream().mapToLong(Summary::elements).sum()).isEqualTo(whole.elements());
        Map<String, Summary> half = new HashMap<>();
        units.keySet().stream().sorted().limit(units.size() / 2).forEach(unit -> half.put(unit, units.get(unit)));

        Map<String, Summary> rest = new ConcurrentHashMap<>();
        Units sink = new Units(half, rest);
        Summary again = Scans.scan(directory, CONFIG, sink);

        assertThat(again).isEqualTo(whole);
        assertThat(rest.keySet()).doesNotContainAnyElementsOf(half.keySet());
        assertThat(half.size() + rest.size()).isEqualTo(units.size());
        assertThat(sink.keys.get())
                .isEqualTo(rest.values().stream().mapToLong(Summary::keys).sum());
    }

    private static final class Units implements SnapshotDestination {
        private final Map<String, Summary> before;
        private final Map<String, Summary> done;
        private final AtomicLong keys = new AtomicLong();

        Units(Map<String, Summary> before, Map<String, Summary> done) {
            this.before = before;
            this.done = done;
        }

        @Override
        public Optional<Summary> broughtOver(String unit) {
            return Optional.ofNullable(before.get(unit));
        }

        @Override
        public SnapshotSink sink(String unit) {
            return new SnapshotSink() {
                @Override
                public void take(SnapshotChunk chunk) {
                    keys.addAndGet(chunk.last() ? 1 : 0);
                }

                @Override
                public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
                    throw new AssertionError(message);
                }

                @Override
                public void finished(Summary what) {
                    assertThat(done.put(unit, what)).as("a unit is named once").isNull();
                }
            };
        }
    }

    @Test
    void aSinkThatFailsEndsAllThreadsAndIsHeard() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        CountDownLatch never = new CountDownLatch(1);
        CountDownLatch waiting = new CountDownLatch(1);

        assertThatThrownBy(() -> Scans.scan(directory, CONFIG, sink(chunk -> {
                    threads.add(Thread.currentThread());
                    if (chunk.type() == PikaType.STRING) {
                        waiting.await();
                        throw new FerryException(ErrorCode.TARGET_READ_ONLY, "the target is a replica");
                    }
                    waiting.countDown();
                    never.await();
                })))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_READ_ONLY))
                .hasMessage("the target is a replica")
                .hasCauseInstanceOf(FerryException.class);
        assertThat(threads).noneMatch(Thread::isAlive);
    }

    @Test
    void aBugIsAnInternalError() {
        assertThatThrownBy(() -> Scans.scan(directory, CONFIG, sink(chunk -> {
                    throw new IllegalStateException("oops");
                })))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INTERNAL))
                .hasRootCauseMessage("oops");
    }

    @Test
    void anInterruptEndsTheScan() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        Thread scan = new Thread(() -> {
            try {
                Scans.scan(directory, CONFIG, sink(chunk -> {
                    threads.add(Thread.currentThread());
                    busy.countDown();
                    never.await();
                }));
            } catch (Throwable e) {
                end.set(e);
            }
        });
        scan.start();
        busy.await();

        scan.interrupt();

        scan.join();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
        assertThat(threads).isNotEmpty().noneMatch(Thread::isAlive);
    }

    @Test
    void aScanThatHandsNothingOverCanBeInterruptedToo() throws Exception {
        CountDownLatch busy = new CountDownLatch(1);
        AtomicReference<Throwable> end = new AtomicReference<>();
        SnapshotConfig oneThread = CONFIG.withThreads(1);
        Thread scan = new Thread(() -> {
            try {
                new ParallelScan(oneThread)
                        .run(Map.of(StreamId.ONLY, directory), Scans.AS_OF, sink(chunk -> {}), (done, total) -> {
                            busy.countDown();
                        });
            } catch (Throwable e) {
                end.set(e);
            }
        });
        scan.start();
        busy.await();

        scan.interrupt();

        scan.join();
        assertThat(end.get()).isInstanceOf(InterruptedException.class);
    }

    private interface Taker {
        void take(SnapshotChunk chunk) throws InterruptedException;
    }

    private static SnapshotDestination sink(Taker taker) {
        return unit -> new SnapshotSink() {
            @Override
            public void take(SnapshotChunk chunk) throws InterruptedException {
                taker.take(chunk);
            }

            @Override
            public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
                throw new AssertionError(message);
            }
        };
    }
}
