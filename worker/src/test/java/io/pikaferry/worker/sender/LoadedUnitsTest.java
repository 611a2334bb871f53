package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.snapshot.SnapshotSink;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** DESIGN §7.3: a load that is interrupted goes on with what is not whole in the target, over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class LoadedUnitsTest {

    private static final Pace PACE = new Pace(Threads.ofTheMachine(), Limits.NONE);

    private static final String SNAPSHOT = "moving-1.1";

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final StateKeeper keeper = new StateKeeper(SERVER.links(), TestTerms.KEYS);
    private final Ledger ledger = new Ledger(Clock.systemUTC(), why -> {}, entry -> {});

    @BeforeEach
    void aLoadHasBegun() {
        try (TargetLink control = SERVER.links().open("control")) {
            keeper.beginLoad(control, SNAPSHOT);
        }
    }

    private Map<String, String> noted(String snapshot) {
        try (TargetLink control = SERVER.links().open("control")) {
            return keeper.unitsLoaded(control, snapshot);
        }
    }

    private SenderPool pool() {
        SenderPool.Terms terms = new TestTerms(SenderConfig.ofLanes(3)).terms();
        SenderPool pool =
                new SenderPool(terms, Optional.empty(), () -> SERVER.links().open("lane"), ledger, () -> {});
        pool.start();
        return pool;
    }

    private SnapshotFeed feed(SenderPool pool, Map<String, Summary> before) {
        return new SnapshotFeed(pool, PACE, db -> db, true, true, ledger, before);
    }

    private static SnapshotChunk list(String key, boolean first, boolean last, String... elements) {
        byte[][] bytes =
                Arrays.stream(elements).map(each -> each.getBytes(UTF_8)).toArray(byte[][]::new);
        return new SnapshotChunk(
                0, key.getBytes(UTF_8), PikaType.LIST, 0, first, last, bytes, List.of(), Optional.empty());
    }

    @Test
    void aUnitIsNotedWhenAllOfItIsInTheTarget() throws InterruptedException {
        try (SenderPool pool = pool()) {
            SnapshotFeed feed = feed(pool, Map.of());
            SnapshotSink unit = feed.sink("db0.0/lists/ab");
            for (int i = 0; i < 100; i++) {
                unit.take(list("l" + i, true, true, "a", "b"));
            }
            unit.finished(new Summary(100, 200, 3));
            feed.sink("another").take(list("of another unit", true, false, "a"));
            pool.drain();
        }

        assertThat(noted(SNAPSHOT)).isEqualTo(Map.of("db0.0/lists/ab", "100 200 3"));
        assertThat(SERVER.call("LLEN", "l99")).isEqualTo(2L);
    }

    /** P2: the pieces of a list that was half there are not appended to it. */
    @Test
    void theNextTryLeavesOutWhatIsNotedAndReplacesTheRest() throws InterruptedException {
        SERVER.call("RPUSH", "half", "a");
        SERVER.call("RPUSH", "whole", "a", "b");
        Map<String, Summary> before = Map.of("one", Summary.parse("1 2 0"));
        try (SenderPool pool = pool()) {
            SnapshotFeed feed = feed(pool, before);
            assertThat(feed.broughtOver("one")).contains(new Summary(1, 2, 0));
            assertThat(feed.broughtOver("two")).isEmpty();
            SnapshotSink two = feed.sink("two");
            two.take(list("half", true, false, "a"));
            two.take(list("half", false, true, "b"));
            two.finished(new Summary(1, 2, 0));
            pool.drain();
            assertThat(pool.keysLoaded()).isEqualTo(2);
            assertThat(pool.elementsLoaded()).isEqualTo(4);
        }

        assertThat(SERVER.call("LLEN", "half")).isEqualTo(2L);
        assertThat(noted(SNAPSHOT)).containsOnlyKeys("two");
    }

    /** P5: who leaves the unit out will not meet it again. */
    @Test
    void whatOfTheUnitCouldNotBeAppliedStandsBesideTheNote() throws InterruptedException {
        try (SenderPool pool = pool()) {
            SnapshotSink one = feed(pool, Map.of()).sink("one");
            one.refuse(ErrorCode.NOT_REPRESENTABLE, 0, "hll".getBytes(UTF_8), PikaType.STRING, "a HyperLogLog");
            one.finished(new Summary(1, 1, 0));
            pool.drain();
        }

        assertThat(SERVER.call("HLEN", "pikaferry:{moving}:refused")).isEqualTo(1L);
        assertThat(noted(SNAPSHOT)).containsOnlyKeys("one");
    }

    /** P5: also of the last unit, and by nobody but those who note units; once, however often the load is tried. */
    @Test
    void whatCouldNotBeAppliedIsKeptOnceWhenTheLoadIsOver() throws InterruptedException {
        try (TargetLink control = SERVER.links().open("control")) {
            keeper.write(control, TargetState.loading(3, true, SNAPSHOT, Optional.empty()));
        }
        for (int i = 0; i < 3; i++) {
            ledger.loadBegins();
            try (SenderPool pool = pool()) {
                SnapshotFeed feed = feed(pool, Map.of());
                feed.sink("one").finished(new Summary(0, 0, 0));
                SERVER.call("SET", "of another type", "a string");
                SnapshotSink two = feed.sink("two");
                two.take(list("of another type", false, false, "a"));
                two.take(list("of another type", false, true, "b"));
                two.finished(new Summary(1, 2, 0));
                pool.drain();
            }
        }
        try (TargetLink control = SERVER.links().open("control")) {
            Marks marks = Marks.level(3, Map.of(StreamId.ONLY, new BinlogPosition(1, 2)));
            keeper.loaded(control, SNAPSHOT, TargetState.following(marks, true, Optional.empty()));
        }

        assertThat((List<?>) SERVER.call("HVALS", "pikaferry:{moving}:refused"))
                .singleElement()
                .satisfies(
                        value -> assertThat(new String((byte[]) value, UTF_8)).startsWith("TARGET_REJECTED_COMMAND"));
        assertThat(ledger.unreported())
                .singleElement()
                .satisfies(entry -> assertThat(entry.what().count()).isEqualTo(2)); // pieces
    }

    @Test
    void theNotesAreOfOneSnapshotAndGoWithIt() {
        SERVER.call("HSET", "pikaferry:{moving}:load", "one", "1 1 0");
        assertThat(noted("moving-2.1")).isEmpty();
        assertThat(noted(SNAPSHOT)).containsOnlyKeys("one");

        try (TargetLink control = SERVER.links().open("control")) {
            Marks marks = Marks.level(3, Map.of(StreamId.ONLY, new BinlogPosition(1, 2)));
            keeper.write(control, TargetState.following(marks, true, Optional.empty()));
        }

        assertThat(SERVER.call("EXISTS", "pikaferry:{moving}:load")).isEqualTo(0L);
    }

    @Test
    void unitsCannotBeThereIfNothingIsToBeReplaced() {
        try (SenderPool pool = pool()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> new SnapshotFeed(
                            pool, PACE, db -> db, false, true, ledger, Map.of("one", new Summary(1, 1, 0))));
        }
    }
}
