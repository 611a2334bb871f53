package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.CollectingSink.Key;
import io.pikaferry.worker.snapshot.CollectingSink.Name;
import io.pikaferry.worker.snapshot.CollectingSink.Refusal;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every dump that a real server wrote is read exactly as that server itself reads it. */
@Timeout(120)
class RecordedDumpsTest {

    private static final int HYPER_LOG_LOG_HEX = 2 << 17;

    @TempDir
    Path directory;

    static Stream<Arguments> dumpsAndWaysToReadThem() {
        SnapshotConfig defaults = SnapshotConfig.defaults();
        Map<String, SnapshotConfig> ways = new TreeMap<>(Map.of(
                "one thread", defaults.withThreads(1),
                "four threads", defaults.withThreads(4),
                "pieces of two elements", defaults.withThreads(1).withChunks(2, 1 << 20),
                "pieces of few bytes", defaults.withThreads(4).withChunks(512, 16),
                "many ranges", defaults.withThreads(4).withUnitBytes(1000),
                "lists node by node", defaults.withThreads(1).withListBytes(0)));
        return RecordedDump.ALL.stream()
                .flatMap(dump -> ways.entrySet().stream().map(way -> Arguments.of(dump, way.getKey(), way.getValue())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("dumpsAndWaysToReadThem")
    void everyKeyIsReadAsTheServerReadsIt(String name, String way, SnapshotConfig config) throws Exception {
        RecordedDump dump = RecordedDump.unpacked(name, directory);
        CollectingSink sink = new CollectingSink(config.chunkElements());
        List<Long> done = new CopyOnWriteArrayList<>();
        AtomicLong total = new AtomicLong();

        Summary summary = new ParallelScan(config)
                .run(dump.streams(), dump.asOfSeconds(), unit -> sink, (bytes, of) -> {
                    done.add(bytes);
                    total.set(of);
                });

        Set<Name> expectedNames = new HashSet<>(dump.keys().keySet());
        assertThat(sink.keys.keySet()).isEqualTo(expectedNames);
        dump.keys().forEach((key, types) -> {
            PikaType kept = types.keySet().iterator().next();
            assertSame(key, sink.keys.get(key), kept, types.get(kept), dump.expiryToleranceMillis());
        });
        assertThat(sink.refusals).containsExactlyInAnyOrderElementsOf(expectedRefusals(dump));
        assertThat(summary.keys()).isEqualTo(expectedNames.size());
        assertThat(done).as("progress").isSorted().last().isEqualTo(total.get());
    }

    private static List<Refusal> expectedRefusals(RecordedDump dump) {
        List<Refusal> refusals = new ArrayList<>();
        dump.keys().forEach((name, types) -> {
            types.keySet().stream()
                    .skip(1)
                    .forEach(type -> refusals.add(new Refusal(ErrorCode.TYPE_CONFLICT, name.db(), name.key(), type)));
            JsonNode string = types.get(PikaType.STRING);
            if (string != null && string.get("value").asText().length() == HYPER_LOG_LOG_HEX) {
                refusals.add(new Refusal(ErrorCode.NOT_REPRESENTABLE, name.db(), name.key(), PikaType.STRING));
            }
        });
        for (String destroyed : dump.destroyedNames()) {
            PikaType type = destroyed.startsWith("68") ? PikaType.HASH : PikaType.STRING;
            refusals.add(new Refusal(ErrorCode.KEY_DESTROYED, 0, Bytes.owning(Hex.bytes(destroyed)), type));
        }
        return refusals;
    }

    private static void assertSame(Name name, Key actual, PikaType type, JsonNode expected, long tolerance) {
        String what = "db%d %s %s".formatted(name.db(), type, Hex.of(name.key()));
        assertThat(actual.complete).as(what).isTrue();
        assertThat(actual.type).as(what).isEqualTo(type);
        long expireAt = expected.get("expire_at_ms").asLong(0);
        assertThat(Math.abs(actual.expireAtMillis - expireAt)).as(what).isLessThanOrEqualTo(tolerance);
        switch (type) {
            case STRING -> assertThat(actual.hexElements())
                    .as(what)
                    .containsExactly(expected.get("value").asText());
            case LIST -> assertThat(actual.hexElements()).as(what).isEqualTo(texts(expected.get("elements")));
            case SET -> assertThat(actual.hexElements())
                    .as(what)
                    .containsExactlyInAnyOrderElementsOf(texts(expected.get("members")));
            case HASH -> assertThat(pairs(actual.hexElements()))
                    .as(what)
                    .containsExactlyInAnyOrderElementsOf(fields(expected.get("fields")));
            case ZSET -> assertThat(scores(actual))
                    .as(what)
                    .containsExactlyInAnyOrderElementsOf(members(expected.get("members")));
            case STREAM -> assertSameStream(what, actual, expected);
        }
    }

    private static void assertSameStream(String what, Key actual, JsonNode expected) {
        List<List<String>> entries = new ArrayList<>();
        for (JsonNode entry : expected.get("entries")) {
            List<String> flat = new ArrayList<>();
            flat.add(entry.get(0).asText());
            entry.get(1).forEach(part -> flat.add(part.asText()));
            entries.add(flat);
        }
        assertThat(actual.entries.stream()
                        .map(entry -> {
                            List<String> flat = new ArrayList<>();
                            flat.add(entry.id());
                            entry.fieldsAndValues().forEach(part -> flat.add(Hex.of(part)));
                            return flat;
                        })
                        .toList())
                .as(what)
                .isEqualTo(entries);
        Map<String, String> info = new TreeMap<>();
        JsonNode pairs = expected.get("xinfo");
        for (int i = 0; i < pairs.size(); i += 2) {
            info.put(pairs.get(i).asText(), pairs.get(i + 1).asText());
        }
        SnapshotChunk.StreamTail tail = actual.tail.orElseThrow();
        assertThat(tail.lastId()).as(what).isEqualTo(info.get("last-generated-id"));
        assertThat(tail.entriesAdded()).as(what).isEqualTo(Long.parseLong(info.get("entries-added")));
        assertThat(tail.maxDeletedId()).as(what).isEqualTo(info.get("max-deleted-entry-id"));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static List<String> pairs(List<String> flat) {
        List<String> pairs = new ArrayList<>();
        for (int i = 0; i < flat.size(); i += 2) {
            pairs.add(flat.get(i) + "=" + flat.get(i + 1));
        }
        return pairs;
    }

    private static List<String> fields(JsonNode fields) {
        List<String> pairs = new ArrayList<>();
        fields.forEach(
                field -> pairs.add(field.get(0).asText() + "=" + field.get(1).asText()));
        return pairs;
    }

    private static List<String> members(JsonNode members) {
        List<String> scores = new ArrayList<>();
        members.forEach(member ->
                scores.add(member.get(0).asText() + "=" + member.get(2).asText()));
        return scores;
    }

    /** Scores bit for bit. */
    private static List<String> scores(Key zset) {
        List<String> scores = new ArrayList<>();
        for (int i = 0; i < zset.elements.size(); i += 2) {
            String text = zset.elements.get(i).asUtf8();
            double score = text.endsWith("inf")
                    ? (text.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY)
                    : Double.parseDouble(text);
            scores.add("%s=%016x".formatted(Hex.of(zset.elements.get(i + 1)), Double.doubleToRawLongBits(score)));
        }
        return scores;
    }
}
