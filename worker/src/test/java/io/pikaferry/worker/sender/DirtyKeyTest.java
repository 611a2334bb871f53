package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Mapped;
import io.pikaferry.worker.routing.TargetCommand;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What was read between 100 and 200 of the stream, and what the stream had besides (DESIGN §8). */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DirtyKeyTest {

    private static final byte[] KEY = "k".getBytes(US_ASCII);
    private static final TargetCommand SET =
            TargetCommand.clearing(new byte[][] {"SET".getBytes(US_ASCII), KEY, KEY}, KEY);
    private static final TargetCommand APPEND = append();

    private static final ExpiryRule RULE = new NeverGone() {
        @Override
        public boolean gone(long expireAtMillis, long executedAtSeconds) {
            return expireAtMillis / 1000 < executedAtSeconds;
        }
    };

    private final DirtyKey key =
            new DirtyKey(StreamId.ONLY, 0, Bytes.owning(KEY), ErrorCode.NOT_DETERMINISTIC, "spop", at(50));

    @Test
    void aKeyThatNothingTouchedIsSettledByAnyRead() {
        assertThat(key.settledBy(at(100), at(100))).isTrue();
        assertThat(key.commandsSince()).isEmpty();
    }

    @Test
    void whatCameBeforeTheReadIsInItAndIsForgotten() {
        key.touchedUnknown(at(60));
        key.touched(at(99), 0, APPEND);
        key.touched(at(100), 0, APPEND);

        assertThat(key.settledBy(at(100), at(200))).isTrue();
        assertThat(key.commandsSince()).isEmpty();
    }

    @Test
    void whatCameDuringTheReadMustBeRepeatable() {
        key.touched(at(101), 0, SET);
        key.touched(at(200), 0, SET);

        assertThat(key.settledBy(at(100), at(200))).isTrue();
        assertThat(key.commandsSince()).containsExactly(SET, SET);

        key.touched(at(200), 0, APPEND);
        assertThat(key.settledBy(at(100), at(200))).isFalse();
    }

    @Test
    void whatCameAfterTheReadIsAppliedAsItIs() {
        key.touched(at(201), 0, APPEND);

        assertThat(key.settledBy(at(100), at(200))).isTrue();
        assertThat(key.commandsSince()).containsExactly(APPEND);
    }

    @Test
    void anUnknownTouchAfterTheReadBeganNeedsAnotherRead() {
        key.touchedUnknown(at(300));

        assertThat(key.settledBy(at(100), at(200))).isFalse();
        assertThat(key.settledBy(at(299), at(400))).isFalse();
        assertThat(key.settledBy(at(300), at(400))).isTrue();
    }

    @Test
    void anotherReadThatBeganLaterSettlesWhatTheFirstDidNot() {
        key.touched(at(150), 0, APPEND);
        key.touched(at(260), 0, SET);

        assertThat(key.settledBy(at(100), at(200))).isFalse();
        assertThat(key.settledBy(at(210), at(270))).isTrue();
        assertThat(key.commandsSince()).containsExactly(SET);
    }

    /** P8: the touches kept are bounded; then the read is repeated, once. */
    @Test
    void moreTouchesThanAreKeptNeedAnotherRead() {
        for (int i = 0; i < 2_000; i++) {
            key.touched(at(1_000 + i), 0, SET);
        }
        assertThat(key.settledBy(at(100), at(200))).isTrue();
        assertThat(key.commandsSince()).hasSize(2_000);

        key.touched(at(3_000), 0, SET);
        assertThat(key.settledBy(at(100), at(200))).isFalse();
        assertThat(key.settledBy(at(2_999), at(3_100))).isTrue();
        assertThat(key.commandsSince()).hasSize(1);
    }

    /** P2: what was read expired at the source before a later command, which then found no key; the log does not say so. */
    @Test
    void whatWasReadIsOfNoUseToACommandThatCameAfterItExpired() {
        key.touched(at(201), 60, APPEND);
        assertThat(key.settledBy(at(100), at(200))).isTrue();

        assertThat(key.expiredSince(59_000, RULE)).isTrue();
        assertThat(key.expiredSince(60_000, RULE)).isFalse();
        assertThat(key.expiredSince(0, RULE)).isFalse();
    }

    @Test
    void anExpiryThatAnotherCommandGaveOrTookCountsFromThenOn() {
        key.touched(at(201), 60, TargetCommand.expiring(70_000, new byte[0][], KEY));
        key.touched(at(202), 71, APPEND);
        assertThat(key.settledBy(at(100), at(200))).isTrue();
        assertThat(key.expiredSince(0, RULE)).isTrue();

        key.touchedUnknown(at(203));
        assertThat(key.settledBy(at(203), at(300))).isTrue();
        key.touched(at(301), 60, SET);
        key.touched(at(302), 99, APPEND);
        assertThat(key.settledBy(at(300), at(300))).isTrue();
        assertThat(key.expiredSince(61_000, RULE)).isFalse();
    }

    @Test
    void countsItsReads() {
        assertThat(key.read()).isEqualTo(1);
        assertThat(key.read()).isEqualTo(2);
    }

    @Test
    void doesNotPrintTheKey() {
        assertThat(key).hasToString("a dirty key of db0.0 since 0:50");
    }

    private static TargetCommand append() {
        byte[] content = "*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$1\r\nv\r\n".getBytes(US_ASCII);
        Mapped mapped = CommandMapper.forSource(new PikaVersion(3, 2, 9))
                .map(new BinlogItem(StreamId.ONLY, at(1), 1_700_000_000, content));
        TargetCommand append = ((Mapped.Commands) mapped).commands().get(0);
        assertThat(append.repeatable()).isFalse();
        return append;
    }

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }
}
