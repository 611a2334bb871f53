package io.pikaferry.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(10)
class LaneOfTest {

    /** P2: marks in targets were written under these values. Published ones of MurmurHash3_x86_32 with seed 0. */
    @ParameterizedTest
    @CsvSource({
        "'', 00000000",
        "a, 3c2569b2",
        "aaaa, 7eeed987",
        "hello, 248bfa47",
        "'hello, world', 149bbb7f",
        "The quick brown fox jumps over the lazy dog, 2e4ff723"
    })
    void theFunctionNeverChanges(String key, String hash) {
        assertThat("%08x".formatted(LaneOf.hash(Items.bytes(key)))).isEqualTo(hash);
    }

    @Test
    void bytesAreUnsignedInAnyPlace() {
        assertThat(LaneOf.hash(Items.bytes("\u00ff\u00fe\u00fd\u00fc\u00fb\u00fa\u00f9")))
                .isNotEqualTo(LaneOf.hash(Items.bytes("\u00ff\u00fe\u00fd\u00fc\u00fb\u00fa")));
        assertThat("%08x".formatted(LaneOf.hash(Items.bytes("\u00ff\u00ff\u00ff\u00ff"))))
                .isEqualTo("76293b50");
    }

    @Test
    void similarKeysSpreadOverTheLanes() {
        int[] keys = new int[8];
        for (int i = 0; i < 8000; i++) {
            keys[LaneOf.lane(Items.bytes("user:" + i), keys.length)]++;
        }
        for (int lane : keys) {
            assertThat(lane).isBetween(850, 1150);
        }
    }
}
