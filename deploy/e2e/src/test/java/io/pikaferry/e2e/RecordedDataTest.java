package io.pikaferry.e2e;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.standin.StandinConfig;
import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.version.PikaVersion;
import io.pikaferry.worker.fixture.ContentComparison;
import io.pikaferry.worker.fixture.ContentComparison.Difference;
import io.pikaferry.worker.fixture.ExpectedContent;
import io.pikaferry.worker.fixture.RedisContent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Connection;

/** What a real Pika 3.0.16 had and did, moved into a real Redis by the whole product. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RecordedDataTest {

    private static final Path FIXTURES = Path.of("../standin/src/test/resources/fixtures");

    /** A server of 3.0 counts in seconds. */
    private static final long SECOND = 1000;

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(directory, 1, 1);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void aDumpArrivesWholeButForNamesWithSeveralTypes() throws IOException {
        Path recorded = unpacked("pika-3.0.16");
        StandinConfig config = StandinConfig.of(PikaVersion.parse("3.0.16"))
                .withDump(recorded.toString())
                .quickly();
        try (StandinMaster source = StandinMaster.started(config);
                Redis target = Redis.started(directory.resolve("redis-dump"))) {
            cluster.submit(TestCluster.job("dump", source, target));
            cluster.awaitCaughtUp("dump", source);

            List<Difference> differences = differences(recorded.resolve("expected.json"), target);

            assertThat(withoutExpired(recorded.resolve("expected.json"), differences))
                    .map(Difference::toString)
                    .containsExactlyInAnyOrder(
                            "db0:dup: source hash, target string",
                            "db0:dup: source list, target string",
                            "db0:dup: source set, target string",
                            "db0:dup: source zset, target string",
                            // a listpack makes a score of -0.0 to 0
                            "db0:z:ext: zset content");
            assertThat(ledger("dump"))
                    .containsOnlyKeys("dup", "hll:1")
                    .containsEntry("dup", List.of("FERRY-2301"))
                    .containsEntry("hll:1", List.of("FERRY-2304"));
            cluster.delete("dump");
        }
    }

    @Test
    void everyWriteCommandTakesEffectOrIsInTheLedger() throws IOException {
        Path recorded = unpacked("wire-3.0.16");
        AtomicLong clock = new AtomicLong();
        StandinConfig config = StandinConfig.of(PikaVersion.parse("3.0.16"))
                .withBinlogFileSize(262_144)
                .withClock(() -> Instant.ofEpochMilli(clock.get()))
                .quickly();
        List<Long> times = executionSeconds(recorded.resolve("incremental.jsonl"));
        clock.set(times.get(0) * SECOND);
        try (StandinMaster source = StandinMaster.started(config);
                Redis target = Redis.started(directory.resolve("redis-corpus"))) {
            cluster.submit(TestCluster.job("corpus", source, target));
            cluster.awaitTail("corpus");
            play(recorded.resolve("corpus.jsonl"), source, clock, times);
            clock.set(ExpectedContent.read(recorded.resolve("expected-final.json"))
                    .asOfMillis());
            cluster.awaitCaughtUp("corpus", source);

            List<Difference> differences = differences(recorded.resolve("expected-final.json"), target);

            assertThat(documented(recorded.resolve("replay-differences.json")))
                    .containsAll(differences.stream().map(Difference::toString).toList());
            assertThat(differences)
                    .map(Difference::toString)
                    .filteredOn(difference -> !difference.startsWith("db0:s:pop")) // which member is random
                    .containsExactlyInAnyOrder(
                            "db0:same: source hash, target string",
                            "db0:same: source list, target string",
                            "db0:same: source set, target string",
                            "db0:same: source zset, target string",
                            "db0:same3: source hash, target string",
                            "db0:z:bad: only on the source (zset)",
                            // Redis has an encoding of its own
                            "db0:hll:a: string content",
                            "db0:hll:b: string content",
                            "db0:hll:e: string content",
                            "db0:hll:m: string content",
                            // a listpack makes a score of -0.0 to 0
                            "db0:z:a: zset content");
            assertThat(ledger("corpus").keySet()).contains("same", "same3", "z:bad");
            assertThat(target.call("SCARD", "s:pop")).isEqualTo(integer(source, "SCARD", "s:pop"));
            assertThat((List<?>) target.call("SMEMBERS", "s:pop"))
                    .as("what was read again")
                    .isNotEmpty();
        }
    }

    private static Long integer(StandinMaster source, String... words) {
        return Long.parseLong(
                new String(source.execute(words).bytes(), UTF_8).substring(1).strip());
    }

    /** The commands, each when it was executed in the recording: so relative expiries come out the same. */
    private static void play(Path corpus, StandinMaster source, AtomicLong clock, List<Long> times) throws IOException {
        for (JsonNode line : lines(corpus)) {
            List<Bytes> words = new ArrayList<>();
            line.get("argv_hex")
                    .forEach(word -> words.add(Bytes.owning(HexFormat.of().parseHex(word.asText()))));
            int next = (int) source.database(0).binlog().items();
            clock.set(times.get(Math.min(next, times.size() - 1)) * SECOND);
            source.execute(0, new Request(words));
        }
    }

    /** Of each logged item its time: behind the frame of 6 bytes and the type, 4 bytes. */
    private static List<Long> executionSeconds(Path transcript) throws IOException {
        List<Long> times = new ArrayList<>();
        for (JsonNode line : lines(transcript)) {
            String hex = line.path("hex").asText();
            if (line.path("conn").asText().equals("binlog")
                    && line.path("dir").asText().equals("m2s")
                    && hex.length() > 80) {
                byte[] bytes = HexFormat.of().parseHex(hex.substring(16, 24));
                times.add(Integer.toUnsignedLong(
                        ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getInt()));
            }
        }
        return times;
    }

    private static List<JsonNode> lines(Path file) throws IOException {
        ObjectMapper mapper = new ObjectMapper();
        List<JsonNode> nodes = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            nodes.add(mapper.readTree(line));
        }
        return nodes;
    }

    private static List<Difference> differences(Path expected, Redis target) {
        try (Connection connection = target.connect()) {
            return new ContentComparison(SECOND, 0)
                    .differences(ExpectedContent.read(expected), new RedisContent(connection)).stream()
                            .filter(difference -> !difference.key().asUtf8().startsWith("pikaferry:{"))
                            .toList();
        }
    }

    /** What was to expire after the recording has done so. */
    private static List<Difference> withoutExpired(Path expected, List<Difference> differences) {
        var keys = ExpectedContent.read(expected).databases().get(0);
        long now = System.currentTimeMillis();
        return differences.stream()
                .filter(difference -> keys.getOrDefault(difference.key(), List.of()).stream()
                        .noneMatch(value ->
                                value.expireAtMillis().filter(at -> at < now).isPresent()))
                .toList();
    }

    private static List<String> documented(Path differences) throws IOException {
        List<String> documented = new ArrayList<>();
        for (JsonNode each : new ObjectMapper().readTree(differences.toFile())) {
            documented.add("%s:%s: %s"
                    .formatted(
                            each.get("db").asText(),
                            new String(HexFormat.of().parseHex(each.get("key").asText()), UTF_8),
                            each.get("difference").asText()));
        }
        return documented;
    }

    /** Of each key the codes under which it is in the job's ledger. */
    private static Map<String, List<String>> ledger(String job) {
        Map<String, List<String>> codes = new TreeMap<>();
        for (LedgerEntry entry : cluster.errors(job)) {
            assertThat(entry.getMessage()).isNotBlank();
            codes.merge(entry.getKey().toStringUtf8(), List.of(entry.getCode()), (before, more) -> Stream.concat(
                            before.stream(), more.stream())
                    .distinct()
                    .toList());
        }
        return codes;
    }

    private static Path unpacked(String name) throws IOException {
        try (ZipInputStream zip = new ZipInputStream(Files.newInputStream(FIXTURES.resolve(name + ".zip")))) {
            for (ZipEntry entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                Path file = directory.resolve(entry.getName()).normalize();
                if (!file.startsWith(directory)) {
                    throw new IOException(name + " reaches out of its folder");
                }
                if (entry.isDirectory()) {
                    Files.createDirectories(file);
                } else {
                    Files.createDirectories(file.getParent());
                    Files.copy(zip, file);
                }
            }
        }
        return directory.resolve(name);
    }
}
