package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.ledger.LedgerEntry;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.reconcile.KeyReader;
import io.pikaferry.worker.reconcile.Rereads;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.target.TargetCheck;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P5: what a real server refuses is healed or written down, also if the worker dies right after the refusal. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RefusedCommandsTest {

    private static final CommandMapper MAPPER = CommandMapper.forSource(new PikaVersion(3, 4, 0));
    private static final BinlogPosition START = new BinlogPosition(0, 1);

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final Map<String, List<String[]>> source = new TreeMap<>(); // key: the commands that make it
    private final Map<String, String> otherTypes = new TreeMap<>();
    private final List<Refused> heard = new ArrayList<>();
    private final Ledger ledger = new Ledger(Clock.systemUTC(), why -> {}, heard::add);
    /** One that succeeds and one that is refused. */
    private static final String[][] BOTH = {{"INCR", "n"}, {"HSET", "odd", "f", "v"}};

    private long end = 1;

    @BeforeEach
    void begin() {
        try (TargetLink link = SERVER.links().open("begin")) {
            new StateKeeper(SERVER.links(), TestTerms.KEYS)
                    .write(
                            link,
                            TargetState.following(
                                    Marks.level(2, Map.of(StreamId.ONLY, START)), true, Optional.empty()));
        }
    }

    @Test
    void aRefusedCommandIsRecordedAndTheOthersAreApplied() throws InterruptedException {
        target("SET", "odd", "a string");
        try (Job job = new Job(false, SERVER.links())) {
            job.feed("INCR", "n");
            job.feed("HSET", "odd", "f", "v");
            job.feed("INCR", "n");
            job.drain();
        }

        assertThat(target("GET", "n")).isEqualTo("2");
        assertThat(ledger.unreported()).singleElement().satisfies(entry -> {
            assertThat(entry.what().command()).isEqualTo("HSET");
            assertThat(entry.what().message()).startsWith("HSET: WRONGTYPE ");
            assertThat(entry.what().key()).isEqualTo(Bytes.utf8("odd"));
        });
        assertThat(heard).hasSize(1);
        assertThat(target("HLEN", "pikaferry:{moving}:refused")).isEqualTo("1");
        assertThat(unexamined()).isEmpty();
    }

    /** What a coordinator has stored need not stand in the target any more; the rest is told by whoever comes next. */
    @Test
    void whatWasNotStoredIsToldByTheNextHolder() throws InterruptedException {
        target("SET", "odd", "a string");
        try (Job job = new Job(false, SERVER.links())) {
            job.feed("HSET", "odd", "f", "1");
            job.feed("HSET", "odd", "f", "2");
            job.drain();
            ledger.stored(ledger.unreported().subList(0, 1));
            job.feed.forget(ledger.takeStored());
            job.drain();
        }

        Ledger next = new Ledger(Clock.systemUTC(), why -> {}, entry -> {});
        try (Job job = new Job(false, SERVER.links(), next)) {
            assertThat(next.unreported()).singleElement().satisfies(entry -> {
                assertThat(entry.again()).isTrue();
                assertThat(entry.what()).isEqualTo(ledger.unreported().get(0).what());
            });
            job.drain();
        }
    }

    /** P5, policy reconcile: the key becomes what it is at the source, and nobody is bothered. */
    @Test
    void aKeyWhoseCommandIsRefusedIsReadAgain() throws InterruptedException {
        target("SET", "odd", "a string");
        source.put("odd", List.<String[]>of(new String[] {"HSET", "odd", "f", "v", "g", "w"}));
        try (Job job = new Job(true, SERVER.links())) {
            job.feed("HSET", "odd", "f", "v");
            job.feed("HSET", "odd", "g", "w");
            job.feed("INCR", "n");
            job.awaitClean();
            assertThat(job.pool.keysRepaired()).isEqualTo(1);
        }

        assertThat(target("HGETALL", "odd")).isEqualTo("[f, v, g, w]");
        assertThat(target("GET", "n")).isEqualTo("1");
        assertThat(ledger.unreported()).isEmpty();
        assertThat(target("EXISTS", "pikaferry:{moving}:dirty", "pikaferry:{moving}:refused"))
                .isEqualTo("0");
    }

    @Test
    void whatCannotBeMadeEqualEitherIsRecorded() throws InterruptedException {
        target("SET", "odd", "a string");
        source.put("odd", List.<String[]>of(new String[] {"ZADD", "odd", "nan", "m"}));
        try (Job job = new Job(true, SERVER.links())) {
            job.feed("ZADD", "odd", "1", "m");
            job.awaitClean();
        }

        assertThat(ledger.unreported()).singleElement().satisfies(entry -> assertThat(
                        entry.what().message())
                .startsWith("ZADD: WRONGTYPE ")
                .contains("; read again from the source, and refused: ZADD: "));
        assertThat(target("HLEN", "pikaferry:{moving}:refused")).isEqualTo("1");
    }

    /** Up to 3.5 one name may have several types: reading it again cannot make it equal, and is not tried for each command. */
    @Test
    void aNameOfSeveralTypesIsRecordedOnce() throws InterruptedException {
        target("SET", "both", "s");
        source.put("both", List.<String[]>of(new String[] {"SET", "both", "s"}));
        otherTypes.put("both", "hash");
        try (Job job = new Job(true, SERVER.links())) {
            job.feed("HSET", "both", "f", "1");
            job.awaitClean();
            for (int i = 0; i < 10; i++) {
                job.feed("HSET", "both", "f", "2");
                job.drain();
            }
            assertThat(job.reads).isEqualTo(1);
        }

        assertThat(target("GET", "both")).isEqualTo("s");
        assertThat(ledger.unreported()).singleElement().satisfies(entry -> {
            assertThat(entry.what().code()).isEqualTo(ErrorCode.TYPE_CONFLICT);
            assertThat(entry.what().count()).isEqualTo(11);
        });
    }

    /** P2, P5: EXEC has refused something and moved the marks, and the reply never came. */
    @Test
    void aRefusalWhoseReplyWasNeverReadIsFoundByTheSuccessor() throws InterruptedException {
        target("SET", "odd", "a string");
        source.put("odd", List.<String[]>of(new String[] {"HSET", "odd", "f", "v"}));
        source.put("n", List.<String[]>of(new String[] {"SET", "n", "41"}));
        TargetLinks dying = dyingAt("WRONGTYPE");
        try (Job job = new Job(false, dying, new Ledger(Clock.systemUTC(), why -> {}, entry -> {}), 1, true, BOTH)) {
            job.awaitFailure();
        }
        assertThat(unexamined()).isPresent();
        long fed = end;

        end = 1;
        try (Job job = new Job(false, SERVER.links(), ledger, 1)) {
            job.feed("INCR", "n");
            job.feed("HSET", "odd", "f", "v");
            assertThat(end).isEqualTo(fed);
            job.awaitClean();
            job.feed("INCR", "n");
            job.drain();
        }

        assertThat(target("HGETALL", "odd")).isEqualTo("[f, v]");
        assertThat(target("GET", "n")).as("read at 41, then once more").isEqualTo("42");
        assertThat(unexamined()).isEmpty();
        assertThat(ledger.unreported()).isEmpty();
    }

    /** The same, and the successor dies in the midst of finding out. */
    @Test
    void aSuccessorThatDiesToo() throws InterruptedException {
        target("SET", "odd", "a string");
        source.put("odd", List.<String[]>of(new String[] {"HSET", "odd", "f", "v"}));
        source.put("n", List.<String[]>of(new String[] {"SET", "n", "1"}));
        try (Job job = new Job(false, dyingAt("WRONGTYPE"), ledger, 1, true, BOTH)) {
            job.awaitFailure();
        }
        BinlogPosition mark = state().marks().orElseThrow().of(StreamId.ONLY, 0);
        end = 1;
        try (Job job = new Job(false, SERVER.links(), ledger, 1, false)) {
            job.feed("INCR", "n");
            job.drain();
            assertThat(state().marks().orElseThrow().of(StreamId.ONLY, 0))
                    .as("what the target has is not set back")
                    .isEqualTo(mark);
        }
        assertThat(unexamined()).isPresent();

        end = 1;
        try (Job job = new Job(false, SERVER.links(), ledger, 1)) {
            job.feed("INCR", "n");
            job.feed("HSET", "odd", "f", "v");
            job.awaitClean();
        }

        assertThat(target("GET", "n")).isEqualTo("1");
        assertThat(target("HGETALL", "odd")).isEqualTo("[f, v]");
        assertThat(unexamined()).isEmpty();
    }

    /** Nothing was refused: then nothing is to be found out, whenever the worker dies. */
    @Test
    void aTransactionInWhichNothingWasRefusedLeavesNoNote() throws InterruptedException {
        try (Job job = new Job(false, dyingAt("2"), ledger, 1)) {
            job.feed("INCR", "n");
            job.drain();
            job.feed("INCR", "n");
            job.awaitFailure();
        }

        assertThat(target("GET", "n")).isEqualTo("2");
        assertThat(unexamined()).isEmpty();
    }

    /** P5: for the target's own trouble no command is passed over. */
    @Test
    void aCommandThatIsNotAllowedEndsTheTry() throws InterruptedException {
        target("ACL", "SETUSER", "ferry", "on", ">secret", "~*", "&*", "+@all", "-lpush");
        try (Job job = new Job(true, SERVER.linksOf("ferry", "secret"))) {
            job.feed("INCR", "n");
            job.feed("LPUSH", "l", "v");
            FerryException why = job.awaitFailure();
            assertThat(why.code()).isEqualTo(ErrorCode.TARGET_NO_PERMISSION);
        }

        assertThat(ledger.unreported()).isEmpty();
        assertThat(state().marks().orElseThrow().of(StreamId.ONLY, 0).offset()).isLessThan(end);
    }

    @Test
    void anItemThatCannotBeAppliedAtAllIsWrittenDownWithItsMark() throws InterruptedException {
        try (Job job = new Job(true, SERVER.links())) {
            job.feed("NOSUCH", "k");
            job.drain();
        }

        assertThat(ledger.unreported())
                .singleElement()
                .satisfies(entry -> assertThat(entry.what().code()).isEqualTo(ErrorCode.UNKNOWN_COMMAND));
        assertThat(target("HLEN", "pikaferry:{moving}:refused")).isEqualTo("1");
    }

    /** An operator's wish: exactly what is at the source, whatever stands in the target; and said so. */
    @Test
    void aWishedKeyIsReadAgainAndTheEntryAnswered() throws InterruptedException {
        target("SET", "odd", "a string");
        try (Job job = new Job(false, SERVER.links())) {
            job.feed("HSET", "odd", "f", "v");
            job.drain();
            Refused entry = ledger.unreported().get(0).what();
            ledger.stored(ledger.unreported());
            source.put("odd", List.<String[]>of(new String[] {"HSET", "odd", "f", "v"}));

            ledger.begin(List.of(entry)).forEach(job.feed::mend);
            job.awaitClean();

            assertThat(ledger.unreported()).singleElement().satisfies(told -> {
                assertThat(told.id()).isEqualTo(entry.id());
                assertThat(told.state()).isEqualTo(LedgerEntry.State.RESOLVED);
            });
        }
        assertThat(target("HGETALL", "odd")).isEqualTo("[f, v]");
    }

    @Test
    void aWishedKeyThatIsRefusedAgainIsSaidToBe() throws InterruptedException {
        target("SET", "odd", "a string");
        try (Job job = new Job(false, SERVER.links())) {
            job.feed("HSET", "odd", "f", "v");
            job.drain();
            Refused entry = ledger.unreported().get(0).what();
            ledger.stored(ledger.unreported());
            source.put("odd", List.<String[]>of(new String[] {"ZADD", "odd", "nan", "m"}));

            ledger.begin(List.of(entry)).forEach(job.feed::mend);
            job.awaitClean();

            assertThat(ledger.unreported()).singleElement().satisfies(told -> {
                assertThat(told.id()).isEqualTo(entry.id());
                assertThat(told.state()).isEqualTo(LedgerEntry.State.OPEN);
                assertThat(told.what().count()).isEqualTo(2);
            });
        }
    }

    /** The worker dies between beginning and ending: the key is dirty in the target, and its next holder ends it. */
    @Test
    void aWishThatWasBegunIsEndedByTheNextHolder() throws InterruptedException {
        target("SET", "odd", "a string");
        Refused entry = Refused.ofItem(
                StreamId.ONLY, START, 0, Bytes.utf8("odd"), ErrorCode.TARGET_REJECTED_COMMAND, "HSET", "refused");
        source.put("odd", List.<String[]>of(new String[] {"HSET", "odd", "f", "v"}));
        try (Job job = new Job(false, SERVER.links(), ledger, 2, false)) {
            ledger.begin(List.of(entry)).forEach(job.feed::mend);
            job.feed.serveOffers();
            job.feed.rouse();
            job.drain();
        }
        assertThat(target("HGETALL", "odd")).startsWith("error WRONGTYPE");

        try (Job job = new Job(false, SERVER.links())) {
            job.awaitClean();
        }
        assertThat(target("HGETALL", "odd")).isEqualTo("[f, v]");
    }

    // ------------------------------------------------------------------ a job, its source and its target

    private final class Job implements AutoCloseable {

        private final SenderPool pool;
        private final StreamFeed feed;
        private final Optional<Rereads> rereads;
        private final CountDownLatch failed = new CountDownLatch(1);
        private volatile int reads;

        Job(boolean readsRefusedAgain, TargetLinks through) throws InterruptedException {
            this(readsRefusedAgain, through, ledger);
        }

        Job(boolean readsRefusedAgain, TargetLinks through, Ledger into) throws InterruptedException {
            this(readsRefusedAgain, through, into, 2);
        }

        Job(boolean readsRefusedAgain, TargetLinks through, Ledger into, int lanes) throws InterruptedException {
            this(readsRefusedAgain, through, into, lanes, true);
        }

        /** @param together what the lanes find in their queues when they start: in one transaction, if it is one lane */
        Job(
                boolean readsRefusedAgain,
                TargetLinks through,
                Ledger into,
                int lanes,
                boolean readsAgain,
                String[]... together)
                throws InterruptedException {
            TargetState state = state();
            if (lanes != state.lanes()) {
                state = TargetState.following(Marks.level(lanes, Map.of(StreamId.ONLY, START)), true, Optional.empty());
                try (TargetLink link = SERVER.links().open("lanes")) {
                    new StateKeeper(SERVER.links(), TestTerms.KEYS).write(link, state);
                }
            }
            SenderPool.Terms terms = new TestTerms(SenderConfig.ofLanes(lanes))
                    .withErrorsCounted(countsErrors())
                    .withRefusedReadAgain(readsRefusedAgain)
                    .terms();
            pool = new SenderPool(
                    terms,
                    Optional.of(
                            new MarkBoard(TestTerms.KEYS, new StateKeeper(SERVER.links(), TestTerms.KEYS), state, 1)),
                    () -> through.open("lane"),
                    into,
                    failed::countDown);
            try (TargetLink control = SERVER.links().open("control")) {
                pool.adopt(control, db -> db);
            }
            feed = new StreamFeed(pool, state.goOnFrom(), db -> db, Optional.empty(), (stream, confirmed) -> {});
            for (String[] command : together) {
                feed(command);
            }
            pool.start();
            KeyReader reader = new KeyReader() {
                @Override
                public Optional<Found> read(int db, Bytes key) {
                    reads++;
                    return Optional.of(new Found(
                            source.getOrDefault(key.asUtf8(), List.of()).stream()
                                    .map(command -> new SourceCopy.Write(bytes(command)))
                                    .toList(),
                            0));
                }

                @Override
                public Optional<String> otherTypes(int db, Bytes key) {
                    return Optional.ofNullable(otherTypes.get(key.asUtf8()));
                }

                @Override
                public void close() {}
            };
            rereads = readsAgain
                    ? Optional.of(new Rereads(
                            Threads.ofTheMachine(),
                            "job-moving",
                            pool,
                            feed,
                            reader,
                            () -> Map.of(StreamId.ONLY, new BinlogPosition(0, end))))
                    : Optional.empty();
            rereads.ifPresent(Rereads::start);
        }

        void feed(String... command) throws InterruptedException {
            end += 100;
            StringBuilder content = new StringBuilder("*" + command.length + "\r\n");
            for (String word : command) {
                content.append("$")
                        .append(word.length())
                        .append("\r\n")
                        .append(word)
                        .append("\r\n");
            }
            BinlogItem item = new BinlogItem(
                    StreamId.ONLY,
                    new BinlogPosition(0, end),
                    1_700_000_000,
                    content.toString().getBytes(UTF_8));
            feed.feed(item, MAPPER.map(item));
        }

        void drain() throws InterruptedException {
            pool.drain();
        }

        /** Waits until no key has to be read again. */
        void awaitClean() throws InterruptedException {
            feed.serveOffers();
            drain();
            await().pollInterval(Duration.ofMillis(5)).until(() -> {
                feed.serveOffers();
                feed.rouse();
                pool.check();
                return pool.dirtyKeys() == 0;
            });
        }

        FerryException awaitFailure() throws InterruptedException {
            feed.rouse();
            assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
            try {
                pool.check();
            } catch (FerryException e) {
                return e;
            }
            throw new AssertionError("no lane failed");
        }

        @Override
        public void close() {
            rereads.ifPresent(Rereads::close);
            pool.close();
        }
    }

    /** Connections that break once the target has answered so. */
    private static TargetLinks dyingAt(String word) {
        return new TargetLinks() {
            @Override
            public TargetAddress address() {
                return SERVER.links().address();
            }

            @Override
            public TargetLink open(String name) {
                TargetLink real = SERVER.links().open(name);
                return new TargetLink() {
                    @Override
                    public List<Object> exchange(List<byte[][]> commands) {
                        List<Object> replies = real.exchange(commands);
                        if (text(replies).contains(word)) {
                            throw new FerryException(ErrorCode.TARGET_UNREACHABLE, "the connection broke");
                        }
                        return replies;
                    }

                    @Override
                    public void close() {
                        real.close();
                    }
                };
            }
        };
    }

    private static boolean countsErrors() {
        try (TargetLink link = SERVER.links().open("check")) {
            return new TargetCheck(link, SERVER.links().address()).abilities().countsErrors();
        }
    }

    private static TargetState state() {
        try (TargetLink link = SERVER.links().open("state")) {
            return new StateKeeper(SERVER.links(), TestTerms.KEYS).read(link).orElseThrow();
        }
    }

    private static Optional<Map<Integer, Map<StreamId, BinlogPosition>>> unexamined() {
        return Optional.of(state().unexamined()).filter(lanes -> !lanes.isEmpty());
    }

    private static String target(String... command) {
        return text(SERVER.call(command));
    }

    private static String text(Object reply) {
        if (reply instanceof TargetError error) {
            return "error " + error.message();
        }
        if (reply instanceof byte[] bytes) {
            return new String(bytes, UTF_8);
        }
        return reply instanceof List<?> list
                ? list.stream().map(RefusedCommandsTest::text).toList().toString()
                : String.valueOf(reply);
    }

    private static byte[][] bytes(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toArray(byte[][]::new);
    }
}
