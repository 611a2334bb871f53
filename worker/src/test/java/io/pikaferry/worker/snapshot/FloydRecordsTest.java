package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.snapshot.FloydRecords.Meta;
import java.util.Arrays;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Records of a real 4.0.1 (dump-formats.md §5.3); P and R stand for 8 and 16 reserved bytes. */
class FloydRecordsTest {

    private static final long VERSION = 1795373550585L;

    private final FloydRecords records = new FloydRecords(new Corruption("db0.0/1"));

    private static byte[] bytes(String text) {
        return Hex.bytes(text.replace("P", "00".repeat(8)).replace("R", "00".repeat(16)));
    }

    @ParameterizedTest
    @CsvSource({
        "P 7374723a706c61696e 0000 R, 7374723a706c61696e",
        "P 0000 R, ''",
        "P 62696e656e64 0001 0000 R, 62696e656e6400",
        "P 0001 0001 0000 R, 0000",
        "P 0101 0001 0000 R, 010100"
    })
    void aMetaKeyEscapesNul(String hex, String user) {
        byte[] key = bytes(hex);
        byte[] userKey = user == null ? new byte[0] : Hex.bytes(user);

        int end = records.delimiterEnd(key, key.length);

        assertThat(records.userKey(key, end)).isEqualTo(userKey);
        assertThat(records.destroyed(key.length, end)).isFalse();
        assertThat(FloydRecords.metaKey(userKey)).isEqualTo(key);
    }

    @Test
    void aDestroyedKeyHasAsManyBytesTooMany() {
        byte[] key = bytes("P 62696e 0001 0000 R 0012ce");

        int end = records.delimiterEnd(key, key.length);

        assertThat(records.destroyed(key.length, end)).isTrue();
        assertThat(FloydRecords.lostBytes(key.length, end)).isEqualTo(3);
        assertThat(records.userKey(key, end)).isEqualTo("bin\0".getBytes(UTF_8));
        assertThat(FloydRecords.bytesToBeLost("bin\0key".getBytes(UTF_8))).isEqualTo(3);
        assertThat(FloydRecords.bytesToBeLost("bin\0".getBytes(UTF_8))).isZero();
        assertThat(FloydRecords.bytesToBeLost("bin".getBytes(UTF_8))).isZero();
    }

    @ParameterizedTest
    @CsvSource({
        "00 68656c6c6f R e54b9a04a2010080 0000000000000000, hello, 0",
        "00 R e74b9a04a2010080 0000000000000000, '', 0",
        "00 78 R f44b9a04a2010080 00204aa9d1010080, x, 2000000000000",
        "00 676f6e65 R f54b9a04a2010080 dd4f9a04a2010080, gone, 1795373551581",
        "00 78 R 5136036b00000000 0094357700000000, x, 2000000000000"
    })
    void aStringEndsWithItsTimes(String hex, String user, long expireAtMillis) {
        byte[] value = bytes(hex);

        int end = records.stringEnd(value.length);

        assertThat(records.type(value, value.length)).isEqualTo(PikaType.STRING);
        assertThat(new String(value, 1, end - 1, UTF_8)).isEqualTo(user);
        assertThat(FloydRecords.expireAtMillis(value, value.length)).isEqualTo(expireAtMillis);
        assertThat(FloydRecords.hyperLogLog(value, end)).isFalse();
    }

    @Test
    void aHyperLogLogIsMarked() {
        byte[] value = bytes("00" + "03".repeat(131072) + "80" + "00".repeat(15) + "f24b9a04a2010000 0000000000000000");

        assertThat(value).hasSize(131105);
        assertThat(FloydRecords.hyperLogLog(value, records.stringEnd(value.length)))
                .isTrue();
    }

    @Test
    void aKeyExpiresAfterItsMillisecond() {
        assertThat(FloydRecords.expired(0, 100)).isFalse();
        assertThat(FloydRecords.expired(99, 100)).isTrue();
        assertThat(FloydRecords.expired(100, 100)).isFalse();
    }

    @Test
    void aMetaHasCountVersionAndExpiry() {
        Meta meta = meta("01 02000000 f94b9a04a2010000 R f94b9a04a2010080 00204aa9d1010080");
        Meta deleted = meta("01 00000000 fb4b9a04a2010000 R 0000000000000000 0000000000000000");

        assertThat(meta).isEqualTo(new Meta(2, VERSION, 2_000_000_000_000L, 0, 0));
        assertThat(meta.live(2_000_000_000_000L)).isTrue();
        assertThat(meta.live(2_000_000_000_001L)).isFalse();
        assertThat(deleted.live(0)).isFalse();
    }

    @Test
    void aListsMetaHasGarbageBetweenItsIndexes() {
        Meta meta = meta("03 0800000000000000 144c9a04a2010000 fcffffffffffff7f 36df12377f000008 0500000000000080"
                + "35df12377f000000 R 144c9a04a2010080 0000000000000000");

        assertThat(meta).isEqualTo(new Meta(8, 0x1a2049a4c14L, 0, 0x7ffffffffffffffcL, 0x8000000000000005L));
    }

    @Test
    void aStreamsMetaHasAWideVersion() {
        byte[] value = bytes("05 00000000 0300000000000000 0100000000000000 0100000000000000 0500000000000000"
                + "0000000000000000 0000000000000000 0000000000000000 03000000 0200000000000000");

        assertThat(records.type(value, value.length)).isEqualTo(PikaType.STREAM);
        assertThat(records.streamMeta(value, value.length))
                .isEqualTo(new StreamRecords.Meta(3, new EntryId(5, 0), EntryId.ZERO, 3, 2));
    }

    @Test
    void dataKeysBeginWithKeyAndVersion() {
        byte[] meta = bytes("P 68 0001 62696e 0001 0000 R");
        byte[] field = bytes("P 68 0001 62696e 0001 0000 f84b9a04a2010000 6600ff R");
        int end = records.delimiterEnd(meta, meta.length);

        byte[] prefix = FloydRecords.dataPrefix(meta, end, VERSION - 1);

        assertThat(prefix).isEqualTo(Arrays.copyOf(field, prefix.length));
        assertThat(Arrays.copyOfRange(field, prefix.length, records.dataKeyEnd(field.length, prefix.length)))
                .isEqualTo(Hex.bytes("6600ff"));
        assertThat(records.delimiterEnd(field, field.length)).isEqualTo(end);
    }

    @Test
    void dataValuesEndWithTheirTime() {
        byte[] value = bytes("760000 R f84b9a04a2010080");
        byte[] score = bytes("0000000000001440 R 314c9a04a2010080");

        assertThat(Arrays.copyOf(value, records.dataEnd(value.length))).isEqualTo(Hex.bytes("760000"));
        assertThat(records.score(score, score.length)).isEqualTo(5.0);
    }

    @Test
    void anElementHasAnIndexAndAnEntryAnId() {
        byte[] node = bytes("P 6c3a6d6978 0000 144c9a04a2010000 fdffffffffffff7f R");
        byte[] entry = bytes("P 783a706c61696e 0000 0200000000000000 0000000000000001 0000000000000002 R");

        assertThat(records.index(node, node.length, 23)).isEqualTo(0x7ffffffffffffffdL);
        assertThat(FloydRecords.afterIndex(Arrays.copyOf(node, 23), 0x7ffffffffffffffcL))
                .isEqualTo(Arrays.copyOf(node, 31));
        assertThat(records.entryId(entry, entry.length, 25)).hasToString("1-2");
    }

    @Test
    void aRangesBoundSortsBeforeItsKeyAndAfterThoseBeforeIt() {
        String[] ascending = {"", "\0", "\0\0", "\0a", "a", "a\0", "a\0\0", "a\0b", "a\1", "aa", "b"};

        for (int i = 0; i < ascending.length; i++) {
            byte[] bound = FloydRecords.rangeBound(ascending[i].getBytes(UTF_8));
            for (int j = 0; j < ascending.length; j++) {
                byte[] key = FloydRecords.metaKey(ascending[j].getBytes(UTF_8));
                assertThat(Arrays.compareUnsigned(key, bound) >= 0)
                        .as("%d %d", i, j)
                        .isEqualTo(j >= i);
            }
        }
    }

    @Test
    void malformedRecordsAreCorruptAndNotShown() {
        assertCorrupt(() -> records.type(new byte[0], 0));
        assertCorrupt(() -> records.type(new byte[] {6}, 1));
        assertCorrupt(() -> records.type(new byte[] {-1}, 1));
        assertCorrupt(() -> records.stringEnd(32));
        assertCorrupt(() -> meta("01 02000000 f94b9a04a2010000 R f94b9a04a2010080 00204aa9d10100"));
        assertCorrupt(() -> meta("03 02000000 f94b9a04a2010000 R f94b9a04a2010080 00204aa9d1010080"));
        assertCorrupt(() -> records.streamMeta(new byte[68], 68));
        assertCorrupt(() -> records.delimiterEnd(bytes("P 6162"), 10));
        assertCorrupt(() -> records.delimiterEnd(bytes("P"), 8));
        assertCorrupt(() -> records.delimiterEnd(new byte[3], 3));
        assertCorrupt(() -> records.destroyed(27, 12));
        assertCorrupt(() -> records.userKey(bytes("P 61 0002 62 0000 R"), 14));
        assertCorrupt(() -> records.dataKeyEnd(30, 15));
        assertCorrupt(() -> records.dataEnd(23));
        assertCorrupt(() -> records.score(new byte[31], 31));
        assertCorrupt(() -> records.index(new byte[40], 40, 23));
        assertCorrupt(() -> records.entryId(new byte[50], 50, 25));
    }

    private Meta meta(String hex) {
        byte[] value = bytes(hex);
        return records.meta(records.type(value, value.length), value, value.length);
    }

    private static void assertCorrupt(ThrowingCallable read) {
        assertThatThrownBy(read)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT))
                .hasMessageStartingWith("db0.0/1: ");
    }
}
