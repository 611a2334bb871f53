package io.pikaferry.worker.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Mapped;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Seen on 3.5.5: SMOVE t t m of a set that is not there answers 1, changes nothing, and is logged as srem and sadd. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SelfMovesTest {

    private static final StreamId OTHER = new StreamId(1, 0);
    private static final CommandMapper MAPPER = CommandMapper.forSource(new PikaVersion(3, 5, 5));

    private final SelfMoves moves = SelfMoves.of(new PikaVersion(3, 5, 5));

    /** So long after the beginning that what came before is known. */
    @BeforeEach
    void theStreamIsKnown() {
        for (int i = 0; i < 64; i++) {
            about(moves, StreamId.ONLY, "SET", "s", "1");
            about(moves, OTHER, "SET", "s", "1");
        }
    }

    @Test
    void aMemberPutBackWhereItWasTakenFromIsReadFromTheSource() {
        assertApplied("srem", "t", "m");
        assertReread("t", "sadd", "t", "m");
    }

    @Test
    void itemsOfOtherThreadsMayStandBetween() {
        assertApplied("srem", "t", "m");
        assertApplied("srem", "u", "n");
        assertApplied("INCR", "i");
        assertReread("t", "sadd", "t", "m");
        assertReread("u", "sadd", "u", "n");
    }

    @Test
    void aMoveToAnotherSetIsAppliedAsItIs() {
        assertApplied("srem", "t", "m");
        assertApplied("sadd", "u", "m");
        assertApplied("sadd", "t", "n");
    }

    @Test
    void aClientsOwnInCapitalsIsAppliedAsItIs() {
        assertApplied("SREM", "t", "m");
        assertApplied("SADD", "t", "m");
        assertApplied("srem", "t", "m");
        assertApplied("SADD", "t", "m");
    }

    @Test
    void streamsAreTakenApart() {
        about(moves, OTHER, "srem", "t", "m");
        assertApplied("sadd", "t", "m");
    }

    @Test
    void whatIsLongAgoBelongsToSomethingElse() {
        assertApplied("srem", "t", "m");
        for (int i = 0; i < 65; i++) {
            assertApplied("INCR", "i");
        }
        assertApplied("sadd", "t", "m");
    }

    /** P2: whoever goes on between the two halves does not know the first. */
    @Test
    void atTheBeginningOfAStreamTheOtherHalfMayBeBeforeIt() {
        SelfMoves resumed = SelfMoves.of(new PikaVersion(3, 5, 5));
        assertThat(about(resumed, StreamId.ONLY, "sadd", "t", "m")).isInstanceOf(Mapped.Reread.class);
    }

    @Test
    void olderSourcesLogTheMoveItself() {
        SelfMoves older = SelfMoves.of(new PikaVersion(3, 4, 0));
        assertThat(about(older, StreamId.ONLY, "sadd", "t", "m")).isInstanceOf(Mapped.Commands.class);
    }

    private void assertApplied(String... words) {
        assertThat(about(moves, StreamId.ONLY, words)).isInstanceOf(Mapped.Commands.class);
    }

    private void assertReread(String key, String... words) {
        assertThat(about(moves, StreamId.ONLY, words))
                .isInstanceOfSatisfying(
                        Mapped.Reread.class, reread -> assertThat(reread.keys()).isEqualTo(List.of(Bytes.utf8(key))));
    }

    private static Mapped about(SelfMoves moves, StreamId stream, String... words) {
        StringBuilder resp = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            resp.append("$").append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        byte[] content = resp.toString().getBytes(US_ASCII);
        BinlogPosition end = BinlogPosition.parse("1:1000");
        BinlogItem item = new BinlogItem(stream, end, 1_700_000_000, content);
        return moves.about(item, MAPPER.map(item));
    }
}
