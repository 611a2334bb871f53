package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dump.DumpFormat;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Dumps of real masters are understood, and what is written is understood the same way. */
@Timeout(60)
class DumpTest {

    private static final long SECOND = 1000;

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.0.16", "3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void aRecordedDumpHasTheRecordedContentAndKeepsItWhenWrittenAgain(String version) throws IOException {
        Fixture fixture = Fixture.unpackDump("pika-" + version, directory);
        JsonNode expected = fixture.json("expected.json");
        Instant then = Instant.ofEpochMilli(expected.get("as_of_ms").asLong());
        StandinConfig.Draft draft = StandinConfig.of(PikaVersion.parse(version))
                .databases(expected.get("databases").size())
                .clock(() -> then);
        DumpFormat format = DumpFormat.of(PikaVersion.parse(version));
        // what 4.0 says of its milliseconds is one too much now and then
        long unit = expected.get("expire_at_tolerance_ms").asLong() > 0 ? SECOND : 1;
        Path written = Files.createDirectory(directory.resolve("written"));
        try (StandinMaster first =
                new StandinMaster(draft.dump(fixture.path("dump").toString()).build())) {
            assertThat(DataContent.differences(first, expected, unit)).isEmpty();

            for (Database database : first.databases()) {
                Path own = Files.createDirectory(written.resolve(database.name()));
                database.atRest((data, position) -> save(format, data, own));
                Files.writeString(own.resolve("info"), "0s\n127.0.0.1\n9221\n0\n100\n");
            }
        }
        try (StandinMaster second =
                new StandinMaster(draft.dump(written.toString()).build())) {
            assertThat(DataContent.differences(second, expected, unit)).isEmpty();
        }
        String any = format.directories().get(0);
        assertThat(kinds(written.resolve("db0").resolve(any)))
                .containsExactlyInAnyOrder("CURRENT", "MANIFEST", "OPTIONS", "sst");
    }

    private static Path save(DumpFormat format, Dataset data, Path to) {
        try {
            format.save(data, to, 1795375000000L);
            return to;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> kinds(Path subDatabase) throws IOException {
        try (Stream<Path> files = Files.list(subDatabase)) {
            return files.map(file -> file.getFileName().toString())
                    .map(name -> name.endsWith(".sst") ? "sst" : name.replaceFirst("-.*", ""))
                    .collect(Collectors.toCollection(TreeSet::new));
        }
    }

    @Test
    void aDirectoryWithoutInfoIsNoDump() throws IOException {
        Path empty = Files.createDirectories(directory.resolve("empty/strings"));
        Files.writeString(empty.resolve("CURRENT"), "MANIFEST-000001\n");
        StandinConfig config = StandinConfig.of(PikaVersion.parse("3.0.16"))
                .dump(empty.getParent().toString())
                .build();

        assertThatThrownBy(() -> new StandinMaster(config)).hasMessageContaining("no complete BLACKWIDOW dump");
    }
}
