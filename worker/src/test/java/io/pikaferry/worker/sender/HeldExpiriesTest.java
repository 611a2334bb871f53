package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.sender.HeldExpiries.Held;
import io.pikaferry.worker.sender.HeldExpiries.State;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P2, DESIGN §7.2. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class HeldExpiriesTest {

    private static final long T = 1_700_000_000_123L;

    private final HeldExpiries held = new HeldExpiries();

    private long at(int db, byte[] key) {
        return held.find(db, key).orElseThrow().expireAtMillis();
    }

    @Test
    void knowsWhenAKeyMayExpire() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.put(3, bytes("a"), T + 1, State.SHIFTED);

        assertThat(at(0, bytes("a"))).isEqualTo(T);
        assertThat(at(3, bytes("a"))).isEqualTo(T + 1);
        assertThat(held.find(0, bytes("b"))).isEmpty();
        assertThat(held.find(1, bytes("a"))).isEmpty();
        assertThat(held.size()).isEqualTo(2);
    }

    @Test
    void aKeyHeldAgainHasTheLaterWordAndCountsOnce() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.put(0, bytes("a"), T - 5, State.SHIFTED);

        assertThat(at(0, bytes("a"))).isEqualTo(T - 5);
        assertThat(held.size()).isOne();
    }

    @Test
    void removingCountsOnlyWhatWasThere() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.remove(0, bytes("b"));
        held.remove(1, bytes("a"));
        assertThat(held.size()).isOne();

        held.remove(0, bytes("a"));
        held.remove(0, bytes("a"));
        assertThat(held.isEmpty()).isTrue();
        assertThat(held.find(0, bytes("a"))).isEmpty();
    }

    @Test
    void aDatabaseGoesAsAWhole() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.put(0, bytes("b"), T, State.SHIFTED);
        held.put(1, bytes("a"), T, State.SHIFTED);

        held.removeAll(0);
        held.removeAll(7);

        assertThat(held.size()).isOne();
        assertThat(at(1, bytes("a"))).isEqualTo(T);
    }

    @Test
    void countsWhatIsHeldBackApart() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.put(0, bytes("b"), T, State.NATIVE);
        held.put(1, bytes("c"), T, State.LOST);
        assertThat(held.shifted()).isOne();
        assertThat(held.size()).isEqualTo(3);

        held.put(0, bytes("a"), T, State.NATIVE);
        held.put(0, bytes("b"), T, State.SHIFTED);
        held.put(1, bytes("c"), T, State.SHIFTED);
        assertThat(held.shifted()).isEqualTo(2);

        held.remove(1, bytes("c"));
        held.removeAll(0);
        assertThat(held.shifted()).isZero();
        assertThat(held.isEmpty()).isTrue();
    }

    @Test
    void findsThoseThatAreDue() {
        held.put(0, bytes("a"), T, State.SHIFTED);
        held.put(0, bytes("b"), T + 1, State.SHIFTED);
        held.put(2, bytes("c"), T, State.SHIFTED);

        assertThat(held.which((db, at, state) -> at <= T, 10))
                .containsExactlyInAnyOrder(
                        new Held(0, Bytes.utf8("a"), T, State.SHIFTED), new Held(2, Bytes.utf8("c"), T, State.SHIFTED));
        assertThat(held.which((db, at, state) -> db == 0, 10))
                .containsExactlyInAnyOrder(
                        new Held(0, Bytes.utf8("a"), T, State.SHIFTED),
                        new Held(0, Bytes.utf8("b"), T + 1, State.SHIFTED));
        assertThat(held.which((db, at, state) -> false, 10)).isEmpty();
        assertThat(held.which((db, at, state) -> true, 2)).hasSize(2);
        assertThat(held.size()).isEqualTo(3);
    }

    /** P8. */
    @Test
    void isFullAtAHundredThousandKeys() {
        for (int i = 0; i < 99_999; i++) {
            held.put(i % 3, bytes("k" + i), T, State.SHIFTED);
        }
        assertThat(held.hasRoomFor(State.SHIFTED)).isTrue();

        held.put(0, bytes("last"), T, State.SHIFTED);
        assertThat(held.hasRoomFor(State.SHIFTED)).isFalse();

        held.remove(0, bytes("last"));
        assertThat(held.hasRoomFor(State.SHIFTED)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "/", "1/2", "//", "\0", "a\r\nb", "\u00ff\u0000/\u0080"})
    void readsTheFieldsItWrites(String key) {
        for (int db : new int[] {0, 9, 15, 1234}) {
            byte[] field = HeldExpiries.field(db, bytes(key));

            assertThat(field).isEqualTo(bytes(db + "/" + key));
            assertThat(HeldExpiries.parse(field, Long.toString(T).getBytes(US_ASCII)))
                    .isEqualTo(new Held(db, Bytes.owning(bytes(key)), T, State.UNKNOWN));
        }
    }

    @Test
    void aShiftedExpiryIsKnownByItsTimeToLive() {
        long now = T - 60_000;

        assertThat(HeldExpiries.isShifted(T - now)).isFalse();
        assertThat(HeldExpiries.isShifted(HeldExpiries.shifted(T) - now)).isTrue();
        assertThat(HeldExpiries.shifted(T) - HeldExpiries.SHIFT_MILLIS).isEqualTo(T);
        assertThat(HeldExpiries.isShifted(-1)).as("no expiry").isFalse();
        assertThat(HeldExpiries.isShifted(-2)).as("no key").isFalse();
    }

    /** Also one that was due long ago: shifted, it has to be told from the real ones. */
    @Test
    void anExpiryOfThePastCanBeShiftedToo() {
        assertThat(HeldExpiries.shiftable(1)).isTrue();
        assertThat(HeldExpiries.isShifted(HeldExpiries.shifted(1) - T)).isTrue();
    }

    @Test
    void whatIsSoFarOffThatItLooksShiftedIsNotShifted() {
        assertThat(HeldExpiries.shiftable(T)).isTrue();
        assertThat(HeldExpiries.shiftable(49_999_999_999_999L)).isTrue();
        assertThat(HeldExpiries.shiftable(50_000_000_000_000L)).isFalse();
        assertThat(HeldExpiries.shiftable(Long.MAX_VALUE)).isFalse();
        assertThat(HeldExpiries.shiftable(0)).isFalse();
        assertThat(HeldExpiries.shiftable(-1)).isFalse();
    }

    private static byte[] bytes(String latin1) {
        return latin1.getBytes(ISO_8859_1);
    }
}
