package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.master.protobuf.FakeRsyncService.Dump;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class FullSyncTest {

    private static final StreamId DB0 = new StreamId(0, 0);
    private static final StreamId DB1 = new StreamId(1, 0);

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final ExecutorService bgsave = Executors.newSingleThreadExecutor();
    private final AtomicLong received = new AtomicLong();
    private final AtomicInteger waits = new AtomicInteger();
    private final TransferProgress progress = new TransferProgress() {
        @Override
        public void waitingForDump() {
            waits.incrementAndGet();
        }

        @Override
        public void transferring(long bytes, long total) {
            received.set(bytes);
        }
    };

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
        bgsave.shutdown();
        assertThat(bgsave.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
    }

    /** A master with the logs that a real one had at the recorded hand-over. */
    private FakeMaster recorded(String version) {
        Transcript transcript = Transcript.load("fullsync-" + version);
        FakeMaster fake =
                FakeMaster.start(version).introducedAs(transcript.registration().orElseThrow());
        open.add(fake);
        Map<StreamId, BinlogPosition> began = transcript.began();
        transcript.items().forEach((stream, items) -> fake.with(stream, FakeLog.recorded(began.get(stream), items)));
        return fake;
    }

    private Master dial(FakeMaster fake) throws InterruptedException {
        return dial(fake, Dial.QUICK);
    }

    private Master dial(FakeMaster fake, ProtobufMaster.Settings settings) throws InterruptedException {
        Master master = Dial.masters(settings).dial(fake.access(), directory.resolve("job"));
        open.add(master);
        return master;
    }

    private static int rsyncPort(InnerRequest.DBSync request) {
        return request.getNode().getPort() + 1000;
    }

    private void takeEverything(FakeMaster fake, ReplicationSession session, StreamId... streams)
            throws InterruptedException {
        int total = 0;
        for (StreamId stream : streams) {
            total += fake.log(stream).size();
        }
        for (int i = 0; i < total; i++) {
            BinlogItem item = session.next(Duration.ofSeconds(20)).orElseThrow();
            session.confirm(item.stream(), item.end());
        }
        for (StreamId stream : streams) {
            await().until(() ->
                    fake.acked(stream).orElseThrow().equals(fake.log(stream).end()));
        }
    }

    // ---- pushed: generation C

    @ParameterizedTest
    @CsvSource({"3.1.1, ''", "3.4.0, ''", "3.4.0, s3cret-pw"})
    void aDumpIsPushedByTheRealRsyncAndTheStreamGoesOnFromIt(String version, String password) throws Exception {
        Path dump = RsyncPush.recorded(version, directory.resolve("at-the-master"));
        FakeMaster fake = recorded(version);
        if (!password.isEmpty()) {
            fake.withPassword(password);
        }
        fake.onDumpRequest(request -> bgsave.execute(() -> assertThat(new RsyncPush(
                                directory.resolve("secret"),
                                rsyncPort(request),
                                password.isEmpty() ? "default" : password)
                        .push(
                                dump.resolve(request.getSlot().getDbName()),
                                request.getSlot().getDbName()))
                .isTrue()));
        Master master = dial(fake);

        ReceivedSnapshot snapshot = master.takeSnapshot(directory.resolve("snapshot"), progress);

        assertThat(RsyncPush.files(directory.resolve("snapshot"))).isEqualTo(RsyncPush.files(dump));
        assertThat(snapshot.directories().get(DB1)).isEqualTo(directory.resolve("snapshot/db1"));
        assertThat(snapshot.positions())
                .isEqualTo(Transcript.load("fullsync-" + version).began());
        assertThat(received.get()).isGreaterThan(50_000);
        try (ReplicationSession session = master.follow(snapshot.positions())) {
            takeEverything(fake, session, DB0, DB1);
        }
        assertThat(fake.complaints()).isEmpty();
    }

    @Test
    void aSlotsDumpLiesOneDirectoryDeeper() throws Exception {
        Path dump = RsyncPush.recorded("3.4.0", directory.resolve("at-the-master"));
        FakeMaster fake = FakeMaster.start("3.4.0").shardedInto(2, slot -> true);
        open.add(fake);
        BinlogPosition position = new BinlogPosition(28, 779);
        StreamId slot0 = new StreamId(0, 0);
        StreamId slot1 = new StreamId(0, 1);
        fake.with(slot0, new FakeLog(position)).with(slot1, new FakeLog(position));
        fake.onDumpRequest(request ->
                bgsave.execute(() -> new RsyncPush(directory.resolve("secret"), rsyncPort(request), "default")
                        .push(dump.resolve("db0"), "db0/" + request.getSlot().getSlotId())));

        ReceivedSnapshot snapshot = dial(fake).takeSnapshot(directory.resolve("snapshot"), progress);

        assertThat(snapshot.directories())
                .isEqualTo(
                        Map.of(slot0, directory.resolve("snapshot/db0/0"), slot1, directory.resolve("snapshot/db0/1")));
        assertThat(directory.resolve("snapshot/db0/1/zsets/CURRENT")).exists();
    }

    /** P1: the binlog since before the dump cannot be purged, however long the transfer takes. */
    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0"})
    void theBinlogIsHeldFromBeforeTheDumpOn(String version) throws Exception {
        Path dump = RsyncPush.recorded(version, directory.resolve("at-the-master"));
        FakeMaster fake = recorded(version).forgettingAfter(2000);
        FakeLog log = fake.log(DB0);
        BinlogPosition before = log.end();
        List<BinlogPosition> kept = new ArrayList<>();
        fake.onDumpRequest(request -> bgsave.execute(() -> {
            if (request.getSlot().getDbName().equals("db0")) {
                log.write("SET", "while", "dumping");
                long zeroAcks = fake.requests(Type.BINLOG_SYNC).size();
                await().until(() -> fake.requests(Type.BINLOG_SYNC).size() > zeroAcks + 100);
                kept.add(fake.acked(DB0).orElseThrow());
            }
            new RsyncPush(directory.resolve("secret"), rsyncPort(request), "default")
                    .push(
                            dump.resolve(request.getSlot().getDbName()),
                            request.getSlot().getDbName());
        }));
        Master master = dial(fake);

        ReceivedSnapshot snapshot = master.takeSnapshot(directory.resolve("snapshot"), progress);

        assertThat(kept).containsExactly(before);
        try (ReplicationSession session = master.follow(snapshot.positions())) {
            takeEverything(fake, session, DB0, DB1);
        }
        assertThat(fake.complaints()).isEmpty();
    }

    /** P6: a database's dump is asked for when the one before has arrived. */
    @Test
    void dumpsAreAskedForOneAfterTheOther() throws Exception {
        Path dump = RsyncPush.recorded("3.4.0", directory.resolve("at-the-master"));
        FakeMaster fake = recorded("3.4.0");
        List<Boolean> db0WasThere = new ArrayList<>();
        fake.onDumpRequest(request -> {
            db0WasThere.add(Files.exists(directory.resolve("snapshot/db0/info")));
            bgsave.execute(() -> new RsyncPush(directory.resolve("secret"), rsyncPort(request), "default")
                    .push(
                            dump.resolve(request.getSlot().getDbName()),
                            request.getSlot().getDbName()));
        });
        dial(fake).takeSnapshot(directory.resolve("snapshot"), progress);
        assertThat(db0WasThere).containsExactly(false, true);
    }

    @Test
    void aDumpThatNeverComesNamesThePort() throws Exception {
        FakeMaster fake = recorded("3.4.0");
        Master master = dial(fake, Dial.IMPATIENT);
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_TIMEOUT))
                .hasMessageContaining("which sends it to 127.0.0.1:"
                        + rsyncPort(fake.dumpRequests().get(0)) + " by rsync: nothing arrived for 3 s");
        assertThat(waits.get()).isPositive();
    }

    @Test
    void aPasswordThatRsyncRefusesIsSaid() throws Exception {
        Path dump = RsyncPush.recorded("3.4.0", directory.resolve("at-the-master"));
        FakeMaster fake = recorded("3.4.0");
        fake.onDumpRequest(
                request -> bgsave.execute(() -> new RsyncPush(directory.resolve("secret"), rsyncPort(request), "other")
                        .push(dump.resolve("db0"), "db0")));
        Master master = dial(fake, Dial.IMPATIENT);
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .hasMessageContaining("our rsync daemon had to refuse the master's password");
    }

    @Test
    void aMasterThatDiesMeanwhileIsNoticedAtOnce() throws Exception {
        FakeMaster fake = recorded("3.4.0");
        fake.onDumpRequest(request -> bgsave.execute(fake::dropConnections));
        Master master = dial(fake);
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
    }

    @Test
    void aDumpWithoutADatabaseIsIncomplete() throws Exception {
        Path dump = RsyncPush.recorded("3.4.0", directory.resolve("at-the-master"));
        Files.delete(dump.resolve("db0/sets/CURRENT"));
        FakeMaster fake = recorded("3.4.0");
        fake.onDumpRequest(request ->
                bgsave.execute(() -> new RsyncPush(directory.resolve("secret"), rsyncPort(request), "default")
                        .push(dump.resolve("db0"), "db0")));
        Master master = dial(fake);
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_INCOMPLETE))
                .hasMessage("the dump that arrived lacks sets: there is no CURRENT");
    }

    // ---- pulled: generations D and E

    private FakeRsyncService service(FakeMaster fake, String version) {
        FakeRsyncService service = new FakeRsyncService(fake.port() + 10_001);
        open.add(service);
        FakeRsyncService.recorded(Transcript.load("fullsync-" + version)).forEach(service::serve);
        return service;
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.5", "4.0.1"})
    void aDumpIsPulledAndTheStreamGoesOnFromIt(String version) throws Exception {
        FakeMaster fake = recorded(version).forgettingAfter(2000);
        FakeRsyncService service = service(fake, version);
        service.dumping(true);
        fake.onDumpRequest(request -> bgsave.execute(() -> {
            int asked = service.requests().size();
            await().until(() -> service.requests().size() > asked + 2);
            service.dumping(false);
        }));
        Master master = dial(fake);

        ReceivedSnapshot snapshot = master.takeSnapshot(directory.resolve("snapshot"), progress);

        assertThat(snapshot.positions())
                .isEqualTo(Transcript.load("fullsync-" + version).began());
        assertThat(Files.readString(snapshot.directories().get(DB1).resolve("info"), UTF_8))
                .contains(snapshot.positions().get(DB1).toString().replace(':', '\n'));
        assertThat(Files.exists(snapshot.directories().get(DB0).resolve("streams/CURRENT")))
                .isEqualTo(version.equals("3.5.5"));
        try (ReplicationSession session = master.follow(snapshot.positions())) {
            takeEverything(fake, session, DB0, DB1);
        }
        assertThat(fake.complaints()).isEmpty();
        assertThat(service.harm()).isEmpty();
        assertThat(fake.dumpRequests()).hasSize(2);
        assertThat(fake.requests(Type.REMOVE_SLAVE_NODE)).isEmpty();
    }

    /** The master sends what it has, until parts of that turn out to be gone. */
    @Test
    void aFreshDumpIsAskedForWhenTheOldOneIsBroken() throws Exception {
        FakeMaster fake = recorded("4.0.1");
        FakeRsyncService service = service(fake, "4.0.1");
        Map<String, Dump> whole = FakeRsyncService.recorded(Transcript.load("fullsync-4.0.1"));
        service.serve("db0", new Dump("x", List.of("info"), Map.of()));
        fake.onDumpRequest(request -> {
            if (request.getBinlogOffset().getFilenum() > 0) {
                service.serve("db0", whole.get("db0"));
            }
        });

        dial(fake).takeSnapshot(directory.resolve("snapshot"), progress);

        assertThat(fake.dumpRequests().stream()
                        .map(request -> request.getBinlogOffset().getFilenum())
                        .toList())
                .containsExactly(0, Integer.MAX_VALUE, 0);
    }

    @Test
    void aDirectoryWithOldThingsInItIsEmptiedFirst() throws Exception {
        FakeMaster fake = recorded("4.0.1");
        service(fake, "4.0.1");
        Path old = directory.resolve("snapshot/db0/0/000001.log");
        Files.createDirectories(old.getParent());
        Files.writeString(old, "from another life");
        dial(fake).takeSnapshot(directory.resolve("snapshot"), progress);
        assertThat(old).doesNotExist();
    }

    @Test
    void aMasterThatRefusesADumpIsSaid() throws Exception {
        FakeMaster fake = recorded("3.5.5");
        service(fake, "3.5.5");
        fake.mangle(response -> response.hasDbSync()
                ? response.toBuilder()
                        .setCode(io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode.ERROR)
                        .setDbSync(InnerResponse.DBSync.newBuilder()
                                .setSlot(response.getDbSync().getSlot()))
                        .build()
                : response);
        Master master = dial(fake);
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_REFUSED));
    }

    /** A job that is taken away does not wait for a master. */
    @ParameterizedTest
    @ValueSource(strings = {"3.4.0", "4.0.1"})
    void anInterruptEndsAFullSync(String version) throws Exception {
        FakeMaster fake = recorded(version);
        if (version.startsWith("4")) {
            service(fake, version).dumping(true);
        }
        Master master = dial(fake);
        Thread taker = Thread.currentThread();
        Thread interrupter = new Thread(() -> {
            await().until(() -> !fake.dumpRequests().isEmpty());
            taker.interrupt();
        });
        interrupter.start();
        assertThatThrownBy(() -> master.takeSnapshot(directory.resolve("snapshot"), progress))
                .isInstanceOf(InterruptedException.class);
        interrupter.join();
        master.close();
        await().until(() -> fake.slaveNodes() == 0 && fake.registeredSlaves() == 0);
    }
}
