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
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every error and edge case recorded from real masters of 2.3 and 3.0 ends here as it did there. */
@Timeout(60)
class TrysyncErrorsTest {

    /** Waits of the master that only cost time. */
    private static final Pace PACE = new Pace(50, 1);

    @TempDir
    Path directory;

    private final RecordedTime time = new RecordedTime();
    private final AtomicLong clock = new AtomicLong(1795375000000L);

    @ParameterizedTest
    @CsvSource({"2.3.6,2704,4615,22,4615", "3.0.16,2724,4495,22,4495"})
    void everyRecordedCaseHasTheSameBytes(
            String version, String recordedPortStem, long endOfFile22, long lastFile, long end) throws Exception {
        Fixture fixture = Fixture.unpack("wire-" + version, directory);
        List<Line> lines = Transcript.of(fixture.lines("errors.jsonl"));
        Path log = directory.resolve("standin/log");
        BinlogMaker.fill(log, new Position(22, endOfFile22));
        BinlogMaker.fillAsLast(log, new Position(lastFile, end), 93, PikaVersion.parse(version));
        StandinConfig config = StandinConfig.of(PikaVersion.parse(version))
                .binlogFileSize(4096)
                .password("s3cret-pw")
                .userPassword("user-pw")
                .dataDirectory(directory.resolve("standin"))
                .pace(PACE)
                .ticker(time)
                .clock(() -> Instant.ofEpochMilli(clock.get()))
                .build();
        try (StandinMaster master = StandinMaster.started(config);
                TrysyncPlayer player = new TrysyncPlayer(master, clock, recordedPortStem, time)) {
            for (Line line : itemsOf(lines, "next_file_instead")) {
                player.execute(line.bytes());
            }
            player.play(lines, line -> interfere(line, lines, master, player));
        }
    }

    private boolean interfere(Line line, List<Line> lines, StandinMaster master, TrysyncPlayer player)
            throws IOException {
        if (line.scenario().equals("redial_loss")
                && line.isOn("binlog2")
                && line.event().equals("close")) {
            // The write into the closed connection succeeds; only the next one after the reset fails.
            player.act(line);
            master.execute("SET", "lost1", "x");
            for (Line lost : itemsOf(lines, "redial_loss")) {
                LockSupport.parkNanos(100_000_000);
                player.execute(lost.bytes());
            }
            return true;
        }
        if (line.scenario().equals("master_restart")) {
            if (line.event().equals("eof") && line.isOn("binlog7")) {
                master.kill();
            }
            if (line.note().equals("master started again")) {
                master.start();
            }
        }
        return false;
    }

    private static List<Line> itemsOf(List<Line> lines, String scenario) {
        return lines.stream()
                .filter(line -> line.scenario().equals(scenario)
                        && line.isOn("binlog")
                        && (line.hex().startsWith("0200") || line.hex().startsWith("2a")))
                .toList();
    }
}
