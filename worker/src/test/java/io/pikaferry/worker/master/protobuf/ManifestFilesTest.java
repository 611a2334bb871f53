package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.worker.master.protobuf.FakeRsyncService.Dump;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.FlushOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

@Timeout(60)
class ManifestFilesTest {

    @TempDir
    Path directory;

    private static Set<String> filesThatHoldData(Set<String> names) {
        return names.stream()
                .filter(name -> name.endsWith(".sst") || name.endsWith(".blob"))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Real checkpoints hold exactly their live files. */
    @ParameterizedTest
    @ValueSource(strings = {"3.5.5", "4.0.1"})
    void theManifestsOfARecordedDumpNameItsFiles(String version) throws IOException {
        Set<String> seen = new HashSet<>();
        for (Dump dump : FakeRsyncService.recorded(Transcript.load("fullsync-" + version))
                .values()) {
            Set<String> databases = dump.files().keySet().stream()
                    .filter(name -> name.contains("/"))
                    .map(name -> name.substring(0, name.indexOf('/')))
                    .collect(Collectors.toSet());
            for (String database : databases) {
                Set<String> files = dump.files().keySet().stream()
                        .filter(name -> name.startsWith(database + "/"))
                        .map(name -> name.substring(database.length() + 1))
                        .collect(Collectors.toSet());
                String manifest = ManifestFiles.named(
                        dump.files().get(database + "/CURRENT").toByteArray());
                Path copy = directory.resolve(manifest);
                Files.write(copy, dump.files().get(database + "/" + manifest).toByteArray());

                assertThat(ManifestFiles.live(copy)).as(database).isEqualTo(filesThatHoldData(files));
                seen.add(database);
            }
        }
        assertThat(seen).isNotEmpty();
    }

    @Test
    void columnFamiliesCompactionsBlobsAndLongManifestsAreUnderstood() throws Exception {
        Path db = directory.resolve("db");
        Random random = new Random(1);
        try (Options options = new Options()
                        .setCreateIfMissing(true)
                        .setEnableBlobFiles(true)
                        .setMinBlobSize(100)
                        .setEnableBlobGarbageCollection(true)
                        .setBlobGarbageCollectionAgeCutoff(1.0)
                        .setTableFormatConfig(new BlockBasedTableConfig())
                        .setLevel0FileNumCompactionTrigger(3)
                        .setMaxBytesForLevelBase(20_000)
                        .setTargetFileSizeBase(8_000)
                        .setMaxManifestFileSize(1L << 30);
                RocksDB rocks = RocksDB.open(options, db.toString());
                ColumnFamilyHandle other =
                        rocks.createColumnFamily(new ColumnFamilyDescriptor("other".getBytes(US_ASCII)));
                ColumnFamilyHandle dropped =
                        rocks.createColumnFamily(new ColumnFamilyDescriptor("dropped".getBytes(US_ASCII)));
                WriteOptions write = new WriteOptions();
                FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            List<ColumnFamilyHandle> families = List.of(rocks.getDefaultColumnFamily(), other, dropped);
            for (int round = 0; round < 120; round++) {
                for (ColumnFamilyHandle family : families) {
                    for (int i = 0; i < 40; i++) {
                        byte[] key = ("key" + random.nextInt(500)).getBytes(US_ASCII);
                        rocks.put(family, write, key, new byte[random.nextInt(300)]);
                    }
                }
                rocks.flush(flush, families);
            }
            rocks.dropColumnFamily(dropped);
            rocks.compactRange(rocks.getDefaultColumnFamily());
            rocks.compactRange(other);
            rocks.cancelAllBackgroundWork(true);

            RocksDB.LiveFiles live = rocks.getLiveFiles(false);
            Set<String> expected = filesThatHoldData(
                    live.files.stream().map(name -> name.substring(1)).collect(Collectors.toSet()));
            String manifest = ManifestFiles.named(Files.readAllBytes(db.resolve("CURRENT")));
            assertThat(Files.size(db.resolve(manifest))).isGreaterThan(32 * 1024);
            assertThat(expected).anyMatch(name -> name.endsWith(".blob"));
            assertThat(ManifestFiles.live(db.resolve(manifest))).isEqualTo(expected);
        }
    }

    @Test
    void aBrokenManifestIsSaidToBe() throws IOException, RocksDBException {
        Path db = directory.resolve("db");
        try (Options options = new Options().setCreateIfMissing(true);
                RocksDB rocks = RocksDB.open(options, db.toString());
                FlushOptions flush = new FlushOptions().setWaitForFlush(true)) {
            rocks.put(new byte[] {1}, new byte[] {2});
            rocks.flush(flush);
        }
        byte[] whole = Files.readAllBytes(db.resolve(ManifestFiles.named(Files.readAllBytes(db.resolve("CURRENT")))));
        Path broken = directory.resolve("broken");
        Random random = new Random(2);
        for (int i = 0; i < 500; i++) {
            byte[] bytes = whole.clone();
            bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
            Files.write(broken, bytes);
            assertThatThrownBy(() -> ManifestFiles.live(broken)).isInstanceOf(ManifestFiles.MalformedManifest.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "MANIFEST-1/../../x", "manifest-000001", "MANIFEST-000001 000002", "MANIFEST-"})
    void aCurrentThatNamesNoManifestIsRefused(String current) {
        assertThatThrownBy(() -> ManifestFiles.named(current.getBytes(US_ASCII)))
                .isInstanceOf(ManifestFiles.MalformedManifest.class);
    }
}
