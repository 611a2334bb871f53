package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every error and edge case recorded from real masters of 3.1 and later ends here as it did there. */
@Timeout(60)
class ProtobufErrorsTest {

    /** Waits of the master that only cost time. */
    private static final Pace PACE = new Pace(50, 1);

    @TempDir
    Path directory;

    private final RecordedTime time = new RecordedTime();
    private final AtomicLong clock = new AtomicLong(1795375000000L);

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void everyRecordedCaseHasTheSameMessages(String version) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines("errors.jsonl"));
        Path log = directory.resolve("standin/log/log_db0");
        BinlogMaker.fill(log, new Position(22, 4495));
        BinlogMaker.fillAsLast(log, new Position(23, 779), 94);
        StandinConfig config = StandinConfig.of(PikaVersion.parse(version))
                .binlogFileSize(4096)
                .databases(2)
                .password("s3cret-pw")
                .userPassword("user-pw")
                .dataDirectory(directory.resolve("standin"))
                .pace(PACE)
                .ticker(time)
                .clock(() -> Instant.ofEpochMilli(clock.get()))
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                ProtobufPlayer player = new ProtobufPlayer(master, clock, time)) {
            for (Line line : lines) {
                if (line.scenario().equals("ack_unknown_offset")
                        && !line.fromSlave()
                        && !line.hex().isEmpty()) {
                    player.log(ProtobufPlayer.parse(line.bytes()));
                }
            }
            player.play(lines, line -> interfere(line, master));
        }
    }

    private static boolean interfere(Line line, StandinMaster master) throws IOException {
        if (line.note().contains("not syncing")) {
            // at once, unless this machine was so slow that the last words were heard after the pause that follows them
            await().atMost(Duration.ofSeconds(30))
                    .until(() -> replication(master).contains("(db0:not syncing)"));
        }
        if (line.scenario().equals("master_restart")) {
            if (line.event().equals("eof")) {
                master.kill();
            }
            if (line.note().equals("master started again")) {
                master.start();
            }
        }
        return false;
    }

    private static String replication(StandinMaster master) throws IOException {
        try (Socket client =
                new Socket(InetAddress.getLoopbackAddress(), master.address().getPort())) {
            client.getOutputStream().write(Request.of("AUTH", "s3cret-pw").encoded());
            client.getOutputStream().write(Request.of("INFO", "replication").encoded());
            client.shutdownOutput();
            return new String(client.getInputStream().readAllBytes(), UTF_8);
        }
    }
}
