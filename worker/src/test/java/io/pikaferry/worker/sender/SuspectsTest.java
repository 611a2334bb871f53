package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SuspectsTest {

    private static final StreamId OTHER = new StreamId(1, 0);

    private final Suspects suspects = new Suspects();

    @Test
    void whatIsLeftAloneBecomesCalmOldestFirst() {
        suspects.add(key("a"), 10);
        suspects.add(key("b"), 20);
        suspects.add(key("c"), 30);

        assertThat(names(suspects.calmSince(9, 10))).isEmpty();
        assertThat(names(suspects.calmSince(20, 10))).containsExactly("a", "b");
        assertThat(names(suspects.calmSince(20, 10))).isEmpty();
        assertThat(suspects.size()).isOne();
    }

    @Test
    void whatIsTouchedIsNotCalm() {
        suspects.add(key("a"), 10);
        suspects.add(key("b"), 20);
        suspects.touched(StreamId.ONLY, bytes("a"), 30);
        suspects.touched(StreamId.ONLY, bytes("unknown"), 30);

        assertThat(names(suspects.calmSince(25, 10))).containsExactly("b");
        assertThat(names(suspects.calmSince(30, 10))).containsExactly("a");
    }

    @Test
    void noMoreAreTakenThanAsked() {
        suspects.add(key("a"), 10);
        suspects.add(key("b"), 10);

        assertThat(suspects.calmSince(10, 0)).isEmpty();
        assertThat(suspects.calmSince(10, -3)).isEmpty();
        assertThat(suspects.calmSince(10, 1)).hasSize(1);
    }

    @Test
    void aKeySuspectedTwiceIsOne() {
        DirtyKey first = key("a");
        suspects.add(first, 10);
        suspects.add(key("a"), 20);

        assertThat(suspects.calmSince(20, 10)).containsExactly(first);
    }

    @Test
    void aStreamGoesAsAWhole() {
        suspects.add(key("a"), 10);
        suspects.add(
                new DirtyKey(OTHER, 1, Bytes.utf8("a"), ErrorCode.NOT_DETERMINISTIC, "", BinlogPosition.parse("1:2")),
                10);

        assertThat(names(suspects.removeAll(StreamId.ONLY))).containsExactly("a");
        assertThat(suspects.has(StreamId.ONLY, bytes("a"))).isFalse();
        assertThat(suspects.has(OTHER, bytes("a"))).isTrue();
    }

    /** P8. */
    @Test
    void beyondTwentyThousandTheOldestIsTrusted() {
        for (int i = 0; i < 20_000; i++) {
            assertThat(suspects.add(key("k" + i), i)).isEmpty();
        }
        assertThat(names(suspects.add(key("last"), 20_000))).containsExactly("k0");
        assertThat(suspects.size()).isEqualTo(20_000);
    }

    private static DirtyKey key(String name) {
        return new DirtyKey(
                StreamId.ONLY, 0, Bytes.utf8(name), ErrorCode.NOT_DETERMINISTIC, "", BinlogPosition.parse("1:2"));
    }

    private static List<String> names(List<DirtyKey> keys) {
        return keys.stream().map(key -> key.key().asUtf8()).toList();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }
}
