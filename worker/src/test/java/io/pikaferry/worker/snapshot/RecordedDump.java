package io.pikaferry.worker.snapshot;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.fixture.Fixtures;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A dump that a real server wrote, and what that server said was in it. */
record RecordedDump(String name, Path directory, JsonNode expected) {

    static final List<String> ALL = List.of(
            "pika-2.3.6",
            "pika-3.0.16",
            "pika-3.1.1",
            "pika-3.4.0",
            "pika-3.4.0-sharding",
            "pika-3.4.0-zstd",
            "pika-3.5.5",
            "pika-3.5.5-blob",
            "pika-4.0.1",
            "wire-2.3.6",
            "wire-3.0.16",
            "wire-3.1.1",
            "wire-3.4.0",
            "wire-3.5.5",
            "wire-4.0.1");

    static RecordedDump unpacked(String name, Path into) {
        Path folder = Fixtures.unzip("snapshot/" + name, into);
        boolean wire = name.startsWith("wire-");
        Path json = folder.resolve(wire ? "expected-snapshot.json" : "expected.json");
        try {
            return new RecordedDump(
                    name, folder.resolve(wire ? "fullsync-dump" : "dump"), new ObjectMapper().readTree(json.toFile()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Map<StreamId, Path> streams() {
        return DumpLayout.streamsOf(directory);
    }

    long asOfSeconds() {
        return expected.get("as_of_ms").asLong() / 1000;
    }

    long expiryToleranceMillis() {
        return expected.path("expire_at_tolerance_ms").asLong(0);
    }

    /** Of every name what the server has of each type; up to 3.5 that may be several. */
    Map<CollectingSink.Name, Map<PikaType, JsonNode>> keys() {
        Map<CollectingSink.Name, Map<PikaType, JsonNode>> keys = new HashMap<>();
        expected.get("databases").fields().forEachRemaining(database -> {
            int db = Integer.parseInt(database.getKey().substring(2));
            for (JsonNode key : database.getValue()) {
                keys.computeIfAbsent(
                                new CollectingSink.Name(
                                        db,
                                        Bytes.owning(Hex.bytes(key.get("key").asText()))),
                                name -> new EnumMap<>(PikaType.class))
                        .put(PikaType.valueOf(key.get("type").asText().toUpperCase(Locale.ROOT)), key);
            }
        });
        return keys;
    }

    /** Names as the server's storage still has them; only 4.0. */
    List<String> destroyedNames() {
        List<String> names = new ArrayList<>();
        expected.path("corrupted_by_server").path("as_listed_by_KEYS").forEach(name -> names.add(name.asText()));
        return names;
    }

    @Override
    public String toString() {
        return name;
    }
}
