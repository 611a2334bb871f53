package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.fixture.Fixtures;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.TransferProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(90)
class DumpReceiverTest {

    @TempDir
    Path directory;

    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final TransferProgress progress = new TransferProgress() {
        @Override
        public void waitingForDump() {
            heard.add("waiting");
        }

        @Override
        public void transferring(long received, long total) {
            heard.add(received + " of " + total);
        }
    };

    private ScriptedMaster master = new ScriptedMaster(Generation.B);
    private Master dialled;
    private Path dump;

    @AfterEach
    void hangUp() {
        if (dialled != null) {
            dialled.close();
        }
        master.close();
    }

    private Path received() {
        return directory.resolve("received");
    }

    private void start(Generation generation) throws IOException, InterruptedException {
        String version = generation == Generation.A ? "2.3.6" : "3.0.16";
        master.close();
        master = new ScriptedMaster(generation);
        dump = Fixtures.unzip("snapshot/wire-" + version, directory).resolve("fullsync-dump");
        writeInfo(master.port(), 28, 779);
        dialled = master.dial(directory.resolve("work"));
    }

    private void writeInfo(int port, long filenum, long offset) throws IOException {
        Files.writeString(
                dump.resolve("info"), "0s\n127.0.0.1\n" + port + "\n" + filenum + "\n" + offset + "\n", UTF_8);
    }

    private ReceivedSnapshot take() throws InterruptedException {
        return dialled.takeSnapshot(received(), progress);
    }

    /** Answers "wait" and pushes, each time anew, from an address of the master's. */
    private void pushWhenAsked(String moduleHost) {
        master.answer = asked -> {
            if (!asked.from().equals(Trysync.FORCE_DUMP)) {
                return Optional.empty();
            }
            Thread pusher = new Thread(() -> master.push(dump, asked, moduleHost), "pusher");
            pusher.setDaemon(true);
            pusher.start();
            return Optional.of("$4\r\nwait\r\n");
        };
    }

    private static Map<String, String> contents(Path root) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(root)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(root.relativize(file).toString(), HexFormat.of().formatHex(Files.readAllBytes(file)));
            }
        }
        return contents;
    }

    private void assertFails(ErrorCode code, String... words) {
        assertThatThrownBy(this::take)
                .hasMessageContainingAll(words)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code));
    }

    @ParameterizedTest
    @CsvSource({"A, 2.3.6", "B, 3.0.16"})
    void aRecordedDumpArrivesWholeAndTheStreamFollowsOn(Generation generation, String version) throws Exception {
        start(generation);
        Transcript recorded = Transcript.read("fullsync-" + version);
        BinlogPosition position =
                generation == Generation.A ? new BinlogPosition(29, 803) : new BinlogPosition(28, 779);
        writeInfo(master.port(), position.filenum(), position.offset());
        pushWhenAsked("127.0.0.1");
        Files.createDirectories(received().resolve("stale"));
        Files.writeString(received().resolve("info"), "of yesterday");

        ReceivedSnapshot snapshot = take();

        assertThat(snapshot.positions()).containsExactly(Map.entry(StreamId.ONLY, position));
        assertThat(snapshot.directories()).containsExactly(Map.entry(StreamId.ONLY, received()));
        assertThat(contents(received())).isEqualTo(contents(dump));
        assertThat(heard.get(0)).isEqualTo("waiting");
        assertThat(heard.get(heard.size() - 1)).matches("(\\d+) of \\1");

        master.fileSize = 4096;
        master.producer = position.filenum() + " 100000";
        List<byte[]> chunks = recorded.chunks("binlog", 1, "m2s");
        master.onAccepted = slave -> master.dialBack(slave, 1).send(tail(generation, chunks));
        try (ReplicationSession session = dialled.follow(snapshot.positions())) {
            List<BinlogItem> items = new ArrayList<>();
            await().until(() -> {
                session.next(Duration.ofMillis(100)).ifPresent(items::add);
                return items.size() >= 28;
            });
            assertThat(items.get(0).end()).isGreaterThan(position);
            assertThat(master.asked().get(1).from()).isEqualTo(position);
        }
    }

    /** What came after the auth, which 3.0's recording has as a message of its own. */
    private static byte[] tail(Generation generation, List<byte[]> chunks) {
        byte[] all = Wire.concat(chunks.toArray(byte[][]::new));
        int auth = generation == Generation.A ? 21 : 27;
        return java.util.Arrays.copyOfRange(all, auth, all.length);
    }

    /** 2.3 names the module after an address of its own, which need not be the one we know it by. */
    @Test
    void aModuleNobodyThoughtOfIsLearned() throws Exception {
        start(Generation.A);
        pushWhenAsked("10.99.88.77");
        take();
        assertThat(contents(received())).isEqualTo(contents(dump));
        assertThat(master.asked()).hasSizeGreaterThanOrEqualTo(2);
    }

    @Test
    void aDumpOfAnotherMasterIsRefused() throws Exception {
        start(Generation.B);
        writeInfo(4711, 1, 2);
        pushWhenAsked("127.0.0.1");
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "a dump of 127.0.0.1:4711 was pushed");
    }

    @Test
    void aDumpWithoutAManifestIsIncomplete() throws Exception {
        start(Generation.B);
        Path current = dump.resolve("zsets").resolve("CURRENT");
        Files.delete(dump.resolve("zsets").resolve(Files.readString(current).trim()));
        pushWhenAsked("127.0.0.1");
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "the dump has no whole zsets");
    }

    @Test
    void anInfoThatIsCutShortIsIncomplete() throws Exception {
        start(Generation.B);
        Files.writeString(dump.resolve("info"), "0s\n127.0.0.1\n");
        pushWhenAsked("127.0.0.1");
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "info is not seconds, address, port, file and offset");
    }

    /** Its push may have failed, of which it says nothing. */
    @Test
    void aMasterThatFallsSilentIsAskedAgainAndGivenUpInTheEnd() throws Exception {
        start(Generation.B);
        master.answer = asked -> Optional.of("$4\r\nwait\r\n");
        assertFails(
                ErrorCode.SNAPSHOT_TIMEOUT,
                "has sent nothing for 2 s (0 bytes so far); it must reach us by rsync at 127.0.0.1:",
                "(port base + 3000) and for the binlog at port ");
        assertThat(master.asked()).hasSizeBetween(2, 5);
    }

    @Test
    void aMasterThatIsStillDumpingIsWaitedFor() throws Exception {
        start(Generation.B);
        master.bgsaving = "Yes, 20261122184118, 3";
        CompletableFuture<ScriptedMaster.Asked> asked = new CompletableFuture<>();
        master.answer = slave -> {
            asked.complete(slave);
            return Optional.of("$4\r\nwait\r\n");
        };
        CompletableFuture<ReceivedSnapshot> taken = CompletableFuture.supplyAsync(() -> {
            try {
                return take();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        // longer than any silence is borne
        await().pollDelay(Duration.ofSeconds(3)).until(() -> !taken.isDone());
        assertThat(master.asked()).hasSize(1);
        master.push(dump, asked.join(), "127.0.0.1");
        assertThat(taken.join().positions()).containsValue(new BinlogPosition(28, 779));
    }

    @Test
    void aFormerSessionAtTheSameBaseIsAvoided() throws Exception {
        start(Generation.B);
        AtomicInteger refusals = new AtomicInteger();
        pushWhenAsked("127.0.0.1");
        var push = master.answer;
        master.answer =
                asked -> refusals.getAndIncrement() < 2 ? Optional.of("-ERR AlreadyExist\r\n") : push.apply(asked);
        take();
        assertThat(master.asked().stream().map(ScriptedMaster.Asked::base).distinct())
                .hasSize(3);
    }

    @Test
    void thereMustBeRoomBeforeTheMasterIsBothered() throws Exception {
        start(Generation.B);
        dialled.close();
        master.dbSize = Long.toString(1L << 60);
        dialled = master.dial(directory.resolve("work"));
        assertFails(ErrorCode.DISK_FULL, "take 1099511627776 MiB");
        assertThat(master.asked()).isEmpty();
    }

    @Test
    void closingBreaksTheWait() throws Exception {
        start(Generation.B);
        CompletableFuture<Void> asked = new CompletableFuture<>();
        master.answer = slave -> {
            asked.complete(null);
            return Optional.of("$4\r\nwait\r\n");
        };
        CompletableFuture<Void> closer = asked.thenRunAsync(dialled::close);
        assertFails(ErrorCode.SOURCE_UNREACHABLE, "was closed");
        closer.join();
    }
}
