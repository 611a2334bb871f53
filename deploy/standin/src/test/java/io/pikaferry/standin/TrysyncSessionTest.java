package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.PlainItem;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.dump.DumpFormat;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.recording.RecordedBinlog;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.PikaVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole sessions recorded from real masters of 2.3 and 3.0 run again, byte for byte. */
@Timeout(60)
class TrysyncSessionTest {

    private static final int SPEED = 20;

    @TempDir
    Path directory;

    private final RecordedTime time = new RecordedTime();
    private final AtomicLong clock = new AtomicLong(1795375000000L);

    @ParameterizedTest
    @CsvSource({"2.3.6,2700,28629", "3.0.16,2720,163420"})
    void theWholeStreamOfTheCorpusHasTheSameBytes(String version, String recordedPortStem, long end) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        StandinConfig config = config(version)
                .binlogFileSize(262144)
                .dataDirectory(directory.resolve("standin"))
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                TrysyncPlayer player = new TrysyncPlayer(master, clock, recordedPortStem, time)) {
            if (version.equals("2.3.6")) {
                logBeforehand(fixture, master);
            }
            player.play(Transcript.of(fixture.lines("incremental.jsonl")), line -> false);

            assertThat(master.end()).isEqualTo(new Position(3, end));
        }
    }

    /** Here chunks of the stream end anywhere. */
    private void logBeforehand(Fixture fixture, StandinMaster master) throws IOException {
        RecordedBinlog recorded = new RecordedBinlog(fixture.path("binlog"), master.version());
        for (int i = 0; i < recorded.size(); i++) {
            ByteArrayOutputStream commands = new ByteArrayOutputStream();
            for (Request command : PlainItem.commands(
                    recorded.items().get(i).replaceFirst("^\\S+ \\S+ ", "").getBytes(ISO_8859_1))) {
                commands.writeBytes(command.encoded());
            }
            clock.set(recorded.execTime(i) * 1000);
            master.database(0).binlog().append(commands.toByteArray(), recorded.execTime(i));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2.3.6,fullsync,2702,29,803,12120",
        "2.3.6,fullsync-rsync30,2702,29,803,12120",
        "3.0.16,fullsync,2722,28,779,12320",
        "3.0.16,fullsync-rsync30,2722,28,779,12320"
    })
    void theFullSyncSendsTheRecordedDumpByTheRecordedCallsAndHandsOverToTheStream(
            String version, String name, String recordedPortStem, long file, long offset, String masterPort)
            throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines(name + ".jsonl"));
        BinlogMaker.fillAsLast(
                directory.resolve("standin/log"), new Position(file, offset), 0x114, PikaVersion.parse(version));
        StandinConfig config = config(version)
                .binlogFileSize(4096)
                .dataDirectory(directory.resolve("standin"))
                .dump(fixture.path(name + "-dump").toString())
                .build();
        boolean hasContent = name.equals("fullsync");
        JsonNode snapshot = fixture.json("expected-snapshot.json");
        clock.set(snapshot.get("as_of_ms").asLong());
        int digit = hasContent ? 0 : 8;
        try (StandinMaster master = StandinMaster.started(config);
                TrysyncPlayer player = new TrysyncPlayer(master, clock, recordedPortStem, time);
                RsyncDaemon rsync = new RsyncDaemon(
                        player.rsyncPort(digit), directory, "document_127.0.0.1:" + config.port(), "")) {
            createTypeDirectories(DumpFormat.of(config.version()).directories());
            if (hasContent) {
                assertThat(DataContent.differences(master, snapshot)).isEmpty();
            }
            AtomicBoolean received = new AtomicBoolean();

            player.play(lines, line -> {
                if (line.isOn("trysync2") && !received.getAndSet(true)) {
                    awaitInfo();
                }
                return line.isOn("rsync");
            });

            RsyncCalls.assertSameFiles(fixture.path(name + "-dump"), directory.resolve("data"));
            String address = "127.0.0.1:" + config.port();
            if (hasContent) {
                assertThat(RsyncCalls.of(rsync.heads()))
                        .isEqualTo(RsyncCalls.recorded(lines, "127.0.0.1:" + masterPort, address));
                JsonNode after = fixture.json("expected-after-handover.json");
                clock.set(after.get("as_of_ms").asLong());
                assertThat(DataContent.differences(master, after)).isEmpty();
            }
        }
    }

    private StandinConfig.Draft config(String version) {
        return StandinConfig.of(PikaVersion.parse(version))
                .pace(new Pace(SPEED, 1))
                .ticker(time)
                .clock(() -> Instant.ofEpochMilli(clock.get()));
    }

    private void createTypeDirectories(List<String> types) throws IOException {
        for (String type : types) {
            Files.createDirectories(directory.resolve("data").resolve(type));
        }
    }

    private void awaitInfo() {
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(directory.resolve("data/info")));
    }
}
