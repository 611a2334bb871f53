package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every write command recorded from a real master has the same reply, log record and effect here. */
@Timeout(60)
class CorpusReplayTest {

    private static final int RECORDED_REPLY_LIMIT = 300;

    @TempDir
    Path directory;

    private final AtomicLong now = new AtomicLong();
    private final AtomicInteger spopIndex = new AtomicInteger();

    @ParameterizedTest
    @CsvSource({"3.0.16,262144", "3.1.1,262144", "3.4.0,262144"})
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void repliesLogAndContentEqualTheRecordedOnes(String version, long binlogFileSize) throws IOException {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        Map<Integer, RecordedBinlog> recorded = new TreeMap<>();
        if (Files.exists(fixture.path("binlog/log_db0"))) {
            recorded.put(0, new RecordedBinlog(fixture.path("binlog/log_db0")));
            recorded.put(1, new RecordedBinlog(fixture.path("binlog/log_db1")));
        } else {
            recorded.put(0, new RecordedBinlog(fixture.path("binlog")));
        }
        StandinConfig config = StandinConfig.of(PikaVersion.parse(version))
                .withBinlogFileSize(binlogFileSize)
                .withDatabases(recorded.size())
                .withDataDirectory(directory.resolve("standin"))
                .withClock(() -> Instant.ofEpochMilli(now.get()));

        try (StandinMaster master = new StandinMaster(config, bound -> spopIndex.get())) {
            List<String> wrongReplies = replay(fixture.lines("corpus.jsonl"), master, recorded);

            assertThat(wrongReplies).isEmpty();
            for (Map.Entry<Integer, RecordedBinlog> binlog : recorded.entrySet()) {
                assertSameLog(master, binlog.getKey(), binlog.getValue());
            }
            JsonNode expected = fixture.json("expected-final.json");
            now.set(expected.get("as_of_ms").asLong());
            assertThat(DataContent.differences(master, expected)).isEmpty();
        }
    }

    private List<String> replay(List<JsonNode> corpus, StandinMaster master, Map<Integer, RecordedBinlog> recorded) {
        List<String> wrong = new ArrayList<>();
        for (JsonNode line : corpus) {
            int database = line.get("db").asInt();
            List<Bytes> words = new ArrayList<>();
            line.get("argv_hex")
                    .forEach(word -> words.add(Bytes.owning(HexFormat.of().parseHex(word.asText()))));
            long item = master.database(database).binlog().items();
            now.set(recorded.get(database).execTime(item) * 1000);
            String expected = line.get("reply").asText();
            Request request = new Request(words);
            prepareSpop(master, database, request, expected);
            Reply reply = master.execute(database, request);
            String actual = new String(reply.bytes(), ISO_8859_1);
            if (actual.length() > RECORDED_REPLY_LIMIT) {
                actual = actual.substring(0, RECORDED_REPLY_LIMIT);
            }
            if (!actual.equals(expected)) {
                wrong.add("%d %s: %s instead of %s"
                        .formatted(line.get("n").asInt(), line.get("argv_text"), actual, expected));
            }
        }
        return wrong;
    }

    /** SPOP picks at random: here it picks what it picked in the recording. */
    private void prepareSpop(StandinMaster master, int database, Request request, String expected) {
        if (request.name().equals("spop") && !expected.equals("$-1\r\n")) {
            Reply members = master.execute(database, new Request(List.of(Bytes.utf8("smembers"), request.word(1))));
            String text = new String(members.bytes(), ISO_8859_1);
            String before = text.substring(text.indexOf('\n') + 1, text.indexOf(expected));
            spopIndex.set((int) before.chars().filter(c -> c == '$').count());
        }
    }

    private static void assertSameLog(StandinMaster master, int database, RecordedBinlog recorded) throws IOException {
        assertThat(master.database(database).binlog().end()).isEqualTo(recorded.end());
        assertThat(master.database(database).binlog().items()).isEqualTo(recorded.size());
        for (Path file : recorded.files()) {
            Path own = master.database(database)
                    .binlog()
                    .directory()
                    .resolve(file.getFileName().toString());
            assertThat(RecordedBinlog.withoutFragmentTimes(own))
                    .as(file.toString())
                    .isEqualTo(RecordedBinlog.withoutFragmentTimes(file));
        }
    }
}
