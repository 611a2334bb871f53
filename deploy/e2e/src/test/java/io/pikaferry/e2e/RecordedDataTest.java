package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.SoftAssertions.assertSoftly;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.pikaferry.e2e.cluster.Redis;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.standin.StandinConfig;
import io.pikaferry.standin.StandinMaster;
import io.pikaferry.standin.recording.CorpusPlayer;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.tryout.Comparison;
import io.pikaferry.standin.version.PikaVersion;
import io.pikaferry.worker.fixture.ContentComparison;
import io.pikaferry.worker.fixture.ContentComparison.Difference;
import io.pikaferry.worker.fixture.ExpectedContent;
import io.pikaferry.worker.fixture.RedisContent;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import redis.clients.jedis.Connection;

/** What real Pikas of every line had and did, moved into a real Redis by the whole product. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RecordedDataTest {

    /** All but 4.0 count in seconds, and 4.0 logs them. */
    private static final long SECOND = 1000;

    /** The recorded time passes in leaps, perhaps while a key's time to live is read again. */
    private static final long LEAP = 10 * SECOND;

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

    @ParameterizedTest
    @EnumSource
    void aDumpArrivesWholeButForWhatRedisCannotHold(Recording recording) throws IOException {
        String job = "dump-" + recording.label();
        Fixture fixture = Fixture.unpackDump("pika-" + recording.version(), directory);
        Path expected = fixture.path("expected.json");
        StandinConfig config = StandinConfig.of(recording.version())
                .databases(ExpectedContent.read(expected).databases().size())
                .dump(fixture.path("dump").toString())
                .quickly()
                .build();
        try (StandinMaster source = StandinMaster.started(config);
                Redis target = Redis.started(directory.resolve(job))) {
            cluster.submit(TestCluster.job(job, source, target));
            cluster.awaitCaughtUp(job, source);

            List<Difference> differences = withoutExpired(expected, differences(expected, target, SECOND));

            assertSoftly(softly -> {
                softly.assertThat(texts(differences))
                        .containsExactlyInAnyOrderElementsOf(recording.differencesOfTheDump());
                softly.assertThat(ledger(job)).isEqualTo(recording.ledgerOfTheDump());
            });
            cluster.delete(job);
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyWriteCommandTakesEffectOrIsInTheLedger(Recording recording) throws IOException {
        String job = "corpus-" + recording.label();
        Fixture fixture = Fixture.unpack("wire-" + recording.version(), directory);
        Path expected = fixture.path("expected-final.json");
        CorpusPlayer player = new CorpusPlayer(fixture, recording.version());
        StandinConfig config = StandinConfig.of(recording.version())
                .binlogFileSize(262_144)
                .databases(player.binlogs().size())
                .clock(player.clock())
                .quickly()
                .build();
        try (StandinMaster source = new StandinMaster(config, player::dice);
                Redis target = Redis.started(directory.resolve(job))) {
            source.start();
            cluster.submit(TestCluster.job(job, source, target));
            cluster.awaitTail(job);
            assertThat(player.play(source)).isEmpty();
            player.setClock(ExpectedContent.read(expected).asOfMillis());
            cluster.awaitCaughtUp(job, source);

            List<Difference> differences = differences(expected, target, LEAP);

            List<String> documented = documented(fixture.path("replay-differences.json"));
            assertSoftly(softly -> {
                softly.assertThat(texts(differences)).isSubsetOf(documented);
                softly.assertThat(texts(differences))
                        .filteredOn(difference -> !difference.startsWith("db0:hll:"))
                        .containsExactlyInAnyOrderElementsOf(recording.differencesOfTheCorpus());
                softly.assertThat(ledger(job)).isEqualTo(recording.ledgerOfTheCorpus());
            });
            cluster.delete(job);
        }
    }

    /**
     * Sharding mode: a dump and a log for each of four slots. After what was recorded, writes of every kind that this mode
     * takes, on both sides of a flush; what the source then has is what a source without slots has of the same writes.
     */
    @Test
    void aShardedSourceArrivesSlotBySlot() throws IOException {
        PikaVersion version = PikaVersion.parse("3.4.0");
        Fixture fixture = Fixture.unpackDump("pika-3.4.0-sharding", directory);
        StandinConfig config = StandinConfig.of(version)
                .slots(4)
                .dump(fixture.path("dump").toString())
                .quickly()
                .build();
        try (StandinMaster source = StandinMaster.started(config);
                StandinMaster equal = StandinMaster.started(
                        StandinConfig.of(version).quickly().build());
                Redis target = Redis.started(directory.resolve("sharding"))) {
            cluster.submit(TestCluster.job("sharding", source, target));
            cluster.awaitCaughtUp("sharding", source);
            Path expected = fixture.path("expected.json");
            assertThat(texts(withoutExpired(expected, differences(expected, target, SECOND))))
                    .isEmpty();

            ShardedWrites writes = new ShardedWrites(source, equal);
            writes.make(300);
            writes.make("FLUSHDB");
            equal.execute("FLUSHALL"); // it never had what was recorded
            writes.make(600);
            cluster.awaitCaughtUp("sharding", source);

            assertThat(Comparison.of("127.0.0.1:" + equal.address().getPort(), target.address())
                            .differences())
                    .isEmpty();
            assertThat(ledger("sharding")).isEmpty();
            assertThat(source.databases())
                    .hasSize(4)
                    .allSatisfy(slot -> assertThat(slot.binlog().end().offset()).isGreaterThan(5000));
            cluster.delete("sharding");
        }
    }

    /** P2: 2.3 remembers the expiry of a collection that was emptied, also in its dumps. */
    @Test
    void whatWasEmptiedHasItsExpiryAgainWhenItIsFilled() throws IOException {
        StandinConfig config =
                StandinConfig.of(PikaVersion.parse("2.3.6")).quickly().build();
        try (StandinMaster source = StandinMaster.started(config);
                Redis target = Redis.started(directory.resolve("emptied"))) {
            for (String key : List.of("before", "behind", "across")) {
                source.execute("RPUSH", key, "a");
                source.execute("EXPIRE", key, "5000");
            }
            source.execute("LPOP", "before");
            source.execute("RPUSH", "before", "b");
            source.execute("LPOP", "across");
            cluster.submit(TestCluster.job("emptied", source, target));
            cluster.awaitCaughtUp("emptied", source);
            source.execute("LPOP", "behind");
            source.execute("RPUSH", "behind", "b");
            source.execute("RPUSH", "across", "b");
            cluster.awaitCaughtUp("emptied", source);

            await().untilAsserted(() -> assertThat(
                            Comparison.of("127.0.0.1:" + source.address().getPort(), target.address())
                                    .differences())
                    .isEmpty());
            assertThat(List.of("before", "behind", "across"))
                    .allSatisfy(
                            key -> assertThat((Long) target.call("TTL", key)).isBetween(1L, 5_000L));
            cluster.delete("emptied");
        }
    }

    private static List<String> texts(List<Difference> differences) {
        return differences.stream().map(Difference::toString).toList();
    }

    private static List<Difference> differences(Path expected, Redis target, long expiryTolerance) {
        try (Connection connection = target.connect()) {
            return new ContentComparison(expiryTolerance, 0)
                    .differences(ExpectedContent.read(expected), new RedisContent(connection)).stream()
                            .filter(difference -> !difference.key().asUtf8().startsWith("pikaferry:{"))
                            .toList();
        }
    }

    /** What was to expire after the recording has done so. */
    private static List<Difference> withoutExpired(Path expected, List<Difference> differences) {
        var databases = ExpectedContent.read(expected).databases();
        long now = System.currentTimeMillis();
        return differences.stream()
                .filter(difference -> databases.get(difference.db()).getOrDefault(difference.key(), List.of()).stream()
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
                            new String(HexFormat.of().parseHex(each.get("key").asText()), StandardCharsets.UTF_8),
                            each.get("difference").asText()));
        }
        return documented;
    }

    /** Of each key the codes under which it is in the job's ledger. */
    private static Map<String, List<String>> ledger(String job) {
        Map<String, List<String>> codes = new TreeMap<>();
        for (LedgerEntry entry : cluster.errors(job)) {
            assertThat(entry.getMessage()).isNotBlank();
            codes.merge(
                    "db" + entry.getDb() + ":" + entry.getKey().toStringUtf8(),
                    List.of(entry.getCode()),
                    (before, more) -> Stream.concat(before.stream(), more.stream())
                            .distinct()
                            .sorted()
                            .toList());
        }
        return codes;
    }
}
