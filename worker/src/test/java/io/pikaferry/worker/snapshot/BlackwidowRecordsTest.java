package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.snapshot.BlackwidowRecords.Meta;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of a real 3.0.16 and 3.5.5 (dump-formats.md §5.2). */
class BlackwidowRecordsTest {

    private static final int VERSION = 1795372874;

    private final BlackwidowRecords records = new BlackwidowRecords(new Corruption("db0.0/hashes"));

    @ParameterizedTest
    @CsvSource({
        "68656c6c6f 00000000, hello, 0",
        "00000000, '', 0",
        "78 00943577, x, 2000000000000",
        "676f6e65 4b37036b, gone, 1795372875000"
    })
    void aStringEndsWithItsExpiry(String hex, String user, long expireAtMillis) {
        byte[] value = Hex.bytes(hex);

        int end = records.userLength(value.length);

        assertThat(new String(value, 0, end, UTF_8)).isEqualTo(user);
        assertThat(BlackwidowRecords.expireAtMillis(BlackwidowRecords.timestamp(value, end)))
                .isEqualTo(expireAtMillis);
    }

    @Test
    void aTimeThatWrappedPast2038HasExpired() {
        assertThat(BlackwidowRecords.expired(0, 100)).isFalse();
        assertThat(BlackwidowRecords.expired(99, 100)).isTrue();
        assertThat(BlackwidowRecords.expired(100, 100)).isFalse();
        assertThat(BlackwidowRecords.expired(Integer.MIN_VALUE, 100)).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "02000000 4a37036b 00943577, 2, 1795372874, 2000000000, true",
        "00000000 4b37036b 00000000, 0, 1795372875, 0, false",
        "02000000 4c37036b 00000000, 2, 1795372876, 0, true",
        "ffffffff 4c37036b 00000000, -1, 1795372876, 0, false"
    })
    void aMetaHasCountVersionAndExpiry(String hex, long count, int version, int timestamp, boolean live) {
        Meta meta = meta(PikaType.HASH, hex);

        assertThat(meta).isEqualTo(new Meta(count, version, timestamp, 0, 0));
        assertThat(meta.live(VERSION)).isEqualTo(live);
    }

    @Test
    void aListsMetaHasTheIndexesAroundItsElements() {
        Meta meta = meta(PikaType.LIST, "0800000000000000 4a37036b 00000000 fcffffffffffff7f 0500000000000080");
        Meta trimmed = meta(PikaType.LIST, "0000000000000000 4b37036b 00000000 ffffffffffffff7f 0000000000000080");

        assertThat(meta).isEqualTo(new Meta(8, VERSION, 0, 0x7ffffffffffffffcL, 0x8000000000000005L));
        assertThat(meta.right() - meta.left() - 1).isEqualTo(meta.count());
        assertThat(trimmed.live(0)).isFalse();
    }

    @Test
    void dataKeysBeginWithLengthKeyAndVersion() {
        byte[] prefix = BlackwidowRecords.dataPrefix("h:ttl".getBytes(UTF_8), VERSION);

        assertThat(prefix).isEqualTo(Hex.bytes("05000000 683a74746c 4a37036b"));
        assertThat(records.userKeyOfData(Hex.bytes("05000000 683a74746c 4a37036b 61")))
                .isEqualTo("h:ttl".getBytes(UTF_8));
    }

    @Test
    void aListIsSoughtFromItsFirstElementOn() {
        byte[] first = Hex.bytes("05000000 6c3a6d6978 4a37036b fdffffffffffff7f");

        assertThat(BlackwidowRecords.afterIndex(
                        BlackwidowRecords.dataPrefix("l:mix".getBytes(UTF_8), VERSION), 0x7ffffffffffffffcL))
                .isEqualTo(first);
        assertThat(records.index(first, first.length, 13)).isEqualTo(0x7ffffffffffffffdL);
    }

    @ParameterizedTest
    @CsvSource({
        "0000000000001440, 5.0",
        "00000000000020c0, -8.0",
        "000000000000f0ff, -Infinity",
        "000000000000f07f, Infinity",
        "0000000000000080, -0.0",
        "9c7500883ce4377e, 1e300"
    })
    void aScoreIsADouble(String hex, double score) {
        assertThat(records.score(Hex.bytes(hex), 8)).isEqualTo(score);
    }

    @Test
    void aStreamsMetaHasThreeIds() {
        byte[] value = Hex.bytes("00000000 0300000000000000 0100000000000000 0100000000000000 0500000000000000"
                + "0000000000000000 0000000000000000 0000000000000000 03000000 02000000");

        assertThat(records.streamMeta(value, value.length))
                .isEqualTo(new StreamRecords.Meta(3, new EntryId(5, 0), EntryId.ZERO, 3, 2));
    }

    @Test
    void anEntryHasABigEndianIdAndPairs() {
        byte[] key = Hex.bytes("07000000 783a706c61696e 02000000 0000000000000001 0000000000000002");
        byte[] value = Hex.bytes("01000000 61 01000000 31 01000000 62 01000000 32");

        assertThat(records.entryId(key, key.length, 15)).hasToString("1-2");
        assertThat(records.fieldsAndValues(value, value.length).stream().map(part -> new String(part, UTF_8)))
                .isEqualTo(List.of("a", "1", "b", "2"));
    }

    @ParameterizedTest
    @CsvSource({
        "''",
        "01",
        "01000000",
        "02000000 61",
        "01000000 61",
        "01000000 61 00000000 00000000",
        "ffffffff 61",
        "01000000 61 01000000 62 01"
    })
    void anEntryThatIsNoPairsIsCorrupt(String hex) {
        byte[] value = Hex.bytes(hex);

        assertCorrupt(() -> records.fieldsAndValues(value, value.length));
    }

    @Test
    void malformedRecordsAreCorruptAndNotShown() {
        assertCorrupt(() -> records.userLength(3));
        assertCorrupt(() -> meta(PikaType.SET, "02000000 4a37036b 009435"));
        assertCorrupt(() -> meta(PikaType.LIST, "02000000 4a37036b 00943577"));
        assertCorrupt(() -> records.streamMeta(new byte[67], 67));
        assertCorrupt(() -> records.score(new byte[9], 9));
        assertCorrupt(() -> records.index(new byte[20], 20, 13));
        assertCorrupt(() -> records.entryId(new byte[30], 30, 15));
        assertCorrupt(() -> records.userKeyOfData(new byte[3]));
        assertCorrupt(() -> records.userKeyOfData(Hex.bytes("05000000 6162")));
        assertCorrupt(() -> records.userKeyOfData(Hex.bytes("ffffffff 6162")));
    }

    private Meta meta(PikaType type, String hex) {
        byte[] value = Hex.bytes(hex);
        return records.meta(type, value, value.length);
    }

    private static void assertCorrupt(ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT))
                .hasMessageStartingWith("db0.0/hashes: ");
    }
}
