package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.Bytes;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;

/** A cursor shows what RocksDB shows, whichever way it goes. */
@Timeout(120)
class CursorTest {

    /** Values in files of their own; a database with a deletion in its log. */
    private static final List<String> LEFT_TO_ROCKSDB = List.of("pika-3.5.5-blob", "pika-3.4.0-sharding");

    @TempDir
    Path directory;

    private record Entry(Bytes key, Bytes value) {}

    static Stream<String> recorded() {
        return RecordedDump.ALL.stream();
    }

    /** P1: all families of what six versions of Pika wrote, list nodes in their own order included. */
    @ParameterizedTest
    @MethodSource("recorded")
    void theTablesOfARealDumpAreReadWithoutRocksdb(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        int read = 0;
        for (Path path : dump.streams().values()) {
            DumpLayout layout = DumpLayout.of(path);
            try (Cache cache = DumpDatabase.cache(1 << 20)) {
                for (String subDatabase : layout.subDatabases()) {
                    for (Family family : Family.values()) {
                        if (isOf(layout, subDatabase, family)) {
                            read += compare(layout, subDatabase, family, cache, LEFT_TO_ROCKSDB.contains(name));
                        }
                    }
                }
            }
        }
        assertThat(read).as("records").isGreaterThan(10);
    }

    private static boolean isOf(DumpLayout layout, String subDatabase, Family family) {
        return switch (layout.format()) {
            case NEMO -> family == Family.DEFAULT;
            case BLACKWIDOW -> family == Family.DEFAULT
                    || family == Family.BLACKWIDOW_NODES && subDatabase.equals("lists")
                    || family == Family.BLACKWIDOW_MEMBERS && subDatabase.equals("sets")
                    || family == Family.BLACKWIDOW_DATA
                            && List.of("hashes", "zsets", "streams").contains(subDatabase);
            case FLOYD -> family == Family.DEFAULT || family.name().startsWith("FLOYD");
        };
    }

    private static int compare(
            DumpLayout layout, String subDatabase, Family family, Cache cache, boolean somethingUnknown) {
        List<Family> families = family == Family.DEFAULT ? List.of(family) : List.of(Family.DEFAULT, family);
        try (DumpDatabase database =
                DumpDatabase.open(subDatabase, layout.directory().resolve(subDatabase), families, 32, cache)) {
            if (database.files(family).isEmpty()) {
                return 0;
            }
            List<Entry> shown = new ArrayList<>();
            try (RocksCursor rocks = database.rocksCursor(family, Optional.empty())) {
                for (rocks.seekToFirst(); rocks.valid(); rocks.next()) {
                    shown.add(new Entry(
                            Bytes.owning(Arrays.copyOf(rocks.key(), rocks.keyLength())), Bytes.owning(rocks.value())));
                }
            }
            try (Cursor cursor = database.cursor(family)) {
                cursor.seekToFirst();
                assertThat(rest(cursor)).isEqualTo(shown);
                assertThat(cursor.readsTables() || somethingUnknown)
                        .as("%s of %s is read without RocksDB", family, subDatabase)
                        .isTrue();
            }
            try (Cursor cursor = database.cursor(family)) {
                List<Entry> inAnyOrder = new ArrayList<>(shown);
                Collections.shuffle(inAnyOrder, new Random(1));
                for (Entry entry : inAnyOrder) {
                    cursor.seek(entry.key().array());
                    assertThat(at(cursor)).isEqualTo(entry);
                }
            }
            return shown.size();
        }
    }

    private static List<Entry> rest(Cursor cursor) {
        List<Entry> rest = new ArrayList<>();
        for (; cursor.valid(); cursor.next()) {
            rest.add(at(cursor));
        }
        return rest;
    }

    private static Entry at(Cursor cursor) {
        int length = cursor.readValue();
        byte[] value = cursor.copyValue(0, length);
        assertThat(cursor.freshValue()).isEqualTo(value);
        return new Entry(Bytes.owning(cursor.copyKey(0, cursor.keyLength())), Bytes.owning(value));
    }

    /** Three tables, of which the one in the middle is of a version that only RocksDB knows. */
    private void write(boolean logged) throws Exception {
        try (Options known = options(5);
                Options later = options(6);
                FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            int from = 0;
            for (Options options : List.of(known, later, known)) {
                try (RocksDB db = RocksDB.open(options, directory.toString())) {
                    for (int i = from; i < from + 100; i++) {
                        db.put(key(i), ("value" + i).getBytes(UTF_8));
                    }
                    db.delete(key(from + 99));
                    if (!logged || from < 200) {
                        db.flush(wait);
                    }
                }
                from += 100;
            }
        }
    }

    private static byte[] key(int number) {
        return "key%04d".formatted(number).getBytes(UTF_8);
    }

    private static Options options(int version) {
        return new Options()
                .setCreateIfMissing(true)
                .setAvoidFlushDuringRecovery(true)
                .setAvoidFlushDuringShutdown(true)
                .setDisableAutoCompactions(true)
                .setTableFormatConfig(new BlockBasedTableConfig().setFormatVersion(version));
    }

    private List<String> expectedFrom(int from) {
        return Stream.iterate(from, i -> i < 300, i -> i + 1)
                .filter(i -> i % 100 != 99)
                .map(i -> "value" + i)
                .toList();
    }

    private static List<String> values(List<Entry> entries) {
        return entries.stream().map(entry -> entry.value().asUtf8()).toList();
    }

    @Test
    void whereATableIsNotKnownRocksdbGoesOn() throws Exception {
        write(false);
        try (Cache cache = DumpDatabase.cache(1 << 20);
                DumpDatabase database = DumpDatabase.open("db", directory, List.of(Family.DEFAULT), 32, cache)) {
            for (int from : new int[] {0, 50, 99, 100, 150, 199, 200, 299}) {
                try (Cursor cursor = database.cursor(Family.DEFAULT)) {
                    cursor.seek(key(from));
                    assertThat(values(rest(cursor))).as("from %d", from).isEqualTo(expectedFrom(from));
                    assertThat(cursor.readsTables()).isEqualTo(from >= 200);
                }
            }
        }
    }

    @Test
    void whatIsOnlyInTheLogIsThere() throws Exception {
        write(true);
        try (Cache cache = DumpDatabase.cache(1 << 20);
                DumpDatabase database = DumpDatabase.open("db", directory, List.of(Family.DEFAULT), 32, cache);
                Cursor cursor = database.cursor(Family.DEFAULT)) {
            cursor.seekToFirst();

            assertThat(cursor.readsTables()).isFalse();
            assertThat(values(rest(cursor))).isEqualTo(expectedFrom(0));
        }
    }
}
