package io.pikaferry.standin;

import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.settings.Pace;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Path;
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

    /** The recorded masters' timers ran this much slower. */
    private static final int SPEED = 10;

    @TempDir
    Path directory;

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
                .pace(new Pace(SPEED, SPEED))
                .clock(() -> Instant.ofEpochMilli(clock.get()))
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                ProtobufPlayer player = new ProtobufPlayer(master, clock, SPEED)) {
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
}
