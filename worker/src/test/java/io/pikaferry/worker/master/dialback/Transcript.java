package io.pikaferry.worker.master.dialback;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.zip.GZIPInputStream;

/** What went over the wire between a real master and a slave. */
final class Transcript {

    private final List<JsonNode> lines;

    private Transcript(List<JsonNode> lines) {
        this.lines = lines;
    }

    /** @param name as in {@code incremental-3.0.16} */
    static Transcript read(String name) {
        List<JsonNode> lines = new ArrayList<>();
        ObjectMapper json = new ObjectMapper();
        try (InputStream resource = Transcript.class.getResourceAsStream("/master/" + name + ".jsonl.gz");
                BufferedReader reader = new BufferedReader(
                        new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                lines.add(json.readTree(line));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Transcript(lines);
    }

    Transcript ofCase(String name) {
        return where(line -> line.path("case").asText().equals(name));
    }

    Transcript where(Predicate<JsonNode> predicate) {
        return new Transcript(lines.stream().filter(predicate).toList());
    }

    /** The bytes of one connection in one direction, one after another. */
    byte[] bytes(String connection, int number, String direction) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        for (byte[] chunk : chunks(connection, number, direction)) {
            bytes.writeBytes(chunk);
        }
        return bytes.toByteArray();
    }

    List<byte[]> chunks(String connection, int number, String direction) {
        return lines.stream()
                .filter(line -> line.path("conn").asText().equals(connection)
                        && line.path("cid").asInt() == number
                        && line.path("dir").asText().equals(direction)
                        && !line.path("hex").asText().isEmpty())
                .map(line -> HexFormat.of().parseHex(line.path("hex").asText()))
                .toList();
    }

    /** The same as Latin-1 text. */
    String text(String connection, int number, String direction) {
        return new String(bytes(connection, number, direction), StandardCharsets.ISO_8859_1);
    }
}
