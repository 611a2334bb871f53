package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.standin.version.Generation;
import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each fault strikes as it says. */
@Timeout(60)
class FaultsTest {

    @TempDir
    Path directory;

    private StandinMaster master;
    private FakeSlave slave;

    @BeforeEach
    void start() throws IOException {
        master = StandinMaster.started(StandinConfig.of(Generation.B).quickly().build());
        slave = new FakeSlave(master);
    }

    @AfterEach
    void stop() throws IOException {
        slave.close();
        master.close();
    }

    @Test
    void aDroppedItemLeavesAGap() throws IOException {
        slave.attach(0, 0);
        master.faults().dropItems(1);
        master.execute("SET", "a", "1");
        master.execute("SET", "b", "2");

        assertThat(slave.item()).contains("b").doesNotContain("a");
    }

    @Test
    void aKilledConnectionEndsWithinAFrameAndTheItemComesAgain() throws IOException {
        slave.attach(0, 0);
        master.faults().killBinlogConnectionAfter(20);
        master.execute("SET", "a", "1");

        assertThatThrownBy(() -> slave.item()).isInstanceOf(EOFException.class);
        slave.acceptBinlog();
        assertThat(slave.item()).contains("a");
    }

    @Test
    void aCorruptFrameHasAnUnknownKind() throws IOException {
        slave.attach(0, 0);
        master.faults().corruptFrames(1);
        master.execute("SET", "a", "1");

        assertThatThrownBy(() -> slave.item()).hasMessageStartingWith("frame of kind");
    }

    @Test
    void refusedSyncsAreRefusedUntilTheyAreAccepted() throws IOException {
        master.faults().refuseSync("ERR no");
        assertThat(slave.trysync(0, 0)).isEqualTo("-ERR no");

        master.faults().acceptSync();
        assertThat(slave.trysync(0, 0)).isEqualTo(":1");
    }

    @Test
    void aPurgedFileAsksForAFullSync() throws IOException {
        try (StandinMaster small = StandinMaster.started(StandinConfig.of(Generation.B)
                        .binlogFileSize(1024)
                        .quickly()
                        .build());
                FakeSlave late = new FakeSlave(small)) {
            for (int i = 0; i < 40; i++) {
                small.execute("SET", "k" + i, "v".repeat(100));
            }
            small.purgeBefore(0, 2);

            assertThat(late.trysync(1, 0)).isEqualTo("$4\r\nwait");
            assertThat(late.trysync(2, 0)).startsWith(":");
        }
    }

    @Test
    void aStoppedTransferNeverSendsInfoAndTheNextOneIsWhole() throws Exception {
        master.execute("SET", "a", "1");
        master.execute("RPUSH", "l", "1", "2");
        master.faults().stopTransferAfter(3);
        String module = "document_127.0.0.1:" + master.address().getPort();
        for (String type : List.of("strings", "hashes", "lists", "sets", "zsets")) {
            Files.createDirectories(directory.resolve("data").resolve(type));
        }
        try (RsyncDaemon rsync = new RsyncDaemon(slave.rsyncPort(), directory, module, "")) {
            assertThat(slave.trysync(0xffffffffL, 0)).startsWith("$4");
            await().until(() -> rsync.heads().size() >= 4);
            await().during(Duration.ofMillis(500)).until(() -> !Files.exists(directory.resolve("data/info")));

            await().atMost(Duration.ofSeconds(20)).until(() -> {
                slave.trysync(0xffffffffL, 0);
                return Files.exists(directory.resolve("data/info"));
            });
        }
        StandinConfig copy = StandinConfig.of(Generation.B)
                .dump(directory.resolve("data").toString())
                .build();
        try (StandinMaster other = new StandinMaster(copy)) {
            assertThat(other.execute("LLEN", "l").bytes()).isEqualTo(":2\r\n".getBytes(UTF_8));
            assertThat(other.end()).isEqualTo(master.end());
        }
    }

    @Test
    void aRestartLosesTheSlavesButNeitherKeysNorLog() throws IOException {
        slave.attach(0, 0);
        master.execute("SET", "a", "1");
        slave.item();

        master.kill();
        assertThatThrownBy(() -> slave.item()).isInstanceOf(IOException.class);
        master.start();

        assertThat(slave.trysync(master.end().file(), master.end().offset())).isEqualTo(":1");
        assertThat(new String(master.execute("GET", "a").bytes(), UTF_8)).isEqualTo("$1\r\n1\r\n");
    }
}
