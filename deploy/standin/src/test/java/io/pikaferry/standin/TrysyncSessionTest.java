package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Whole sessions recorded from a real 3.0.16 run again, byte for byte. */
@Timeout(60)
class TrysyncSessionTest {

    private static final int SPEED = 20;

    @TempDir
    Path directory;

    private final AtomicLong clock = new AtomicLong(1795375000000L);

    @Test
    void theWholeStreamOfTheCorpusHasTheSameBytes() throws Exception {
        Fixture fixture = Fixture.unpack("wire-3.0.16", directory);
        StandinConfig config = config().withBinlogFileSize(262144).withDataDirectory(directory.resolve("standin"));
        try (StandinMaster master = StandinMaster.started(config);
                TrysyncPlayer player = new TrysyncPlayer(master, clock, "2720", SPEED)) {
            player.play(Transcript.of(fixture.lines("incremental.jsonl")), line -> false);

            assertThat(master.end()).isEqualTo(new Position(3, 163420));
        }
    }

    @Test
    void theFullSyncSendsTheRecordedDumpByTheRecordedCallsAndHandsOverToTheStream() throws Exception {
        Fixture fixture = Fixture.unpack("wire-3.0.16", directory);
        List<Line> lines = Transcript.of(fixture.lines("fullsync.jsonl"));
        BinlogMaker.fillAsLast(directory.resolve("standin/log"), new Position(28, 779), 0x114);
        StandinConfig config = config().withBinlogFileSize(4096)
                .withDataDirectory(directory.resolve("standin"))
                .withDump(fixture.path("fullsync-dump").toString());
        clock.set(fixture.json("expected-snapshot.json").get("as_of_ms").asLong());
        try (StandinMaster master = StandinMaster.started(config);
                TrysyncPlayer player = new TrysyncPlayer(master, clock, "2722", SPEED);
                RsyncDaemon rsync =
                        new RsyncDaemon(player.rsyncPort(0), directory, "document_127.0.0.1:" + config.port(), "")) {
            createTypeDirectories();
            assertThat(DataContent.differences(master, fixture.json("expected-snapshot.json")))
                    .isEmpty();
            AtomicBoolean received = new AtomicBoolean();

            player.play(lines, line -> {
                if (line.isOn("trysync2") && !received.getAndSet(true)) {
                    awaitInfo();
                }
                return line.isOn("rsync");
            });

            RsyncCalls.assertSameFiles(fixture.path("fullsync-dump"), directory.resolve("data"));
            String address = "127.0.0.1:" + config.port();
            assertThat(RsyncCalls.of(rsync.heads())).isEqualTo(RsyncCalls.recorded(lines, "127.0.0.1:12320", address));
            clock.set(
                    fixture.json("expected-after-handover.json").get("as_of_ms").asLong());
            assertThat(DataContent.differences(master, fixture.json("expected-after-handover.json")))
                    .isEmpty();
        }
    }

    private StandinConfig config() {
        return StandinConfig.of(PikaVersion.parse("3.0.16"))
                .withPace(new Pace(SPEED, 1))
                .withClock(() -> Instant.ofEpochMilli(clock.get()));
    }

    private void createTypeDirectories() throws IOException {
        for (String type : List.of("strings", "hashes", "lists", "sets", "zsets")) {
            Files.createDirectories(directory.resolve("data").resolve(type));
        }
    }

    private void awaitInfo() {
        await().atMost(Duration.ofSeconds(20)).until(() -> Files.exists(directory.resolve("data/info")));
    }
}
