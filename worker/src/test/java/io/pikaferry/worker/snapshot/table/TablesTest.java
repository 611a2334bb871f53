package io.pikaferry.worker.snapshot.table;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.table.WrittenTables.Entry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BuiltinComparator;
import org.rocksdb.ChecksumType;
import org.rocksdb.CompressionOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DataBlockIndexType;
import org.rocksdb.EnvOptions;
import org.rocksdb.IndexType;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/** RocksDB's tables, read here and by RocksDB. */
@Timeout(120)
class TablesTest {

    @TempDir
    Path directory;

    private static Consumer<Options> form(BlockBasedTableConfig table, CompressionType compression) {
        return options -> options.setTableFormatConfig(table).setCompressionType(compression);
    }

    static List<Arguments> known() {
        List<Arguments> forms = new ArrayList<>();
        for (int version = 2; version <= 5; version++) {
            BlockBasedTableConfig table = WrittenTables.table(version);
            forms.add(Arguments.of("version " + version, form(table, CompressionType.SNAPPY_COMPRESSION)));
        }
        for (ChecksumType checksum :
                List.of(ChecksumType.kNoChecksum, ChecksumType.kCRC32c, ChecksumType.kxxHash64, ChecksumType.kXXH3)) {
            BlockBasedTableConfig table = WrittenTables.table(5).setChecksumType(checksum);
            forms.add(Arguments.of(checksum.toString(), form(table, CompressionType.SNAPPY_COMPRESSION)));
        }
        for (CompressionType compression : List.of(
                CompressionType.NO_COMPRESSION,
                CompressionType.ZLIB_COMPRESSION,
                CompressionType.LZ4_COMPRESSION,
                CompressionType.LZ4HC_COMPRESSION,
                CompressionType.ZSTD_COMPRESSION)) {
            forms.add(Arguments.of(compression.toString(), form(WrittenTables.table(2), compression)));
        }
        forms.add(Arguments.of(
                "sparse index",
                form(WrittenTables.table(4).setIndexBlockRestartInterval(7), CompressionType.SNAPPY_COMPRESSION)));
        forms.add(Arguments.of(
                "every key whole",
                form(WrittenTables.table(3).setBlockRestartInterval(1), CompressionType.SNAPPY_COMPRESSION)));
        forms.add(Arguments.of(
                "hash index in blocks",
                form(
                        WrittenTables.table(5)
                                .setDataBlockIndexType(DataBlockIndexType.kDataBlockBinaryAndHash)
                                .setDataBlockHashTableUtilRatio(0.75),
                        CompressionType.SNAPPY_COMPRESSION)));
        return forms;
    }

    /** P1: of deletions, versions, levels that overlap and files one reader sees what the other sees. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("known")
    void whatIsReadIsWhatRocksdbShows(String name, Consumer<Options> form) throws Exception {
        for (int seed = 1; seed <= 2; seed++) {
            Random random = new Random(seed);
            try (WrittenTables written =
                    WrittenTables.write(directory.resolve("db" + seed), form, db -> changeALot(db, random))) {
                assertThat(written.files().stream().map(file -> file.level()).distinct())
                        .as("levels")
                        .hasSizeGreaterThan(1);
                Tables tables = written.tables();
                List<Entry> all = written.entries(new byte[0], Integer.MAX_VALUE);

                assertThat(all).hasSizeGreaterThan(300);
                assertThat(fromFirst(tables)).isEqualTo(all);
                try (RecordCursor cursor = tables.cursor(Optional.empty())) {
                    for (int i = 0; i < 150; i++) {
                        byte[] from = key(random);
                        cursor.seek(from);
                        assertThat(entries(cursor, 4)).isEqualTo(written.entries(from, 4));
                    }
                }
                byte[] from = all.get(all.size() / 3).key().array();
                byte[] to = all.get(all.size() / 2).key().array();
                try (RecordCursor bounded = tables.cursor(Optional.of(to))) {
                    bounded.seek(from);
                    assertThat(entries(bounded, Integer.MAX_VALUE))
                            .isEqualTo(all.subList(all.size() / 3, all.size() / 2));
                }
            }
        }
    }

    private static void changeALot(RocksDB db, Random random) throws RocksDBException {
        try (WriteOptions unlogged = new WriteOptions().setDisableWAL(true)) {
            for (int round = 0; round < 7; round++) {
                // keeps older versions in the tables
                try (var snapshot = db.getSnapshot()) {
                    for (int i = 0; i < 500; i++) {
                        byte[] key = key(random);
                        if (random.nextInt(4) == 0) {
                            db.delete(unlogged, key);
                        } else {
                            db.put(unlogged, key, value(random));
                        }
                    }
                    byte[] once = ("once" + round).getBytes(UTF_8);
                    db.put(unlogged, once, once);
                    if (round > 0) {
                        db.singleDelete(unlogged, ("once" + (round - 1)).getBytes(UTF_8));
                    }
                    WrittenTables.flush(db);
                    if (round == 2) {
                        db.compactRange();
                    }
                    db.releaseSnapshot(snapshot);
                }
            }
        }
    }

    private static byte[] key(Random random) {
        String number = Integer.toString(random.nextInt(1500));
        return ("user:" + "x".repeat(random.nextInt(3) * 60) + number).getBytes(UTF_8);
    }

    private static byte[] value(Random random) {
        byte[] value = new byte[random.nextInt(20) == 0 ? 5000 : random.nextInt(100)];
        random.nextBytes(value);
        // half of it compresses
        Arrays.fill(value, 0, value.length / 2, (byte) 'v');
        return value;
    }

    private static List<Entry> fromFirst(Tables tables) throws UnreadableTableException {
        try (RecordCursor cursor = tables.cursor(Optional.empty())) {
            cursor.seekToFirst();
            return entries(cursor, Integer.MAX_VALUE);
        }
    }

    private static List<Entry> entries(RecordCursor cursor, int most) throws UnreadableTableException {
        List<Entry> entries = new ArrayList<>();
        while (cursor.valid() && entries.size() < most) {
            byte[] value = new byte[cursor.valueLength()];
            cursor.copyValue(value);
            assertThat(cursor.freshValue()).isEqualTo(value);
            entries.add(new Entry(Bytes.owning(Arrays.copyOf(cursor.key(), cursor.keyLength())), Bytes.owning(value)));
            if (entries.size() < most) {
                cursor.next();
            }
        }
        return entries;
    }

    @Test
    void aFileThatCameInAsAWholeIsAsNewAsItsComing() throws Exception {
        Consumer<Options> form = form(WrittenTables.table(5), CompressionType.SNAPPY_COMPRESSION);
        try (WrittenTables written = WrittenTables.write(directory.resolve("db"), form, db -> {
            putAll(db, 0, 300, "before");
            WrittenTables.flush(db);
            ingest(db, form, 100, 200, "ingested");
            WrittenTables.flush(db);
            putAll(db, 150, 160, "after");
        })) {
            List<Entry> all = written.entries(new byte[0], Integer.MAX_VALUE);

            assertThat(fromFirst(written.tables())).isEqualTo(all);
            assertThat(all.stream().map(entry -> entry.value().asUtf8())).contains("before", "ingested", "after");
        }
    }

    private static void putAll(RocksDB db, int from, int to, String value) throws RocksDBException {
        for (int i = from; i < to; i++) {
            db.put("key%04d".formatted(i).getBytes(UTF_8), value.getBytes(UTF_8));
        }
    }

    private void ingest(RocksDB db, Consumer<Options> form, int from, int to, String value) throws RocksDBException {
        Path file = directory.resolve("ingested");
        try (Options options = new Options();
                EnvOptions environment = new EnvOptions();
                IngestExternalFileOptions moved = new IngestExternalFileOptions()) {
            form.accept(options);
            try (SstFileWriter writer = new SstFileWriter(environment, options)) {
                writer.open(file.toString());
                for (int i = from; i < to; i++) {
                    writer.put("key%04d".formatted(i).getBytes(UTF_8), value.getBytes(UTF_8));
                }
                writer.finish();
            }
            db.ingestExternalFile(List.of(file.toString()), moved);
        }
    }

    static List<Arguments> unknown() {
        return List.of(
                Arguments.of("a later version", form(WrittenTables.table(6), CompressionType.SNAPPY_COMPRESSION)),
                Arguments.of(
                        "another checksum",
                        form(
                                WrittenTables.table(5).setChecksumType(ChecksumType.kxxHash),
                                CompressionType.SNAPPY_COMPRESSION)),
                Arguments.of(
                        "an index in parts",
                        form(
                                WrittenTables.table(5).setIndexType(IndexType.kTwoLevelIndexSearch),
                                CompressionType.SNAPPY_COMPRESSION)),
                Arguments.of(
                        "an index with keys",
                        form(
                                WrittenTables.table(5).setIndexType(IndexType.kBinarySearchWithFirstKey),
                                CompressionType.SNAPPY_COMPRESSION)),
                Arguments.of("another compression", form(WrittenTables.table(5), CompressionType.BZLIB2_COMPRESSION)),
                Arguments.of("another order", (Consumer<Options>)
                        options -> form(WrittenTables.table(5), CompressionType.SNAPPY_COMPRESSION)
                                .andThen(more -> more.setComparator(BuiltinComparator.REVERSE_BYTEWISE_COMPARATOR))
                                .accept(options)),
                Arguments.of("values in files of their own", (Consumer<Options>) options -> {
                    form(WrittenTables.table(5), CompressionType.SNAPPY_COMPRESSION)
                            .accept(options);
                    options.setEnableBlobFiles(true).setMinBlobSize(1);
                }));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unknown")
    void whatIsNotKnownIsLeftToRocksdb(String name, Consumer<Options> form) throws Exception {
        try (Options options = new Options()) {
            options.setCreateIfMissing(true);
            form.accept(options);
            try (RocksDB db = RocksDB.open(options, directory.toString())) {
                putAll(db, 0, 1000, "the same value again and again and again and again and again and again and again");
                WrittenTables.flush(db);
                Tables tables = WrittenTables.tables(db);

                assertThatThrownBy(() -> fromFirst(tables)).isInstanceOf(UnreadableTableException.class);
            }
        }
    }

    @Test
    void aDictionaryIsLeftToRocksdb() throws Exception {
        try (CompressionOptions dictionary =
                new CompressionOptions().setMaxDictBytes(4096).setEnabled(true)) {
            Consumer<Options> form = form(WrittenTables.table(5), CompressionType.ZSTD_COMPRESSION)
                    .andThen(options -> options.setCompressionOptions(dictionary));
            try (WrittenTables written = WrittenTables.write(
                    directory.resolve("db"), form, db -> putAll(db, 0, 5000, "one value for all of them"))) {
                assertThatThrownBy(() -> fromFirst(written.tables())).isInstanceOf(UnreadableTableException.class);
            }
        }
    }

    @Test
    void aRangeOfDeletionsIsLeftToRocksdb() throws Exception {
        Consumer<Options> form = form(WrittenTables.table(5), CompressionType.SNAPPY_COMPRESSION);
        try (WrittenTables written = WrittenTables.write(directory.resolve("db"), form, db -> {
            putAll(db, 0, 100, "before");
            db.deleteRange("key0010".getBytes(UTF_8), "key0020".getBytes(UTF_8));
        })) {
            assertThatThrownBy(() -> fromFirst(written.tables())).isInstanceOf(UnreadableTableException.class);
        }
    }

    @Test
    void aMergeIsLeftToRocksdbWithoutLosingWhatCameBefore() throws Exception {
        Consumer<Options> form = form(WrittenTables.table(5), CompressionType.SNAPPY_COMPRESSION)
                .andThen(options -> options.setMergeOperatorName("stringappend"));
        try (WrittenTables written = WrittenTables.write(directory.resolve("db"), form, db -> {
            putAll(db, 0, 100, "before");
            WrittenTables.flush(db);
            try (WriteBatch batch = new WriteBatch();
                    WriteOptions options = new WriteOptions()) {
                batch.delete("key0009".getBytes(UTF_8));
                batch.merge("key0010".getBytes(UTF_8), "more".getBytes(UTF_8));
                db.write(options, batch);
            }
        })) {
            try (RecordCursor cursor = written.tables().cursor(Optional.empty())) {
                cursor.seekToFirst();
                for (int i = 0; i < 8; i++) {
                    cursor.next();
                }
                assertThatThrownBy(cursor::next).isInstanceOf(UnreadableTableException.class);

                assertThat(cursor.begun()).isTrue();
                assertThat(new String(cursor.key(), 0, cursor.keyLength(), UTF_8))
                        .as("the last key of which all is known: it is deleted")
                        .isEqualTo("key0009");
            }
        }
    }

    /** Never something else in silence, whichever byte is wrong. */
    @ParameterizedTest
    @EnumSource(
            value = ChecksumType.class,
            names = {"kCRC32c", "kxxHash64", "kXXH3"})
    void aDamagedTableIsUnreadableOrReadsAsBefore(ChecksumType checksum) throws Exception {
        Consumer<Options> form =
                form(WrittenTables.table(5).setChecksumType(checksum), CompressionType.SNAPPY_COMPRESSION);
        try (WrittenTables written =
                WrittenTables.write(directory.resolve("db"), form, db -> putAll(db, 0, 60, "value"))) {
            List<Entry> all = written.entries(new byte[0], Integer.MAX_VALUE);
            Path file = WrittenTables.path(written.files().get(0));
            byte[] content = Files.readAllBytes(file);
            int unreadable = 0;
            for (int at = 0; at < content.length; at++) {
                byte[] damaged = content.clone();
                damaged[at] ^= 1 << (at % 8);
                unreadable += readsAsBefore(written, file, damaged, all) ? 0 : 1;
            }
            for (int length = 0; length < content.length; length += 13) {
                unreadable += readsAsBefore(written, file, Arrays.copyOf(content, length), all) ? 0 : 1;
            }

            assertThat(unreadable).isGreaterThan(content.length / 3);
        }
    }

    private static boolean readsAsBefore(WrittenTables written, Path file, byte[] content, List<Entry> before)
            throws IOException {
        Files.write(file, content);
        try {
            assertThat(fromFirst(written.tables())).isEqualTo(before);
            return true;
        } catch (UnreadableTableException e) {
            return false;
        }
    }
}
