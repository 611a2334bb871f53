package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.snapshot.SnapshotSink;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes to the lanes rendered, over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class UnitFeedTest {

    private static final Summary ANYTHING = new Summary(1, 1, 0);

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final Ledger ledger = new Ledger(Clock.systemUTC(), why -> {}, entry -> {});

    private SenderPool pool(SenderConfig config) {
        SenderPool.Terms terms = new TestTerms(config).terms();
        SenderPool pool =
                new SenderPool(terms, Optional.empty(), () -> SERVER.links().open("lane"), ledger, () -> {});
        pool.holdExpiriesWithin(Duration.ofHours(1));
        pool.start();
        return pool;
    }

    private SnapshotFeed feed(SenderPool pool) {
        return new SnapshotFeed(
                pool, new Pace(Threads.ofTheMachine(), Limits.NONE), db -> db, true, true, ledger, Map.of());
    }

    private static SnapshotChunk piece(
            int db, PikaType type, String key, long expireAt, boolean first, boolean last, String... elements) {
        byte[][] bytes =
                Arrays.stream(elements).map(each -> each.getBytes(UTF_8)).toArray(byte[][]::new);
        return new SnapshotChunk(
                db, key.getBytes(UTF_8), type, expireAt, first, last, bytes, List.of(), Optional.empty());
    }

    private static SnapshotChunk string(int db, String key, String value) {
        return piece(db, PikaType.STRING, key, 0, true, true, value);
    }

    /** P3: also where its pieces end up in several bulks, with other databases and pieces that go alone between them. */
    @Test
    void theOrderOfAListIsKept() throws InterruptedException {
        try (SenderPool pool = pool(SenderConfig.ofLanes(2).forLoad())) {
            SnapshotSink sink = feed(pool).sink("unit");
            for (int list = 0; list < 40; list++) {
                long near = list % 2 == 0 ? System.currentTimeMillis() + 600_000 : 0;
                for (int i = 0; i < 30; i++) {
                    sink.take(piece(0, PikaType.LIST, "l" + list, near, i == 0, i == 29, element(i)));
                }
                sink.take(string(1 + list % 2, "k" + list, "v"));
            }
            sink.finished(ANYTHING);
            pool.drain();
            assertThat(pool.keysLoaded()).isEqualTo(80);
            assertThat(pool.elementsLoaded()).isEqualTo(40 * 31);
        }

        List<String> expected =
                IntStream.range(0, 30).mapToObj(UnitFeedTest::element).toList();
        for (int list = 0; list < 40; list++) {
            List<?> elements = (List<?>) SERVER.call("LRANGE", "l" + list, "0", "-1");
            assertThat(elements.stream()
                            .map(each -> new String((byte[]) each, UTF_8))
                            .toList())
                    .isEqualTo(expected);
        }
        assertThat(SERVER.call("HLEN", "pikaferry:{moving}:held")).isEqualTo(20L);
    }

    private static String element(int number) {
        return number + ":" + "x".repeat(number * 70);
    }

    @Test
    void aValueLargerThanABulkAndThanTheBudgetGoesThrough() throws InterruptedException {
        SenderConfig small = new SenderConfig(2, 512, 1000, 100_000);
        try (SenderPool pool = pool(small)) {
            SnapshotSink sink = feed(pool).sink("unit");
            sink.take(string(0, "before", "v"));
            sink.take(string(0, "large", "x".repeat(1_000_000)));
            sink.take(string(0, "after", "v"));
            sink.finished(ANYTHING);
            pool.drain();
        }

        assertThat(SERVER.call("STRLEN", "large")).isEqualTo(1_000_000L);
        assertThat(SERVER.call("EXISTS", "before", "after")).isEqualTo(2L);
    }

    /** P8: bulks that are begun take from the budget, too: nobody waits for room that others hold and wait with. */
    @Test
    void threadsThatShareABudgetOfOneBulkDoNotWaitForEachOther() throws Exception {
        SenderConfig small = new SenderConfig(8, 512, 1 << 20, 66_000);
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (SenderPool pool = pool(small)) {
            SnapshotFeed feed = feed(pool);
            List<Future<?>> units = new ArrayList<>();
            for (int unit = 0; unit < 4; unit++) {
                String name = "unit" + unit;
                units.add(threads.submit(() -> {
                    SnapshotSink sink = feed.sink(name);
                    for (int i = 0; i < 2_000; i++) {
                        sink.take(string(0, name + ":" + i, "x".repeat(100)));
                    }
                    sink.finished(ANYTHING);
                    return null;
                }));
            }
            for (Future<?> unit : units) {
                unit.get();
            }
            pool.drain();
            assertThat(pool.keysLoaded()).isEqualTo(8_000);
        } finally {
            threads.shutdownNow();
        }

        assertThat(SERVER.call("EXISTS", "unit0:0", "unit3:1999")).isEqualTo(2L);
    }

    @Test
    void anExpiryThatIsFarGoesWithItsKey() throws InterruptedException {
        long far = System.currentTimeMillis() + Duration.ofDays(3).toMillis();
        try (SenderPool pool = pool(SenderConfig.ofLanes(2).forLoad())) {
            SnapshotSink sink = feed(pool).sink("unit");
            sink.take(piece(0, PikaType.HASH, "h", far, true, false, "f", "v"));
            sink.take(piece(0, PikaType.HASH, "h", far, false, true, "g", "w"));
            sink.finished(ANYTHING);
            pool.drain();
        }

        assertThat(SERVER.call("PEXPIRETIME", "h")).isEqualTo(far);
        assertThat(SERVER.call("HLEN", "h")).isEqualTo(2L);
        assertThat(SERVER.call("EXISTS", "pikaferry:{moving}:held")).isEqualTo(0L);
    }

    /** P5. */
    @Test
    void aPieceThatIsRefusedIsToldWithItsKeyAndTheOthersAreThere() throws InterruptedException {
        SERVER.call("SET", "odd", "a string");
        try (SenderPool pool = pool(SenderConfig.ofLanes(1).forLoad())) {
            SnapshotSink sink = feed(pool).sink("unit");
            sink.take(string(0, "before", "v"));
            // not its first piece: what stands there is not removed
            sink.take(piece(0, PikaType.SET, "odd", 0, false, true, "m"));
            sink.take(string(0, "after", "v"));
            sink.finished(ANYTHING);
            pool.drain();
        }

        assertThat(SERVER.call("EXISTS", "before", "after")).isEqualTo(2L);
        assertThat(ledger.unreported()).singleElement().satisfies(entry -> {
            assertThat(entry.what().key().asUtf8()).isEqualTo("odd");
            assertThat(entry.what().command()).isEqualTo("SADD");
        });
    }
}
