package io.pikaferry.standin.recording;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

/** A recording of a real master, unpacked. */
public final class Fixture {

    private static final Path DUMPS = Path.of("../../worker/src/test/resources/snapshot");
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path directory;

    private Fixture(Path directory) {
        this.directory = directory;
    }

    public static Fixture unpack(String name, Path into) throws IOException {
        try (InputStream resource = Fixture.class.getResourceAsStream("/fixtures/" + name + ".zip")) {
            return unpack(resource, name, into);
        }
    }

    /** Those of dumps lie with the tests of the worker, which reads them. */
    public static Fixture unpackDump(String name, Path into) throws IOException {
        try (InputStream file = Files.newInputStream(DUMPS.resolve(name + ".zip"))) {
            return unpack(file, name, into);
        }
    }

    private static Fixture unpack(InputStream in, String name, Path into) throws IOException {
        ZipInputStream zip = new ZipInputStream(in);
        for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
            Path to = into.resolve(entry.getName());
            if (entry.isDirectory()) {
                Files.createDirectories(to);
            } else {
                Files.createDirectories(to.getParent());
                Files.copy(zip, to);
            }
        }
        return new Fixture(into.resolve(name));
    }

    public Path path(String relative) {
        return directory.resolve(relative);
    }

    public JsonNode json(String file) throws IOException {
        return JSON.readTree(path(file).toFile());
    }

    public List<JsonNode> lines(String file) throws IOException {
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
