package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** P2: what 2.3 does with the expiry of a collection that is emptied and filled again. Over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RevivalsTest {

    private static final String EMPTIED = "pikaferry:{moving}:emptied";
    private static final String DIRTY = "pikaferry:{moving}:dirty";
    private static final CommandMapper MAPPER = CommandMapper.forSource(PikaVersion.parse("2.3.6"));
    private static final int LANES = 3;
    private static final int CONTROL_DB = 2;

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final long now = System.currentTimeMillis() / 1000;
    private final long soon = now + 100;
    private long offset;

    @ParameterizedTest
    @CsvSource({
        "SADD k a, SREM k a, SADD k b",
        "SADD k a b, SREM k a b, SADD k a",
        "ZADD k 1 a, ZREM k a, ZADD k 2 b",
        "ZADD k 1 a, ZREMRANGEBYSCORE k 0 5, ZINCRBY k 2 b",
        "ZADD k 1 a, ZREMRANGEBYRANK k 0 -1, ZADD k 2 b",
        "ZADD k 1 a, ZREMRANGEBYLEX k - +, ZADD k 2 b",
        "RPUSH k a, LPOP k, RPUSH k b",
        "RPUSH k a, RPOP k, LPUSH k b",
        "RPUSH k a b, LTRIM k 5 9, RPUSH k b",
        "SADD k a, SMOVE k other a, SADD k b",
        "SADD k a, SUNIONSTORE k none, SADD k b",
        "ZADD k 1 a, ZUNIONSTORE k 1 none, ZADD k 1 b"
    })
    void whatIsFilledAgainHasTheExpiryItHad(String fill, String empty, String again) throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, fill);
            feed(feed, "expireat k " + soon);
            pool.drain();

            feed(feed, empty);
            pool.drain();
            assertThat(exists("k")).isFalse();
            assertThat(expiryOfRemembered()).isEqualTo(soon * 1000);

            feed(feed, again);
            pool.drain();
            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
            assertThat(size(EMPTIED)).isZero();
            assertThat(size(DIRTY)).as("to be read when it is calm").isPositive();

            feed.advance();
            pool.drain();
            assertThat(expiry("k")).as("far enough off not to be held back").isEqualTo(soon * 1000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "SADD k a, SREM k a, SADD other b, SMOVE other k b",
        "SADD k a, SREM k a, SADD other b, SUNIONSTORE k other",
        "RPUSH k a, LPOP k, RPUSH other b, RPOPLPUSH other k",
        "ZADD k 1 a, ZREM k a, ZADD other 1 b, ZUNIONSTORE k 1 other"
    })
    void soHasWhatIsFilledFromAnotherKey(String fill, String empty, String other, String again)
            throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, fill);
            feed(feed, "expireat k " + soon);
            feed(feed, empty);
            feed(feed, other);
            feed(feed, again);
            pool.drain();

            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
            assertThat(expiry("other")).isNegative();
        }
    }

    /** The source drops what it remembers, or has nothing to remember. */
    @ParameterizedTest
    @CsvSource({
        "SADD k a, DEL k, SADD k b",
        "RPUSH k a, LREM k 0 a, RPUSH k b",
        "RPUSH k a, RPOPLPUSH k other, RPUSH k b",
        "SADD k a, SREM k a, RPUSH k b",
        "ZADD k 1 a, ZREM k a, SADD k b",
        "HSET k f v, HDEL k f, HSET k f v",
        "SADD k a, flushall, SADD k b",
        "SADD k a, flushdb set, SADD k b",
        "SADD k a, PERSIST k, SADD k b"
    })
    void whatTheSourceForgetsIsNotGivenBack(String fill, String empty, String again) throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, fill);
            feed(feed, "expireat k " + soon);
            if (empty.startsWith("flush")) {
                feed(feed, "SREM k a");
            }
            feed(feed, empty);
            feed(feed, again);
            pool.drain();

            assertThat(expiry("k")).isEqualTo(-1);
        }
    }

    /** None of these finds an emptied key at the source. */
    @Test
    void whatIsDoneToAKeyThatIsEmptyChangesNothing() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SADD k a");
            feed(feed, "expireat k " + soon);
            feed(feed, "SREM k a");
            feed(feed, "DEL k");
            feed(feed, "expireat k " + (soon + 500));
            feed(feed, "persist k");
            feed(feed, "SREM k a");
            feed(feed, "SET k v");
            feed(feed, "DEL k");
            feed(feed, "SADD k b");
            pool.drain();

            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
        }
    }

    @Test
    void whatHasNoExpiryIsNotRemembered() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SADD k a");
            feed(feed, "SREM k a");
            feed(feed, "SADD k b");
            feed(feed, "expireat k " + soon);
            feed(feed, "SREM k b");
            feed(feed, "SADD k b");
            feed(feed, "persist k");
            feed(feed, "SREM k b");
            feed(feed, "SADD k b");
            pool.drain();

            assertThat(expiry("k")).isEqualTo(-1);
            assertThat(size(EMPTIED)).isZero();
        }
    }

    @Test
    void whatWasOverWhenItIsFilledIsNotGivenBack() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            for (String key : List.of("over", "unsure")) {
                feedAt(now, feed, "SADD " + key + " a");
                feedAt(now, feed, "expireat " + key + " " + (now + 10));
                feedAt(now + 1, feed, "SREM " + key + " a");
            }
            feedAt(now + 10, feed, "SADD unsure b");
            feedAt(now + 12, feed, "SADD over b");
            pool.drain();

            assertThat(expiry("over")).isEqualTo(-1);
            assertThat(exists("unsure")).as("it is read from the source").isFalse();
            assertThat(size(DIRTY)).as("that one").isOne();
        }
    }

    @Test
    void whatNobodyFillsIsForgottenWhenItIsOver() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feedAt(now, feed, "SADD k a");
            feedAt(now, feed, "expireat k " + (now + 10));
            feedAt(now, feed, "SREM k a");
            feedAt(now + 11, feed, "SET other v");
            feed.advance();
            pool.drain();
            assertThat(size(EMPTIED)).isOne();

            feedAt(now + 14, feed, "SET other v");
            feed.advance();
            pool.drain();
            assertThat(size(EMPTIED)).isZero();
            assertThat(pool.emptiedKeys()).isZero();
        }
    }

    /** Who takes over has the worker's knowledge from the target. */
    @Test
    void aSuccessorGivesBackWhatWasRemembered() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SADD k a");
            feed(feed, "expireat k " + soon);
            feed(feed, "SREM k a");
            pool.drain();
        }
        assertFilledAgainHasTheExpiry("SADD k b");
    }

    /** The worker died when it had given it back, before it wrote down that it had. */
    @Test
    void aSuccessorWritesDownWhatWasGivenBack() throws InterruptedException {
        call("HSET", EMPTIED, "s0/k", "!" + soon * 1000);
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            pool.drain();

            assertThat(size(EMPTIED)).isZero();
            assertThat(size(DIRTY)).isOne();
            assertThat(size("pikaferry:{moving}:held")).isOne();
            feed(feed, "SREM k b");
        }
    }

    @Test
    void aLoadBringsWhatTheSnapshotRemembers() throws InterruptedException {
        try (SenderPool pool = pool()) {
            pool.start();
            SnapshotFeed load = new SnapshotFeed(
                    pool,
                    new Pace(Threads.ofTheMachine(), Limits.NONE),
                    db -> db,
                    false,
                    true,
                    new NoRefusals(),
                    Map.of());
            load.sink("unit").emptied(0, "k".getBytes(US_ASCII), PikaType.ZSET, soon * 1000);
            pool.drain();
        }
        assertFilledAgainHasTheExpiry("ZADD k 1 a");
    }

    /** The log does not say what SPOP took, so the set is read from the source: it is not there. */
    @Test
    void aKeyThatTheSourceDoesNotHaveMayBeRemembered() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SADD k a");
            feed(feed, "expireat k " + soon);
            feed(feed, "SPOP k");
            pool.drain();
            offerNothing(pool, feed);
            assertThat(exists("k")).isFalse();

            feed(feed, "SADD k b");
            pool.drain();
            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
        }
    }

    /** It was given an expiry, and emptied, while nobody knew what it was. */
    @Test
    void whatWasDoneToADirtyKeyIsRememberedToo() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SPOP k");
            feed(feed, "SADD k a");
            feed(feed, "expireat k " + soon);
            feed(feed, "SREM k a");
            pool.drain();
            offerNothing(pool, feed);

            feed(feed, "SADD k b");
            pool.drain();
            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
        }
    }

    @Test
    void whatComesAfterTheReadingIsRememberedToo() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SPOP k");
            pool.drain();
            DirtyKey dirty = pool.nextDirty(Duration.ofSeconds(5)).orElseThrow();
            BinlogPosition read = new BinlogPosition(0, offset);
            feed(feed, "SREM k a");
            feed(feed, "SADD k b");
            feed.offer(new SourceCopy(
                    dirty,
                    read,
                    read,
                    List.of(new SourceCopy.Write(words("SADD k a"))),
                    soon * 1000,
                    Optional.empty()));
            feed.serveOffers();
            pool.drain();

            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
            assertThat(call("SISMEMBER", "k", "b")).isEqualTo(1L);
            assertThat(size(DIRTY)).isOne();
            assertThat(size(EMPTIED)).isZero();
        }
    }

    /** The source has the key: then what was remembered of it is past. */
    @Test
    void aKeyThatWasReadIsNotRemembered() throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SADD k a");
            feed(feed, "expireat k " + soon);
            feed(feed, "SREM k a");
            feed(feed, "SPOP k");
            pool.drain();
            assertThat(size(EMPTIED)).isOne();
            DirtyKey dirty = pool.nextDirty(Duration.ofSeconds(5)).orElseThrow();
            BinlogPosition read = new BinlogPosition(0, offset);
            feed.offer(new SourceCopy(
                    dirty, read, read, List.of(new SourceCopy.Write(words("SADD k a"))), 0, Optional.empty()));
            feed.serveOffers();
            feed(feed, "SREM k a");
            feed(feed, "SADD k b");
            pool.drain();

            assertThat(expiry("k")).isEqualTo(-1);
            assertThat(size(EMPTIED)).isZero();
        }
    }

    @Test
    void aCommandOfManyArgumentsIsCutInPieces() throws InterruptedException {
        String members = String.join(
                " ", IntStream.range(0, 20_001).mapToObj(i -> "m" + i).toList());
        String scored = String.join(
                " ", IntStream.range(0, 20_001).mapToObj(i -> i + " m" + i).toList());
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            for (String[] each : new String[][] {
                {"SADD s " + members, "SREM s " + members},
                {"ZADD z " + scored, "ZREM z " + members},
                {"RPUSH l " + members, "LTRIM l 1 0"}
            }) {
                String key = each[0].substring(5).trim().substring(0, 1);
                feed(feed, each[0]);
                feed(feed, "expireat " + key + " " + soon);
                feed(feed, each[1]);
                feed(feed, each[0]);
                pool.drain();
                assertThat(trueExpiry(key)).as(key).isEqualTo(soon * 1000);
            }
            assertThat(call("SCARD", "s")).isEqualTo(20_001L);
            assertThat(call("ZSCORE", "z", "m19999")).isEqualTo("19999".getBytes(US_ASCII));
            assertThat(call("LLEN", "l")).isEqualTo(20_001L);
        }
    }

    /** P5: as any other command. */
    @Test
    void whatTheTargetRefusesIsReadAgain() throws InterruptedException {
        call("SET", "k", "v");
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, "SREM k a");
            feed(feed, "SADD k a");
            pool.drain();

            DirtyKey dirty = pool.nextDirty(Duration.ofSeconds(5)).orElseThrow();
            assertThat(dirty.code()).isEqualTo(ErrorCode.TARGET_REJECTED_COMMAND);
            assertThat(dirty.message()).startsWith("SREM: WRONGTYPE");
            assertThat(size(DIRTY)).isOne();
        }
    }

    private void offerNothing(SenderPool pool, StreamFeed feed) throws InterruptedException {
        DirtyKey dirty = pool.nextDirty(Duration.ofSeconds(5)).orElseThrow();
        BinlogPosition read = new BinlogPosition(0, offset);
        feed.offer(new SourceCopy(dirty, read, read, List.of(), 0, Optional.empty()));
        feed.serveOffers();
        pool.drain();
    }

    private StreamFeed begin(SenderPool pool) {
        pool.holdExpiriesWithin(Duration.ofSeconds(15));
        try (TargetLink control = open("control")) {
            pool.adopt(control, db -> db);
        }
        StreamFeed feed = new StreamFeed(pool, marks(), db -> db, Optional.empty(), (stream, position) -> {});
        pool.start();
        return feed;
    }

    private void feed(StreamFeed feed, String command) throws InterruptedException {
        feedAt(now, feed, command);
    }

    private void feedAt(long executedAt, StreamFeed feed, String command) throws InterruptedException {
        List<String> words = new ArrayList<>(List.of(command.split(" ")));
        words.addAll(List.of("__PIKA_X#$SKGI", "1", "0123456789abcdef", "1"));
        StringBuilder content = new StringBuilder("*" + words.size() + "\r\n");
        words.forEach(word -> content.append("$" + word.length() + "\r\n" + word + "\r\n"));
        offset += 100;
        BinlogItem item = new BinlogItem(
                StreamId.ONLY,
                new BinlogPosition(0, offset),
                (int) executedAt,
                content.toString().getBytes(US_ASCII));
        feed.feed(item, MAPPER.map(item));
    }

    private static byte[][] words(String command) {
        return Stream.of(command.split(" "))
                .map(word -> word.getBytes(US_ASCII))
                .toArray(byte[][]::new);
    }

    private Marks marks() {
        return Marks.level(LANES, Map.of(StreamId.ONLY, new BinlogPosition(0, offset)));
    }

    /** Stands in the control database. */
    private static TargetLink open(String name) {
        TargetLink link = SERVER.links().open(name);
        link.call(Words.SELECT, Words.ascii(CONTROL_DB));
        return link;
    }

    private void assertFilledAgainHasTheExpiry(String again) throws InterruptedException {
        try (SenderPool pool = pool()) {
            StreamFeed feed = begin(pool);
            feed(feed, again);
            pool.drain();

            assertThat(trueExpiry("k")).isEqualTo(soon * 1000);
        }
    }

    private SenderPool pool() {
        StateKeeper keeper = new StateKeeper(SERVER.links(), TestTerms.KEYS);
        TargetState state = TargetState.following(marks(), true, Optional.empty());
        try (TargetLink link = open("keeping")) {
            keeper.write(link, state);
        }
        SenderPool.Terms terms = new TestTerms(SenderConfig.ofLanes(LANES))
                .withControlDb(CONTROL_DB)
                .withErrorsCounted(true)
                .withExpiry(new SourceExpiryRule(MAPPER))
                .terms();
        return new SenderPool(
                terms,
                Optional.of(new MarkBoard(TestTerms.KEYS, keeper, state, 1)),
                () -> open("lane"),
                new NoRefusals(),
                () -> {});
    }

    private static Object call(String... command) {
        try (TargetLink link = SERVER.links().open("test")) {
            boolean ours = command[1].startsWith(TargetKeys.PREFIX);
            link.call(Words.SELECT, Words.ascii(ours ? CONTROL_DB : 0));
            return link.call(words(String.join(" ", command)));
        }
    }

    private static boolean exists(String key) {
        return call("EXISTS", key).equals(1L);
    }

    private static long expiry(String key) {
        return (Long) call("PEXPIRETIME", key);
    }

    /** Also of a key that is held back. */
    private static long trueExpiry(String key) {
        long at = expiry(key);
        return HeldExpiries.isShifted(at) ? at - HeldExpiries.SHIFT_MILLIS : at;
    }

    private static long size(String hash) {
        return (Long) call("HLEN", hash);
    }

    private static long expiryOfRemembered() {
        List<?> values = (List<?>) call("HVALS", EMPTIED);
        assertThat(values).hasSize(1);
        return Long.parseLong(new String((byte[]) values.get(0), US_ASCII));
    }

    private static final class NoRefusals implements Refusals {
        @Override
        public Refused refused(Refused what) {
            throw new AssertionError(what.message());
        }

        @Override
        public List<byte[]> standing() {
            return List.of();
        }

        @Override
        public void writtenDown(Refused what) {}

        @Override
        public void found(Refused what) {}

        @Override
        public boolean isUntold(String id) {
            return false;
        }

        @Override
        public void reconciled(List<String> ids) {}

        @Override
        public void waiting(Optional<FerryException> why) {}
    }
}
