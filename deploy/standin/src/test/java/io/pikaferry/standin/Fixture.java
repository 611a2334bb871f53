package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A recording of a real master, unpacked. */
final class Fixture {

    private static final Path RECORDINGS = Path.of("src/test/resources/fixtures");
    private static final Path DUMPS = Path.of("../../worker/src/test/resources/snapshot");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;

    private Fixture(Path directory) {
        this.directory = directory;
    }

    static Fixture unpack(String name, Path into) throws IOException {
        return unpack(RECORDINGS, name, into);
    }

    /** Those of dumps lie with the tests of what reads dumps. */
    static Fixture unpackDump(String name, Path into) throws IOException {
        return unpack(DUMPS, name, into);
    }

    private static Fixture unpack(Path folder, String name, Path into) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(folder.resolve(name + ".zip")))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path to = into.resolve(entry.getName());
                if (entry.isDirectory()) {
                    Files.createDirectories(to);
                } else {
                    Files.createDirectories(to.getParent());
                    Files.copy(zip, to);
                }
            }
        }
        return new Fixture(into.resolve(name));
    }

    Path path(String relative) {
        return directory.resolve(relative);
    }

    JsonNode json(String file) throws IOException {
        return JSON.readTree(path(file).toFile());
    }

    List<JsonNode> lines(String file) throws IOException {
        return Files.readAllLines(path(file), UTF_8).stream()
                .map(Fixture::parse)
                .toList();
    }

    private static JsonNode parse(String line) {
        try {
            return JSON.readTree(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
