package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DumpLayoutTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({
        "pika-2.3.6, NEMO, db0.0, kv hash list zset set",
        "pika-3.0.16, BLACKWIDOW, db0.0, strings hashes lists zsets sets",
        "pika-3.1.1, BLACKWIDOW, db0.0 db1.0, strings hashes lists zsets sets",
        "pika-3.4.0-sharding, BLACKWIDOW, db0.0 db0.1 db0.2 db0.3, strings hashes lists zsets sets",
        "pika-3.5.5, BLACKWIDOW, db0.0 db1.0, strings hashes lists zsets sets streams",
        "pika-4.0.1, FLOYD, db0.0 db1.0, 0 1 2"
    })
    void theGenerationIsToldByTheDirectories(String name, DumpFormat format, String streams, String subDatabases) {
        Map<StreamId, Path> found = RecordedDump.unpacked(name, directory).streams();

        assertThat(found.keySet().stream().map(StreamId::toString)).containsExactly(streams.split(" "));
        found.values().forEach(path -> assertThat(DumpLayout.of(path))
                .isEqualTo(new DumpLayout(path, format, List.of(subDatabases.split(" ")))));
    }

    @Test
    void theTableOf31InShardingModeIsDatabase0() throws Exception {
        Path four = RecordedDump.unpacked("pika-3.4.0-sharding", directory).directory();
        Files.move(four.resolve("db0"), four.resolve("default"));

        assertThat(DumpLayout.streamsOf(four))
                .containsEntry(new StreamId(0, 3), four.resolve("default").resolve("3"))
                .hasSize(4);
    }

    @ParameterizedTest
    @CsvSource({
        "pika-2.3.6, dump/info",
        "pika-2.3.6, dump/zset/CURRENT",
        "pika-2.3.6, dump/kv",
        "pika-3.0.16, dump/strings",
        "pika-3.5.5, dump/db0/info",
        "pika-3.5.5, dump/db0/streams",
        "pika-4.0.1, dump/db0/1",
        "pika-4.0.1, dump/db0/2/CURRENT"
    })
    void whatIsMissingIsNamed(String name, String missing) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        Map<StreamId, Path> streams = dump.streams();
        delete(directory.resolve(name).resolve(missing));

        assertIncomplete(() -> DumpLayout.of(streams.get(StreamId.ONLY)), missing.substring(missing.indexOf('/') + 1));
    }

    @Test
    void aDumpThatIsStillBeingWrittenIsRefused() throws Exception {
        RecordedDump dump = RecordedDump.unpacked("pika-3.0.16", directory);
        Files.createDirectory(dump.directory().resolve("zsets.tmp"));

        assertIncomplete(() -> DumpLayout.of(dump.directory()), "zsets.tmp");
        assertIncomplete(() -> DumpLayout.streamsOf(dump.directory()), "zsets.tmp");
    }

    @Test
    void aDumpThatFailedIsRefused() throws Exception {
        RecordedDump dump = RecordedDump.unpacked("pika-3.1.1", directory);
        Path failed = Files.move(dump.directory(), directory.resolve("20261122_FAILED"));

        assertIncomplete(() -> DumpLayout.of(failed.resolve("db1")), "_FAILED");
    }

    @Test
    void aDirectoryWithoutADumpIsRefused() throws Exception {
        assertIncomplete(() -> DumpLayout.streamsOf(directory), directory.toString());
        assertIncomplete(() -> DumpLayout.streamsOf(directory.resolve("nowhere")), "nowhere");
        Files.createFile(directory.resolve("info"));
        assertIncomplete(() -> DumpLayout.of(directory), directory.toString());
    }

    private static void delete(Path path) throws IOException {
        if (Files.isDirectory(path)) {
            try (var children = Files.list(path)) {
                for (Path child : children.toList()) {
                    delete(child);
                }
            }
        }
        Files.delete(path);
    }

    private static void assertIncomplete(ThrowingCallable look, String path) {
        assertThatThrownBy(look)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_INCOMPLETE))
                .hasMessageContaining(path);
    }
}
