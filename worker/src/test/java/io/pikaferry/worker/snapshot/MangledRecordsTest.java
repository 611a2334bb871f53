package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.fixture.Mangling;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Keys and values of a dump that are damaged. */
@Timeout(60)
class MangledRecordsTest {

    private final Corruption corruption = new Corruption("strings");

    /** Of every length that a record has, and those around it. */
    private static List<byte[]> records() {
        List<byte[]> records = new ArrayList<>();
        for (int length = 1; length < 90; length++) {
            byte[] record = new byte[length];
            new Random(length).nextBytes(record);
            record[0] = (byte) (length % 7); // a type of floyd's
            records.add(record);
        }
        return records;
    }

    private static boolean isMeant(Exception e) {
        return e instanceof FerryException known && known.code() == ErrorCode.SNAPSHOT_CORRUPT;
    }

    @Test
    void recordsOfPika2AreReadOrCorrupt() {
        NemoRecords records = new NemoRecords(corruption);
        for (PikaType type : List.of(PikaType.HASH, PikaType.LIST, PikaType.SET, PikaType.ZSET)) {
            Mangling.check(
                    records(), 20, MangledRecordsTest::isMeant, bytes -> records.meta(type, bytes, bytes.length));
        }
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> records.userKey(bytes, bytes.length));
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> records.score(bytes, bytes.length));
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> records.elementEnd(bytes.length));
    }

    @Test
    void recordsOfPika4AreReadOrCorrupt() {
        FloydRecords records = new FloydRecords(corruption);
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> {
            records.meta(records.type(bytes, bytes.length), bytes, bytes.length);
        });
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> records.streamMeta(bytes, bytes.length));
        Mangling.check(records(), 20, MangledRecordsTest::isMeant, bytes -> {
            records.userKey(bytes, records.delimiterEnd(bytes, bytes.length));
        });
        Mangling.check(
                records(), 20, MangledRecordsTest::isMeant, bytes -> records.fieldsAndValues(bytes, bytes.length));
    }

    @Test
    void aMangledEditIsUnderstoodOrNot() {
        byte[] edit = {1, 3, 'c', 'm', 'p', 3, 9, 103, 1, 9, 50, 1, 'a', 1, 'b', 1, 2, 5, 1, 7, 1, 6, 0, 8};
        Mangling.check(List.of(edit), 10_000, e -> false, bytes -> new VersionEdit(bytes)
                .apply(new HashSet<>(), new HashSet<>()));
    }
}
