package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.snapshot.NemoRecords.Meta;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of a real 2.3.6 (dump-formats.md §5.1). */
class NemoRecordsTest {

    private static final int VERSION = 0x6b033651;

    private final NemoRecords records = new NemoRecords(new Corruption("db0.0/hash"));

    @ParameterizedTest
    @CsvSource({
        "68656c6c6f 00000000 00000000, hello, 0",
        "00000000 00000000, '', 0",
        "78 00000000 00943577, x, 2000000001000",
        "676f6e65 00000000 5136036b, gone, 1795372626000"
    })
    void aStringEndsWithVersionAndExpiry(String hex, String user, long expireAtMillis) {
        byte[] value = Hex.bytes(hex);

        int end = records.userLength(value.length);

        assertThat(new String(value, 0, end, UTF_8)).isEqualTo(user);
        assertThat(NemoRecords.expireAtMillis(NemoRecords.timestamp(value, end)))
                .isEqualTo(expireAtMillis);
    }

    @Test
    void aStringIsReadableThroughTheSecondOfItsTimestamp() {
        assertThat(NemoRecords.expired(0, 100)).isFalse();
        assertThat(NemoRecords.expired(99, 100)).isTrue();
        assertThat(NemoRecords.expired(100, 100)).isFalse();
        assertThat(NemoRecords.expired(-1, 100)).isTrue();
    }

    @Test
    void aMetaHasCountVersionAndExpiry() {
        Meta meta = meta(PikaType.HASH, "0200000000000000 5136036b 00943577");

        assertThat(meta).isEqualTo(new Meta(2, VERSION, 2_000_000_000, 0, 0));
        assertThat(meta.live(2_000_000_000)).isTrue();
        assertThat(meta.live(2_000_000_001)).isFalse();
    }

    @Test
    void aDeletedKeyHasACountOfZeroAndAHigherVersion() {
        Meta meta = meta(PikaType.HASH, "0000000000000000 5236036b 00000000");

        assertThat(meta.live(0)).isFalse();
        assertThat(meta.owns(VERSION)).isFalse();
        assertThat(meta.owns(VERSION + 1)).isTrue();
        assertThat(meta.owns(VERSION + 2)).isTrue();
    }

    @Test
    void versionsAreCountedPast2038() {
        Meta meta = new Meta(1, Integer.MAX_VALUE, 0, 0, 0);

        assertThat(meta.owns(Integer.MAX_VALUE + 1)).isTrue();
    }

    @Test
    void aListsMetaHasItsEnds() {
        String hex = "0800000000000000 0700000000000000 0600000000000000 0900000000000000 5136036b 00000000";

        assertThat(meta(PikaType.LIST, hex)).isEqualTo(new Meta(8, VERSION, 0, 7, 9));
    }

    @ParameterizedTest
    @CsvSource({
        "HASH, 68 05 683a74746c 3d, h:ttl",
        "SET, 73 05 733a72656d, s:rem",
        "ZSET, 7a 05 7a3a757064, z:upd",
        "LIST, 6c 05 6c3a6d6978, l:mix"
    })
    void dataKeysBeginWithTagLengthAndKey(PikaType type, String hex, String key) {
        assertThat(NemoRecords.dataPrefix(type, key.getBytes(UTF_8))).isEqualTo(Hex.bytes(hex));
    }

    @Test
    void aMetaKeyIsTheKeyBehindATag() {
        byte[] key = Hex.bytes("48 683a74746c");

        assertThat(records.userKey(key, key.length)).isEqualTo("h:ttl".getBytes(UTF_8));
    }

    @Test
    void aScoreIsADouble() {
        byte[] value = Hex.bytes("0000000000001440 5136036b 00000000");

        assertThat(records.score(value, value.length)).isEqualTo(5.0);
    }

    @Test
    void aNodeHasLinksAndAnElement() {
        byte[] key = Hex.bytes("6c 05 6c3a6d6978 0700000000000000");
        byte[] value = Hex.bytes("0000000000000000 0400000000000000 6130 5136036b 00000000");

        int end = records.elementEnd(value.length);

        assertThat(records.seq(key, key.length, 7)).isEqualTo(7);
        assertThat(NemoRecords.nextSeq(value)).isEqualTo(4);
        assertThat(new String(value, NemoRecords.LIST_LINKS, end - NemoRecords.LIST_LINKS, UTF_8))
                .isEqualTo("a0");
        assertThat(NemoRecords.version(value, end)).isEqualTo(VERSION);
    }

    @ParameterizedTest
    @CsvSource({
        "HASH, h:ttl, 48 683a74746c",
        "HASH, h:ttl, 68 05 683a74746c 3d 61",
        "ZSET, z:upd, 79 05 7a3a757064 0de0b6b3a76ba120 61",
        "ZSET, '', 79",
        "STRING, str, 737472",
        "LIST, l:m, 6c ff 6c3a6d"
    })
    void aFilesFirstKeyTellsWhereItLies(PikaType type, String user, String hex) {
        assertThat(new String(NemoRecords.userKeyOf(type, Hex.bytes(hex)), UTF_8))
                .isEqualTo(user);
    }

    @Test
    void malformedRecordsAreCorruptAndNotShown() {
        assertCorrupt(() -> records.userLength(7));
        assertCorrupt(() -> meta(PikaType.HASH, "02000000000000 5136036b 00943577"));
        assertCorrupt(() -> meta(PikaType.LIST, "0200000000000000 5136036b 00943577"));
        assertCorrupt(() -> records.score(new byte[15], 15));
        assertCorrupt(() -> records.seq(new byte[14], 14, 7));
        assertCorrupt(() -> records.elementEnd(23));
        assertCorrupt(() -> records.userKey(new byte[1], 1));
        assertCorrupt(() -> records.userKey(new byte[300], 300));
    }

    private Meta meta(PikaType type, String hex) {
        byte[] value = Hex.bytes(hex);
        return records.meta(type, value, value.length);
    }

    private static void assertCorrupt(org.assertj.core.api.ThrowableAssert.ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT))
                .hasMessageStartingWith("db0.0/hash: ");
    }
}
