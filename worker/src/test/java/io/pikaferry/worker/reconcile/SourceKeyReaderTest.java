package io.pikaferry.worker.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.RespServer;
import io.pikaferry.worker.master.SourceAccess;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is read of a key is what it was at some moment, its expiry included. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SourceKeyReaderTest {

    /** The source's goes differently. */
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_600_000_000), ZoneOffset.UTC);

    private static final String HANGS_UP = "";
    private static final String NO_SUCH_COMMAND = "-ERR unknown command\r\n";

    /** What a source answers; out of its cache, if it has one, unless it is asked in a transaction. */
    private static class Source implements Function<List<String>, String> {

        private final Function<List<String>, String> stored;
        private final Optional<Function<List<String>, String>> cached;
        private Optional<List<List<String>>> transaction = Optional.empty();
        private boolean knowsTransactions = true;
        private final List<Long> times = new ArrayList<>(List.of(1_700_000_000_999_999L));
        private final AtomicInteger selected = new AtomicInteger();

        Source(Function<List<String>, String> stored, Optional<Function<List<String>, String>> cached) {
            this.stored = stored;
            this.cached = cached;
        }

        @Override
        public synchronized String apply(List<String> request) {
            switch (request.get(0)) {
                case "SELECT" -> {
                    selected.set(Integer.parseInt(request.get(1)));
                    return "+OK\r\n";
                }
                case "TIME" -> {
                    long micros = times.size() > 1 ? times.remove(0) : times.get(0);
                    return "*2\r\n" + RespServer.bulk(Long.toString(micros / 1_000_000))
                            + RespServer.bulk(Long.toString(micros % 1_000_000));
                }
                case "MULTI" -> {
                    if (!knowsTransactions) {
                        return NO_SUCH_COMMAND;
                    }
                    transaction = Optional.of(new ArrayList<>());
                    return "+OK\r\n";
                }
                case "EXEC" -> {
                    List<List<String>> queued = transaction.orElseThrow();
                    transaction = Optional.empty();
                    List<String> answers = queued.stream().map(stored).toList();
                    return answers.contains(HANGS_UP)
                            ? HANGS_UP
                            : "*" + queued.size() + "\r\n" + String.join("", answers);
                }
                default -> {
                    if (transaction.isPresent()) {
                        transaction.get().add(request);
                        return "+QUEUED\r\n";
                    }
                    return cached.orElse(stored).apply(request);
                }
            }
        }
    }

    /** A string of that value. */
    private static Function<List<String>, String> string(String value, String... ttls) {
        AtomicInteger asked = new AtomicInteger();
        return request -> switch (request.get(0)) {
            case "TYPE" -> "+string\r\n";
            case "GET" -> RespServer.bulk(value);
            case "TTL", "PTTL" -> ":" + ttls[Math.min(asked.getAndIncrement(), ttls.length - 1)] + "\r\n";
            default -> NO_SUCH_COMMAND;
        };
    }

    private static Optional<KeyReader.Found> read(Generation generation, Source source, int db) {
        try (RespServer server = new RespServer(source);
                KeyReader reader = new SourceKeyReader(
                        new ClientPort(new SourceAccess(server.endpoint(), Optional.empty())), generation, CLOCK)) {
            return reader.read(db, Bytes.utf8("k"));
        }
    }

    private static Optional<KeyReader.Found> readPlainly(String... ttls) {
        return read(Generation.C, new Source(string("v", ttls), Optional.empty()), 0);
    }

    private static String value(Optional<KeyReader.Found> found) {
        return Bytes.owning(found.orElseThrow().writes().get(0).args()[2]).asUtf8();
    }

    @Test
    void theExpiryIsReadWithTheKeyByTheSourcesClock() {
        KeyReader.Found found = readPlainly("7").orElseThrow();

        assertThat(found.writes()).hasSize(1);
        assertThat(found.expireAtMillis()).isEqualTo(1_700_000_007_000L);
    }

    @Test
    void aSecondThatBeginsWhileTheExpiryIsReadDoesNotMoveIt() {
        Source source = new Source(string("v", "7", "7", "6"), Optional.empty());
        source.times.add(1_700_000_001_000_100L);

        assertThat(read(Generation.C, source, 0).orElseThrow().expireAtMillis()).isEqualTo(1_700_000_007_000L);
    }

    /** Later by as much as it takes to ask, it would be found alive by a command that did not find it. */
    @Test
    void anExpiryInMillisecondsIsNotReadAsLaterThanItIs() {
        Source source = new Source(string("v", "7000"), Optional.empty());
        source.times.add(1_700_000_001_020_000L);

        assertThat(read(Generation.E, source, 0).orElseThrow().expireAtMillis())
                .isLessThanOrEqualTo(1_700_000_008_020L);
    }

    @Test
    void aSourceThatTakesASecondToAnswerIsAskedLater() {
        Source source = new Source(string("v", "7"), Optional.empty());
        for (int i = 1; i <= 30; i++) {
            source.times.add(1_700_000_000_999_999L + i * 1_000_000L);
        }

        assertThatThrownBy(() -> read(Generation.C, source, 0))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
    }

    @Test
    void aKeyWithoutExpiryHasNone() {
        KeyReader.Found found = readPlainly("-1").orElseThrow();

        assertThat(found.writes()).hasSize(1);
        assertThat(found.expireAtMillis()).isZero();
    }

    /** P2: nothing is logged when a key expires; taken for one without expiry it would stay for ever. */
    @Test
    void aKeyThatExpiresBetweenItsValueAndItsExpiryIsNotThere() {
        assertThat(readPlainly("-1", "-2").orElseThrow().writes()).isEmpty();
    }

    /** P2: what was read may be of the key that expired, and the missing expiry of one that was made after it. */
    @Test
    void aKeyThatMayHaveExpiredWhileItWasReadHasToBeReadAgain() {
        for (Generation generation : List.of(Generation.B, Generation.C, Generation.D)) {
            assertThat(readWhileASecondBegins(generation, "1", "-1")).isEmpty();
            assertThat(readWhileASecondBegins(generation, "1", "-2")).isEmpty();
            assertThat(readWhileASecondBegins(generation, "2", "-1"))
                    .as("PERSIST, which is logged")
                    .isPresent();
        }
        assertThat(readWhileASecondBegins(Generation.A, "2", "-1"))
                .as("shows one more than is left")
                .isEmpty();
        assertThat(readWhileASecondBegins(Generation.A, "3", "-1")).isPresent();
        assertThat(readWhileASecondBegins(Generation.E, "1", "-1")).isEmpty();
        assertThat(readWhileASecondBegins(Generation.E, "3", "-1"))
                .as("milliseconds")
                .isPresent();
    }

    private static Optional<KeyReader.Found> readWhileASecondBegins(
            Generation generation, String before, String after) {
        Source source = new Source(string("v", before, before, after), Optional.empty());
        if (!generation.equals(Generation.E)) {
            source.times.add(source.times.get(0)); // once before, and once after the expiry
        }
        source.times.add(1_700_000_001_001_000L);
        return read(generation, source, 0);
    }

    /** P2: 3.5.2 and newer answer from a cache that may lack what was written while a key was loaded into it. */
    @ParameterizedTest
    @EnumSource(
            value = Generation.class,
            names = {"D", "E"})
    void whatTheSourceHasStoredIsReadAndNotWhatItHasInItsCache(Generation generation) {
        Source source = new Source(string("new", "-1"), Optional.of(string("old", "7")));

        Optional<KeyReader.Found> found = read(generation, source, 0);

        assertThat(value(found)).isEqualTo("new");
        assertThat(found.orElseThrow().expireAtMillis()).isZero();
    }

    @Test
    void aSourceWithoutTransactionsHasNoCacheAndIsReadPlainly() {
        Source source = new Source(string("v", "-1"), Optional.empty());
        source.knowsTransactions = false;

        assertThat(value(read(Generation.D, source, 0))).isEqualTo("v");
    }

    @Test
    void aSourceThatForbidsTransactionsIsNotReadFromItsCacheInSilence() {
        Source source = new Source(string("new", "-1"), Optional.of(string("old", "-1"))) {
            @Override
            public synchronized String apply(List<String> request) {
                return request.get(0).equals("MULTI") ? "-NOPERM no permission\r\n" : super.apply(request);
            }
        };

        assertThatThrownBy(() -> read(Generation.E, source, 0))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_PROTOCOL))
                .hasMessageContaining("MULTI");
    }

    /** P2: a connection that was replaced stands in database 0. */
    @ParameterizedTest
    @EnumSource(
            value = Generation.class,
            names = {"C", "D", "E"})
    void everyQuestionIsAskedInTheDatabaseOfTheKey(Generation generation) {
        AtomicInteger questions = new AtomicInteger();
        List<Source> self = new ArrayList<>();
        Source source = new Source(
                request -> {
                    if (self.get(0).selected.get() != 1) {
                        return "+none\r\n"; // nothing in another one
                    }
                    if (questions.incrementAndGet() % 2 == 0) { // an idle one, so it is asked again over a new one
                        self.get(0).selected.set(0);
                        return HANGS_UP;
                    }
                    return string("v", "-1").apply(request);
                },
                Optional.empty());
        self.add(source);
        try (RespServer server = new RespServer(source);
                KeyReader reader = new SourceKeyReader(
                        new ClientPort(new SourceAccess(server.endpoint(), Optional.empty())), generation, CLOCK)) {
            assertThat(value(reader.read(1, Bytes.utf8("k")))).isEqualTo("v");
        }
    }

    @ParameterizedTest
    @EnumSource(Generation.class)
    void aSortedSetIsReadWithTheScoresOfAllMembers(Generation generation) {
        Function<List<String>, String> stored = request -> switch (request.get(0)) {
            case "TYPE" -> "+zset\r\n";
            case "TTL", "PTTL" -> ":-1\r\n";
            case "ZRANGE" -> "*3\r\n" + RespServer.bulk("a") + RespServer.bulk("gone") + RespServer.bulk("c");
            case "ZSCAN" -> "*2\r\n" + RespServer.bulk("0") + "*6\r\n" + RespServer.bulk("a") + RespServer.bulk("9")
                    + RespServer.bulk("gone") + RespServer.bulk("9") + RespServer.bulk("c") + RespServer.bulk("9");
            case "ZSCORE" -> request.get(2).equals("gone")
                    ? "$-1\r\n"
                    : RespServer.bulk(request.get(2).equals("a") ? "1.25" : "3");
            default -> NO_SUCH_COMMAND;
        };

        Optional<KeyReader.Found> found = read(generation, new Source(stored, Optional.empty()), 0);

        assertThat(found.orElseThrow().writes()).hasSize(1);
        assertThat(List.of(found.orElseThrow().writes().get(0).args()).stream()
                        .map(word -> Bytes.owning(word).asUtf8()))
                .containsExactly("ZADD", "k", "1.25", "a", "3", "c");
    }
}
