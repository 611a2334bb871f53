package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.master.protobuf.FakeRsyncService.Dump;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncRequest;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class DumpPullTest {

    private static final String INFO = "3s\n192.0.2.1\n9221\n12\n48213\n";

    @TempDir
    Path root;

    private final FakeRsyncService service = new FakeRsyncService(0);
    private final AtomicInteger waits = new AtomicInteger();
    private final AtomicLong progress = new AtomicLong();
    private Path directory;

    @BeforeEach
    void nameTheDirectory() {
        directory = root.resolve("db0");
    }

    /** P6 */
    @AfterEach
    void theMasterWasNotHarmed() {
        service.close();
        assertThat(service.harm()).isEmpty();
    }

    private Duration answer = Duration.ofSeconds(15);
    private Duration patience = Duration.ofSeconds(30);

    private void impatient() {
        answer = Duration.ofMillis(300);
        patience = Duration.ofSeconds(2);
    }

    private DumpPull pull(OptionalLong bytesPerSecond) {
        return new DumpPull(
                "master",
                Slot.newBuilder().setDbName("db0").setSlotId(0).build(),
                directory,
                () -> RsyncConnection.open(service.address(), Optional.empty()),
                new DumpPull.Waits(answer, Duration.ofMillis(10), patience),
                new Throttle(bytesPerSecond),
                new TransferProgress() {
                    @Override
                    public void waitingForDump() {
                        waits.incrementAndGet();
                    }

                    @Override
                    public void transferring(long received, long total) {
                        progress.set(received);
                    }
                },
                1000);
    }

    private DumpInfo pull(boolean withStreams) throws InterruptedException {
        try (DumpPull pull = pull(OptionalLong.empty())) {
            return pull.pull(withStreams);
        }
    }

    private static Dump dump(long seed) {
        Random random = new Random(seed);
        Map<String, ByteString> files = new TreeMap<>();
        for (String type : List.of("strings", "hashes", "lists", "sets", "zsets")) {
            files.put(type + "/CURRENT", ByteString.copyFromUtf8("MANIFEST-000001\n"));
            files.put(type + "/MANIFEST-000001", bytes(random, 300));
            files.put(type + "/000009.sst", bytes(random, random.nextInt(300_000)));
            files.put(type + "/LOG", ByteString.EMPTY);
        }
        return Dump.of(INFO, files);
    }

    private static ByteString bytes(Random random, int size) {
        byte[] bytes = new byte[size];
        random.nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private void assertReceived(Dump dump) throws IOException {
        List<String> names = new ArrayList<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                String name = directory.relativize(file).toString();
                names.add(name);
                assertThat(ByteString.copyFrom(Files.readAllBytes(file)))
                        .as(name)
                        .isEqualTo(dump.files().get(name));
            }
        }
        assertThat(names).containsExactlyInAnyOrderElementsOf(dump.files().keySet());
    }

    private void assertFails(ErrorCode code, String message) {
        assertThatThrownBy(() -> pull(false))
                .isInstanceOfSatisfying(
                        FerryException.class,
                        e -> assertThat(e.code()).as(e.getMessage()).isEqualTo(code))
                .hasMessageContaining(message);
    }

    // ---- recorded dumps

    /** The list of 3.5.5 has no streams/; the recorded slave asked for them by name, as we do (replication.md §4.3). */
    @ParameterizedTest
    @CsvSource({"3.5.5, db0, true", "3.5.5, db1, true", "4.0.1, db0, false", "4.0.1, db1, false"})
    void aRecordedDumpArrivesWhole(String version, String db, boolean withStreams) throws Exception {
        Dump recorded = FakeRsyncService.recorded(Transcript.load("fullsync-" + version))
                .get(db);
        service.serve("db0", recorded);

        DumpInfo info = pull(withStreams);

        Map<String, ByteString> expected = new TreeMap<>(recorded.files());
        expected.keySet().removeIf(name -> name.startsWith("streams/OPTIONS"));
        assertReceived(new Dump(recorded.uuid(), recorded.listed(), expected));
        assertThat(info.position().offset()).isPositive();
        assertThat(recorded.listed().stream().anyMatch(name -> name.startsWith("streams/")))
                .isFalse();
        if (withStreams) {
            new DumpLayout(DumpLayout.byTypeWithStreams().databases()).check(directory);
        } else {
            DumpLayout.byInstance(3).check(directory);
        }
    }

    // ---- pieces

    @ParameterizedTest
    @ValueSource(ints = {1 << 10, 4099, 64 << 10, 16 << 20})
    void shortAnswersGoOnWhereTheyEnded(int blockSize) throws Exception {
        Dump dump = dump(1);
        service.serve("db0", dump);
        service.blocksOf(blockSize);

        assertThat(pull(false).position()).hasToString("12:48213");

        assertReceived(dump);
        assertThat(service.requests())
                .allSatisfy(request -> assertThat(request.getReaderIndex()).isBetween(0, 3));
        assertThat(service.requests("strings/LOG")).hasSize(1); // a file of nothing
    }

    @Test
    void onlyOneRequestIsOutstandingPerReader() throws Exception {
        Dump dump = dump(2);
        service.serve("db0", dump);
        service.blocksOf(1000);
        pull(false);
        Map<Integer, String> fileOfReader = new TreeMap<>();
        Map<String, Long> next = new TreeMap<>();
        for (RsyncRequest request : service.requests()) {
            if (request.getType() == RsyncType.RSYNC_FILE) {
                String file = request.getFileReq().getFilename();
                assertThat(request.getFileReq().getOffset()).isEqualTo(next.getOrDefault(file, 0L));
                next.merge(file, Math.min(1000L, dump.files().get(file).size()), Long::sum);
                fileOfReader.put(request.getReaderIndex(), file);
            }
        }
        assertThat(fileOfReader).hasSize(4);
    }

    @Test
    void progressCountsWhatOtherDatabasesBrought() throws Exception {
        service.serve("db0", dump(3));
        pull(false);
        assertThat(progress.get()).isGreaterThan(1000);
    }

    @Test
    void theBandwidthIsKept() throws Exception {
        Map<String, ByteString> files = Map.of(
                "strings/CURRENT", ByteString.copyFromUtf8("MANIFEST-000001\n"),
                "strings/000009.sst", bytes(new Random(1), 600_000));
        service.serve("db0", Dump.of(INFO, files));
        long began = System.nanoTime();
        try (DumpPull pull = pull(OptionalLong.of(1_000_000))) {
            pull.pull(false);
        }
        assertThat(System.nanoTime() - began).isGreaterThan(400_000_000L);
        assertThat(service.requests())
                .allSatisfy(
                        request -> assertThat(request.getFileReq().getCount()).isLessThanOrEqualTo(100_000));
    }

    // ---- while the master makes a dump

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aDumpThatIsBeingMadeIsWaitedFor(boolean silent) throws Exception {
        Dump dump = dump(4);
        service.serve("db0", dump);
        service.dumping(true);
        if (silent) {
            answer = Duration.ofMillis(300);
            service.silentWhileDumping();
        }
        service.before(request -> {
            if (service.requests().size() == 4) {
                service.dumping(false);
            }
        });

        pull(false);

        assertReceived(dump);
        assertThat(waits.get()).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aDumpThatNeverComesIsNotWaitedForForEver() {
        service.serve("db0", dump(4));
        service.dumping(true);
        impatient();
        assertFails(ErrorCode.SNAPSHOT_TIMEOUT, "still makes its dump");
    }

    /** A new dump of the same day lies in the same directory: what is half one and half the other is worth nothing. */
    @Test
    void aDumpThatIsReplacedMeanwhileIsBegunAgain() throws Exception {
        Dump first = dump(5);
        Map<String, ByteString> later = new TreeMap<>(dump(6).files());
        later.put("strings/000011.sst", ByteString.copyFromUtf8("new"));
        later.remove("sets/LOG");
        Dump second = Dump.of("3s\n192.0.2.1\n9221\n13\n100\n", later);
        service.serve("db0", first);
        service.blocksOf(10_000);
        service.before(request -> {
            if (service.requests().size() == 20) {
                service.serve("db0", second);
            }
        });

        assertThat(pull(false).position()).hasToString("13:100");

        assertReceived(second);
    }

    /** The master tells the old uuid until its new dump is complete: the end of the pull has to look again. */
    @Test
    void aDumpBegunAtTheVeryEndIsNoticed() throws Exception {
        Dump first = dump(7);
        Dump second = Dump.of("3s\n192.0.2.1\n9221\n13\n100\n", dump(8).files());
        service.serve("db0", first);
        AtomicInteger lists = new AtomicInteger();
        service.before(request -> {
            if (request.getType() == RsyncType.RSYNC_META) {
                switch (lists.incrementAndGet()) {
                    case 2 -> service.dumping(true);
                    case 5 -> {
                        service.dumping(false);
                        service.serve("db0", second);
                    }
                    default -> {}
                }
            }
        });

        assertThat(pull(false).position()).hasToString("13:100");
        assertReceived(second);
    }

    @Test
    void aMasterThatNeverKeepsADumpIsGivenUp() {
        AtomicInteger dumps = new AtomicInteger();
        service.serve("db0", dump(9));
        service.before(request -> {
            if (request.getType() == RsyncType.RSYNC_FILE) {
                service.serve("db0", Dump.of("1s\nh\n1\n1\n" + dumps.incrementAndGet() + "\n", dump(9).files()));
            }
        });
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "5 tries, and each time it made another one");
    }

    // ---- what the master should not do

    @Test
    void aListWithoutAnyDatabaseIsNoDump() {
        service.serve("db0", new Dump("", List.of("info"), Map.of()));
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "names 1 files and no database");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "../../etc/passwd",
                "strings/../../x",
                "/etc/passwd",
                "strings/..",
                "..",
                ".",
                "",
                "strings//x",
                "a/b/c",
                "strings/\u0000",
                "strings/x\ny",
                "strings\\x",
                "strings/.hidden",
                "Strings/x"
            })
    void aNameThatLeadsElsewhereIsRefused(String name) {
        List<String> listed = new ArrayList<>(dump(10).listed());
        listed.add(name);
        service.serve("db0", dump(10).listing(listed));
        assertFails(ErrorCode.SNAPSHOT_CORRUPT, "under a name that no dump has");
        assertThat(service.requests()).noneMatch(request -> request.getType() == RsyncType.RSYNC_FILE);
    }

    @Test
    void aFileThatTheMasterDoesNotSendMakesTheDumpIncomplete() {
        List<String> listed = new ArrayList<>(dump(10).listed());
        listed.add("strings/000099.sst");
        service.serve("db0", dump(10).listing(listed));
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "refused to send strings/000099.sst");
    }

    @Test
    void answersThatDoNotFitTheirRequestAreNotWritten() throws Exception {
        Dump dump = dump(11);
        service.serve("db0", dump);
        AtomicInteger answers = new AtomicInteger();
        service.mangle(response -> {
            if (response.hasFileResp() && answers.incrementAndGet() % 7 == 3) {
                var changed = response.toBuilder();
                changed.getFileRespBuilder().setFilename("strings/other").setData(ByteString.copyFromUtf8("wrong"));
                return changed.build();
            }
            return response;
        });
        pull(false);
        assertReceived(dump);
    }

    @Test
    void anInfoFileOfAnotherDumpIsNoticed() {
        Dump dump = dump(12);
        service.serve("db0", new Dump("0123456789abcdef0123456789abcdef", dump.listed(), dump.files()));
        assertFails(ErrorCode.SNAPSHOT_INCOMPLETE, "its info file is not that of dump 0123456789abcdef");
    }

    @Test
    void streamsThatNobodyCanReadAreSaid() {
        Map<String, ByteString> files = new TreeMap<>(dump(13).files());
        Dump listed = Dump.of(INFO, files);
        files.put("streams/CURRENT", ByteString.copyFromUtf8("MANIFEST-000005\n"));
        files.put("streams/MANIFEST-000005", ByteString.copyFromUtf8("garbage, and not a manifest"));
        service.serve("db0", Dump.of(INFO, files).listing(listed.listed()));
        assertThatThrownBy(() -> pull(true))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_CORRUPT))
                .hasMessageContaining("which files the streams of db0");
    }

    // ---- the network

    @Test
    void onlyUnfinishedFilesAreBegunAgainOverANewConnection() throws Exception {
        Dump dump = dump(14);
        service.serve("db0", dump);
        service.blocksOf(5000);
        AtomicInteger drops = new AtomicInteger();
        AtomicInteger files = new AtomicInteger();
        service.before(request -> {
            if (request.getType() == RsyncType.RSYNC_FILE
                    && files.incrementAndGet() == 80
                    && drops.getAndIncrement() < 3) {
                files.set(0);
                service.dropConnections();
            }
        });

        pull(false);

        assertReceived(dump);
        assertThat(drops.get()).isPositive();
        dump.files().keySet().forEach(name -> assertThat(service.requests(name).stream()
                        .filter(request -> request.getFileReq().getOffset() == 0)
                        .count())
                .as(name)
                .isBetween(1L, 1L + drops.get()));
    }

    /** The same day's new dump may have shorter files. */
    @Test
    void aDumpThatIsReplacedWhileWeReconnectDoesNotHarmTheMaster() throws Exception {
        Dump first = dump(17);
        Map<String, ByteString> shorter = new TreeMap<>();
        first.files().forEach((name, content) -> shorter.put(name, content.substring(0, content.size() / 2)));
        shorter.replaceAll(
                (name, content) -> name.endsWith("CURRENT") ? first.files().get(name) : content);
        Dump second = Dump.of("3s\n192.0.2.1\n9221\n13\n100\n", shorter);
        service.serve("db0", first);
        service.blocksOf(5000);
        AtomicInteger files = new AtomicInteger();
        service.before(request -> {
            if (request.getType() == RsyncType.RSYNC_FILE && files.incrementAndGet() == 100) {
                service.serve("db0", second);
                service.dropConnections();
            }
        });

        assertThat(pull(false).position()).hasToString("13:100");
        assertReceived(second);
    }

    @Test
    void aMasterThatFallsSilentIsGivenUp() {
        impatient();
        service.serve("db0", dump(15));
        AtomicInteger files = new AtomicInteger();
        service.mangle(response -> {
            if (response.hasFileResp() && files.incrementAndGet() > 5) {
                return response.toBuilder().setReaderIndex(77).build(); // as good as nothing
            }
            return response;
        });
        assertFails(ErrorCode.SNAPSHOT_TIMEOUT, "no progress with the dump of db0 from master");
    }

    @Test
    void closingEndsAPull() throws Exception {
        service.serve("db0", dump(16));
        service.dumping(true);
        service.silentWhileDumping();
        DumpPull pull = pull(OptionalLong.empty());
        Thread closer = new Thread(() -> {
            await().until(() -> !service.requests().isEmpty());
            pull.close();
        });
        closer.start();
        assertThatThrownBy(() -> pull.pull(false))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
        closer.join();
    }

    /** A job that is taken away does not wait for a master. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void anInterruptEndsAPull(boolean silent) throws Exception {
        service.serve("db0", dump(18));
        service.blocksOf(10);
        if (silent) {
            service.dumping(true);
            service.silentWhileDumping();
        }
        Thread puller = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            await().until(() -> service.requests().size() > (silent ? 0 : 50));
            puller.interrupt();
        });
        interrupter.start();
        assertThatThrownBy(() -> pull(false)).isInstanceOf(InterruptedException.class);
        interrupter.join();
    }
}
