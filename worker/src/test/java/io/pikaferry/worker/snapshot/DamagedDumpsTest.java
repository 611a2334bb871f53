package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is missing or damaged in a dump: the scan ends with a coded error, or it did not matter. Never a part that looks whole. */
@Timeout(300)
class DamagedDumpsTest {

    private static final SnapshotConfig CONFIG = SnapshotConfig.defaults().withThreads(2);

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(
            strings = {"wire-2.3.6", "wire-3.0.16", "pika-3.4.0-sharding", "wire-3.5.5", "wire-4.0.1", "pika-3.5.5-blob"
            })
    void aFileThatIsMissingIsNoticed(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        List<String> noticed = new ArrayList<>();

        for (Path file : dataFiles(dump)) {
            byte[] content = Files.readAllBytes(file);
            Files.delete(file);
            if (isNoticed(dump, file)) {
                noticed.add(file.getFileName().toString());
            }
            Files.write(file, content);
        }

        assertThat(noticed).anyMatch(file -> file.endsWith(".sst"));
        assertThat(noticed).anyMatch(file -> file.startsWith("MANIFEST"));
        assertThat(noticed.stream().filter("CURRENT"::equals)).hasSizeGreaterThanOrEqualTo(3);
        if (name.endsWith("blob")) {
            assertThat(noticed).anyMatch(file -> file.endsWith(".blob"));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wire-2.3.6", "wire-3.0.16", "pika-3.4.0-sharding", "wire-3.5.5", "wire-4.0.1", "pika-3.5.5-blob"
            })
    void aFileThatIsCutOffIsNoticed(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        int noticed = 0;

        for (Path file : dataFiles(dump)) {
            byte[] content = Files.readAllBytes(file);
            for (int length : new int[] {0, content.length / 2, content.length - 1}) {
                Files.write(file, Arrays.copyOf(content, length));
                noticed += isNoticed(dump, file) ? 1 : 0;
            }
            Files.write(file, content);
        }

        assertThat(noticed).isPositive();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wire-2.3.6", "wire-3.0.16", "pika-3.4.0-sharding", "wire-3.5.5", "wire-4.0.1", "pika-3.5.5-blob"
            })
    void aByteThatIsWrongIsNoticed(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        Random random = new Random(name.hashCode());
        int noticed = 0;

        for (Path file : dataFiles(dump)) {
            byte[] content = Files.readAllBytes(file);
            for (int i = 0; i < 3 && content.length > 0; i++) {
                byte[] damaged = content.clone();
                damaged[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, damaged);
                noticed += isNoticed(dump, file) ? 1 : 0;
            }
            Files.write(file, content);
        }

        assertThat(noticed).isPositive();
    }

    /** Cut exactly between two records a MANIFEST is sound in itself, but does not know all files. */
    @ParameterizedTest
    @ValueSource(strings = {"pika-2.3.6", "pika-3.0.16", "pika-3.4.0", "pika-3.5.5-blob", "pika-4.0.1"})
    void aManifestThatDoesNotKnowAllFilesIsNoticed(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);

        for (Path file : dataFiles(dump)) {
            if (file.toString().endsWith(".sst")) {
                Path database = file.getParent();
                Manifest.check(new Corruption("db"), database);
                Path stranger = Files.copy(file, database.resolve("999999.sst"));
                assertThatThrownBy(() -> Manifest.check(new Corruption("db"), database))
                        .isInstanceOfSatisfying(
                                FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT))
                        .hasMessageContaining("999999.sst");
                Files.delete(stranger);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pika-2.3.6", "pika-3.0.16", "pika-3.4.0", "pika-3.5.5-blob", "pika-4.0.1"})
    void aDataFileThatIsMissingIsNamed(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);

        for (Path file : dataFiles(dump)) {
            if (file.toString().endsWith(".sst")) {
                byte[] content = Files.readAllBytes(file);
                Files.delete(file);
                assertThatThrownBy(() -> Manifest.check(new Corruption("db"), file.getParent()))
                        .isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                                .isEqualTo(ErrorCode.SNAPSHOT_INCOMPLETE))
                        .hasMessageContaining(file.getFileName().toString());
                Files.write(file, content);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"wire-2.3.6", "wire-3.0.16"})
    void aManifestIsNoticedToBeCutOffWhereverThatIs(String name) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);

        for (Path file : dataFiles(dump)) {
            if (file.getFileName().toString().startsWith("MANIFEST")) {
                byte[] content = Files.readAllBytes(file);
                int unnoticed = 0;
                for (int length = 0; length < content.length; length += 3) {
                    Files.write(file, Arrays.copyOf(content, length));
                    try {
                        Manifest.check(new Corruption("db"), file.getParent());
                        unnoticed++;
                    } catch (FerryException e) {
                        assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT);
                    }
                }
                // between two records behind the last file: nothing is lost there
                assertThat(unnoticed).as(file.toString()).isLessThan(10);
                Files.write(file, content);
            }
        }
    }

    private final Map<String, Map<String, String>> whole = new TreeMap<>();

    /** Fails if the scan ends well and yet did not find everything. */
    private boolean isNoticed(RecordedDump dump, Path damaged) throws InterruptedException {
        CollectingSink sink = new CollectingSink();
        try {
            new ParallelScan(CONFIG)
                    .run(streamOf(dump, damaged), dump.asOfSeconds(), unit -> sink, (done, total) -> {});
        } catch (FerryException e) {
            assertThat(e.code()).isIn(ErrorCode.SNAPSHOT_CORRUPT, ErrorCode.SNAPSHOT_INCOMPLETE);
            return true;
        }
        if (!content(sink).equals(expected(dump, damaged))) {
            fail("damage in %s went unnoticed", damaged);
        }
        return false;
    }

    /** Only the stream that the file is of: the others are as they were. */
    private static Map<StreamId, Path> streamOf(RecordedDump dump, Path file) {
        Map<StreamId, Path> streams = new TreeMap<>(dump.streams());
        streams.values().removeIf(directory -> !file.startsWith(directory));
        assertThat(streams).hasSize(1);
        return streams;
    }

    private Map<String, String> expected(RecordedDump dump, Path file) {
        StreamId stream = streamOf(dump, file).keySet().iterator().next();
        return whole.computeIfAbsent(dump.name() + stream, name -> {
            try {
                CollectingSink sink = new CollectingSink();
                RecordedDump fresh = RecordedDump.unpacked(dump.name(), Files.createTempDirectory(directory, "whole"));
                Map<StreamId, Path> one = Map.of(stream, fresh.streams().get(stream));
                new ParallelScan(CONFIG).run(one, fresh.asOfSeconds(), unit -> sink, (done, total) -> {});
                return content(sink);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private static Map<String, String> content(CollectingSink sink) {
        Map<String, String> content = new TreeMap<>();
        sink.keys.forEach((name, key) -> content.put(
                name.db() + Hex.of(name.key()),
                key.type + " " + key.expireAtMillis + " " + key.hexElements() + key.entries.size() + key.tail));
        return content;
    }

    private static List<Path> dataFiles(RecordedDump dump) throws IOException {
        try (Stream<Path> files = Files.walk(dump.directory())) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> !file.getFileName().toString().equals("info"))
                    .sorted()
                    .toList();
        }
    }
}
