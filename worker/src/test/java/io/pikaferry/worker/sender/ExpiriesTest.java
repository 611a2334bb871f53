package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import io.pikaferry.worker.target.TargetState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P2, DESIGN §7.2: a key that comes near its expiry is held back until the stream has passed it. Over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExpiriesTest {

    private static final String DIRTY = "pikaferry:{moving}:dirty";
    private static final long HELD = 1_000_000_000_000L;

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final long began = System.currentTimeMillis() / 1000 * 1000;
    private final AtomicLong now = new AtomicLong(began);
    private long offset;

    @Test
    void anExpiryThatIsFarOffIsGivenAndHeldBackWhenItComesNear() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            long expireAt = began / 1000 + 40;
            feed(feed, began, "SET", "k", "v");
            feed(feed, began, "expireat", "k", Long.toString(expireAt));
            feed.advance();
            pool.drain();
            assertThat(timeToLive()).isBetween(30_000L, 41_000L);
            assertThat(pool.heldExpiries()).isZero();

            now.set(began + 26_000); // 14 s before
            feed.advance();
            pool.drain();
            assertThat(timeToLive()).isGreaterThan(HELD);
            assertThat(pool.heldExpiries()).isOne();
        }
    }

    /** Who takes over has the worker's knowledge from the target. */
    @Test
    void aSuccessorHoldsBackWhatComesNearToo() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "v");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 40));
            pool.drain();
        }
        now.set(began + 26_000);
        try (SenderPool pool = pool(SERVER.links());
                TargetLink control = SERVER.links().open("control")) {
            pool.holdExpiriesWithin(Duration.ofSeconds(15));
            pool.adopt(control, db -> db);
            StreamFeed feed = feed(pool);
            pool.start();
            feed.advance();
            pool.drain();

            assertThat(timeToLive()).isGreaterThan(HELD);
        }
    }

    @Test
    void whatTheStreamHasPassedGetsItsExpiry() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "v");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 - 1));
            feed(feed, began - 2_000, "SET", "k", "v");
            feed(feed, began - 2_000, "expireat", "k", Long.toString(began / 1000 - 1));
            feed.advance();
            pool.drain();
            assertThat(timeToLive()).isGreaterThan(HELD);

            feed(feed, began + 1_000, "SET", "other", "v");
            feed.advance();
            pool.drain();

            assertThat(timeToLive()).isEqualTo(-2);
            assertThat(SERVER.call("HLEN", "pikaferry:{moving}:held")).isEqualTo(0L);
        }
    }

    /** P2: an item may have been executed just before the expiry and logged after it. */
    @Test
    void whatIsLoggedInTheSecondAfterTheExpiryIsReadAgainWhenItIsCalm() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = beginWithAKeyThatExpiresWithinTheSecond(pool);
            feed(feed, began + 1_000, "SET", "other", "v");
            feed.advance();
            feed(feed, began + 1_000, "INCRBY", "k", "1");
            pool.drain();

            assertValueAndDirtyKeys("1", 1);
        }
    }

    @Test
    void whatIsLoggedLaterHasNotFoundTheKey() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = beginWithAKeyThatExpiresWithinTheSecond(pool);
            feed(feed, began + 2_000, "INCRBY", "k", "1");
            pool.drain();

            assertValueAndDirtyKeys("1", 0);
        }
    }

    @Test
    void whatReplacesAKeyDoesNotDependOnItsExpiry() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = beginWithAKeyThatExpiresWithinTheSecond(pool);
            feed(feed, began + 1_000, "SET", "k", "6");
            feed(feed, began + 1_000, "INCRBY", "k", "1");
            pool.drain();

            assertValueAndDirtyKeys("7", 0);
        }
    }

    private StreamFeed beginWithAKeyThatExpiresWithinTheSecond(SenderPool pool) throws InterruptedException {
        StreamFeed feed = begin(pool);
        feed(feed, began, "SET", "k", "5");
        feed(feed, began, "expireat", "k", Long.toString(began / 1000));
        return feed;
    }

    private static void assertValueAndDirtyKeys(String value, long dirty) {
        assertThat(SERVER.call("GET", "k")).isEqualTo(value.getBytes(US_ASCII));
        assertThat(SERVER.call("HLEN", DIRTY)).isEqualTo(dirty);
    }

    @Test
    void whatWasPersistedIsForgotten() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "v");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 5));
            feed(feed, began, "persist", "k");
            feed(feed, began + 7_000, "SET", "other", "v");
            feed.advance();
            pool.drain();

            assertThat(timeToLive()).isEqualTo(-1);
            assertThat(SERVER.call("HLEN", "pikaferry:{moving}:held")).isEqualTo(0L);
        }
    }

    /** P2: a key that was let go too early is read again; whether it was too early is judged by the last expiry it was given. */
    @Test
    void aSuccessorKnowsTheLastExpiryOfAKeyThatIsMissing() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "5");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 2));
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 9));
            pool.drain();
        }
        SERVER.call("DEL", "k"); // as if its time had come while nobody held it back
        now.set(began + 12_000);
        try (SenderPool pool = pool(SERVER.links());
                TargetLink control = SERVER.links().open("control")) {
            pool.holdExpiriesWithin(Duration.ofSeconds(15));
            pool.adopt(control, db -> db);
            StreamFeed feed = feed(pool);
            pool.start();
            feed(feed, began + 7_000, "INCR", "k");
            pool.drain();

            assertThat(SERVER.call("EXISTS", "k")).isEqualTo(0L);
            assertThat(SERVER.call("HLEN", "pikaferry:{moving}:dirty")).isEqualTo(1L);
        }
    }

    /** A job that is stopped while the source writes must not leave keys behind that never expire. */
    @Test
    void whoEndsInOrderHoldsNothingBack() throws InterruptedException {
        try (SenderPool pool = pool(SERVER.links())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "5");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 12));
            pool.drain();
            assertThat(timeToLive()).isGreaterThan(HELD);

            feed.letGo();
            pool.drain();

            assertThat(timeToLive()).isBetween(1L, 12_000L);
        }
    }

    /** P2: between the question and the holding back the target goes on. */
    @Test
    void aKeyThatGoesWhileItIsHeldBackIsMissing() throws InterruptedException {
        try (SenderPool pool = pool(lettingGoBeforeHoldingBack())) {
            StreamFeed feed = begin(pool);
            feed(feed, began, "SET", "k", "5");
            feed(feed, began, "expireat", "k", Long.toString(began / 1000 + 40));
            feed.advance();
            pool.drain();
            assertThat(timeToLive()).isPositive();

            now.set(began + 39_000);
            feed.advance();
            feed(feed, began + 39_000, "INCR", "k");
            pool.drain();

            assertThat(SERVER.call("EXISTS", "k")).isEqualTo(0L);
            assertThat(SERVER.call("HLEN", "pikaferry:{moving}:dirty")).isEqualTo(1L);
        }
    }

    /** The key's time comes just then. */
    private static TargetLinks lettingGoBeforeHoldingBack() {
        return new TargetLinks() {
            @Override
            public TargetAddress address() {
                return SERVER.links().address();
            }

            @Override
            public TargetLink open(String name) {
                TargetLink link = SERVER.links().open(name);
                return new TargetLink() {
                    @Override
                    public List<Object> exchange(List<byte[][]> commands) {
                        if (commands.stream().anyMatch(ExpiriesTest::holdsBack)) {
                            SERVER.call("DEL", "k");
                        }
                        return link.exchange(commands);
                    }

                    @Override
                    public void close() {
                        link.close();
                    }
                };
            }
        };
    }

    private static boolean holdsBack(byte[][] command) {
        return Arrays.equals(command[0], Words.PEXPIREAT)
                && HeldExpiries.isShifted(Long.parseLong(new String(command[2], US_ASCII)));
    }

    private StreamFeed begin(SenderPool pool) {
        pool.holdExpiriesWithin(Duration.ofSeconds(15));
        StreamFeed feed = feed(pool);
        pool.start();
        return feed;
    }

    private StreamFeed feed(SenderPool pool) {
        return new StreamFeed(pool, marks(), db -> db, Optional.empty(), (stream, position) -> {});
    }

    private void feed(StreamFeed feed, long executedAtMillis, String... command) throws InterruptedException {
        StringBuilder content = new StringBuilder("*" + command.length + "\r\n");
        for (String word : command) {
            content.append("$")
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        offset += 100;
        BinlogItem item = new BinlogItem(
                StreamId.ONLY,
                new BinlogPosition(0, offset),
                (int) (executedAtMillis / 1000),
                content.toString().getBytes(US_ASCII));
        feed.feed(item, CommandMapper.forSource(new PikaVersion(3, 0, 16)).map(item));
    }

    private Marks marks() {
        return Marks.level(1, Map.of(StreamId.ONLY, new BinlogPosition(0, offset)));
    }

    private SenderPool pool(TargetLinks links) {
        StateKeeper keeper = new StateKeeper(links, TestTerms.KEYS);
        TargetState state = TargetState.following(marks(), true, Optional.empty());
        try (TargetLink link = links.open("keeping")) {
            keeper.write(link, state);
        }
        SenderPool.Terms terms = new TestTerms(SenderConfig.ofLanes(1))
                .withRefusedReadAgain(false)
                .withExpiry(new SourceExpiryRule(CommandMapper.forSource(new PikaVersion(3, 0, 16))))
                .withClock(clock())
                .terms();
        return new SenderPool(
                terms,
                Optional.of(new MarkBoard(TestTerms.KEYS, keeper, state, 1)),
                () -> links.open("lane"),
                new NoRefusals(),
                () -> {});
    }

    private Clock clock() {
        return new Clock() {
            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }

            @Override
            public Instant instant() {
                return Instant.ofEpochMilli(now.get());
            }
        };
    }

    private static long timeToLive() {
        return (Long) SERVER.call("PTTL", "k");
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
