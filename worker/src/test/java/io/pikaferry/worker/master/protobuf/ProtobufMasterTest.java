package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.ServerInfo;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ProtobufMasterTest {

    private static final StreamId DB0 = new StreamId(0, 0);
    private static final StreamId DB1 = new StreamId(1, 0);
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration NOW = Duration.ZERO;

    @TempDir
    Path directory;

    private final List<AutoCloseable> open = new ArrayList<>();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    private FakeMaster fake(String version) {
        FakeMaster fake = FakeMaster.start(version);
        open.add(fake);
        return fake;
    }

    private Master dial(FakeMaster fake) throws InterruptedException {
        return dial(fake, fake.access(), Dial.QUICK);
    }

    private Master dial(FakeMaster fake, SourceAccess access, ProtobufMaster.Settings settings)
            throws InterruptedException {
        Master master = Dial.masters(settings).dial(access, directory.resolve("job-" + fake.port()));
        open.add(master);
        return master;
    }

    private static void assertCode(ErrorCode code, ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .as(e.getMessage())
                .isEqualTo(code));
    }

    private static BinlogItem take(ReplicationSession session) throws InterruptedException {
        return session.next(SOON).orElseThrow();
    }

    // ---- whole sessions as recorded

    /** P1, P3: every recorded item, in order, acknowledged in ways that a real window takes. */
    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void aRecordedSessionComesThroughWhole(String version) throws Exception {
        Transcript recorded = Transcript.load("incremental-" + version);
        FakeMaster fake = fake(version)
                .withWindow(37)
                .introducedAs(recorded.registration().orElseThrow());
        Map<StreamId, BinlogPosition> began = recorded.began();
        recorded.items().forEach((stream, items) -> fake.with(stream, FakeLog.recorded(began.get(stream), items)));
        Master master = dial(fake);
        assertThat(master.info().streams()).containsExactly(DB0, DB1);
        assertThat(master.info().identity().isPresent()).isEqualTo(version.compareTo("3.5") > 0);
        Map<StreamId, BinlogPosition> ends = master.producerPositions();

        Map<StreamId, Integer> taken = new HashMap<>();
        int total = fake.log(DB0).size() + fake.log(DB1).size();
        try (ReplicationSession session = master.follow(began)) {
            for (int i = 0; i < total; i++) {
                BinlogItem item = take(session);
                FakeLog.Entry expected = fake.log(item.stream()).entry(taken.merge(item.stream(), 1, Integer::sum) - 1);
                assertThat(item.end()).isEqualTo(expected.end());
                assertThat(expected.bytes().toByteArray()).endsWith(item.content());
                if (i % 11 == 0 || i % 37 == 5) {
                    session.confirm(item.stream(), item.end());
                }
                ends.forEach((stream, end) -> {
                    if (taken.getOrDefault(stream, 0) == fake.log(stream).size()) {
                        session.confirm(stream, end);
                    }
                });
                if (i % 30 == 29) {
                    confirmAll(session, fake, taken);
                }
            }
            confirmAll(session, fake, taken);
            await().until(() -> fake.acked(DB0).equals(Optional.of(ends.get(DB0)))
                    && fake.acked(DB1).equals(Optional.of(ends.get(DB1))));
            assertThat(session.next(NOW)).isEmpty();
        }
        assertThat(fake.complaints()).isEmpty();
    }

    private static void confirmAll(ReplicationSession session, FakeMaster fake, Map<StreamId, Integer> taken) {
        taken.forEach((stream, count) ->
                session.confirm(stream, fake.log(stream).entry(count - 1).end()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void newWritesArriveAndTheStreamGoesOnWhereItWasConfirmed(String version) throws Exception {
        FakeMaster fake = fake(version).with(DB0, FakeLog.empty());
        BinlogPosition first = fake.log(DB0).write("SET", "a", "1");
        try (ReplicationSession session = dial(fake).follow(Map.of(DB0, first))) {
            assertThat(session.next(NOW)).isEmpty();
            BinlogPosition second = fake.log(DB0).write("SET", "b", "2");
            BinlogItem item = take(session);
            assertThat(item.end()).isEqualTo(second);
            assertThat(item.executedAtSeconds()).isEqualTo(1_700_000_000);
            session.confirm(DB0, second);
            BinlogPosition third = fake.log(DB0).write("SET", "c", "3");
            assertThat(take(session).end()).isEqualTo(third);
        }
        open.remove(open.size() - 1).close();
        await().until(() -> fake.slaveNodes() == 0);

        try (ReplicationSession session = dial(fake).follow(Map.of(DB0, first))) {
            assertThat(take(session).end()).isNotEqualTo(first);
        }
        assertThat(fake.complaints()).isEmpty();
    }

    // ---- registration

    @Test
    void aWrongPasswordIsSaid() {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty()).withPassword("right");
        SourceAccess wrong = new SourceAccess(fake.access().endpoint(), Optional.of(Bytes.utf8("wrong")));
        assertCode(ErrorCode.SOURCE_AUTH, () -> dial(fake, wrong, Dial.QUICK));
    }

    @Test
    void theRightPasswordOpens() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty()).withPassword("right");
        assertThat(dial(fake).info().streams()).containsExactly(DB0);
    }

    @Test
    void aMasterThatStillHoldsOurFormerSelfIsBusy() {
        FakeMaster fake = fake("3.5.5").with(DB0, FakeLog.empty());
        fake.refuseAsExisting(true);
        assertCode(ErrorCode.SOURCE_BUSY, () -> dial(fake));
        assertThat(fake.requests(Type.META_SYNC)).hasSizeGreaterThan(1);
    }

    @Test
    void slotsThatAreElsewhereAreNoStreams() throws Exception {
        FakeMaster fake = fake("3.1.1").shardedInto(4, slot -> slot.getSlotId() % 2 == 1);
        for (int slot = 0; slot < 4; slot++) {
            fake.with(new StreamId(0, slot), FakeLog.empty());
        }
        Master master = dial(fake);
        assertThat(master.info().streams()).containsExactly(new StreamId(0, 1), new StreamId(0, 3));
        assertThat(master.info().slots()).isEqualTo(4);
        assertThat(fake.slaveNodes()).isZero();
    }

    /** As a real one answers; its dumps lie one directory deeper although it has one slot. */
    @Test
    void theTableOf31InShardingModeIsADatabase() throws Exception {
        FakeMaster fake = fake("3.1.1")
                .introducedAs(InnerResponse.MetaSync.newBuilder()
                        .setClassicMode(false)
                        .addDbsInfo(InnerResponse.MetaSync.DBInfo.newBuilder()
                                .setDbName("default")
                                .setSlotNum(1))
                        .build())
                .with(DB0, FakeLog.empty());
        fake.log(DB0).write("SET", "a", "1");

        Master master = dial(fake);
        assertThat(master.info().streams()).containsExactly(DB0);
        try (ReplicationSession session = master.follow(Map.of(DB0, BinlogPosition.START))) {
            assertThat(take(session).stream()).isEqualTo(DB0);
        }
    }

    @Test
    void theEndsOfLogsAreReadInEveryForm() {
        for (String line : new String[] {
            "db0:binlog_offset=3 163420,safety_purge=none",
            "db0 binlog_offset=3 163420,safety_purge=none",
            "(db0:0) binlog_offset=3 163420,safety_purge=none",
            "(default|0):binlog_offset=3 163420,safety_purge=none"
        }) {
            assertThat(ProducerPositions.in(ServerInfo.parse(line)))
                    .as(line)
                    .containsExactly(Map.entry(DB0, new BinlogPosition(3, 163_420)));
        }
    }

    @Test
    void aSlotIsFollowedLikeADatabase() throws Exception {
        StreamId slot = new StreamId(0, 2);
        FakeMaster fake = fake("3.4.0").shardedInto(3, any -> true);
        for (int i = 0; i < 3; i++) {
            fake.with(new StreamId(0, i), FakeLog.empty());
        }
        fake.log(slot).write("SET", "a", "1");
        try (ReplicationSession session =
                dial(fake).follow(Map.of(new StreamId(0, 1), BinlogPosition.START, slot, BinlogPosition.START))) {
            assertThat(take(session).stream()).isEqualTo(slot);
        }
    }

    // ---- where to begin

    @Test
    void aPurgedPositionIsSaid() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty().withFilesOf(100));
        for (int i = 0; i < 20; i++) {
            fake.log(DB0).write("SET", "key", "value");
        }
        fake.log(DB0).purgeBefore(5);
        Master master = dial(fake);
        assertCode(ErrorCode.BINLOG_PURGED, () -> master.follow(Map.of(DB0, BinlogPosition.START)));
        assertThat(fake.dumpRequests()).isEmpty();
    }

    @Test
    void aPositionBeyondTheEndIsSaid() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty());
        Master master = dial(fake);
        assertCode(ErrorCode.SOURCE_WENT_BACK, () -> master.follow(Map.of(DB0, new BinlogPosition(99, 0))));
    }

    /** 3.1.1 takes it and begins with the next item; that shows with the first one. */
    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0"})
    void aPositionInsideAnItemIsSaid(String version) throws Exception {
        FakeMaster fake = fake(version).with(DB0, FakeLog.empty());
        fake.log(DB0).write("SET", "a", "1");
        fake.log(DB0).write("SET", "b", "2");
        Master master = dial(fake);
        assertCode(ErrorCode.BINLOG_CORRUPT, () -> master.follow(Map.of(DB0, new BinlogPosition(0, 10)))
                .next(SOON));
    }

    /** P6: a master crashes when it is asked for a dump of a database that it does not have, or to forget one. */
    @Test
    void onlyStreamsThatTheMasterNamedAreEverMentioned() throws Exception {
        FakeMaster fake = fake("3.5.5").with(DB0, FakeLog.empty());
        Master master = dial(fake);
        assertCode(ErrorCode.SOURCE_REFUSED, () -> master.follow(Map.of(DB1, BinlogPosition.START)));
        master.close();
        assertThat(fake.requests().toString()).doesNotContain("db1");
    }

    // ---- acknowledgements

    /** P1: the master keeps what the target does not have. */
    @Test
    void nothingIsAckedBeforeItIsConfirmed() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty()).forgettingAfter(2000);
        BinlogPosition first = fake.log(DB0).write("SET", "a", "1");
        BinlogPosition second = fake.log(DB0).write("SET", "b", "2");
        try (ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START))) {
            take(session);
            take(session);
            BinlogPosition third = fake.log(DB0).write("SET", "c", "3");

            // signs of life keep us known, and the window closed
            long zeroAcks =
                    acks(fake).stream().filter(ProtobufMasterTest::isZero).count();
            await().until(() ->
                    acks(fake).stream().filter(ProtobufMasterTest::isZero).count() > zeroAcks + 50);
            assertThat(fake.acked(DB0)).contains(BinlogPosition.START);
            assertThat(session.next(NOW)).isEmpty();

            session.confirm(DB0, first);
            await().until(() -> fake.acked(DB0).equals(Optional.of(first)));
            assertThat(take(session).end()).isEqualTo(third);
            session.confirm(DB0, second);
            await().until(() -> fake.acked(DB0).equals(Optional.of(second)));
        }
        assertThat(fake.complaints()).isEmpty();
    }

    private static List<InnerRequest.BinlogSync> acks(FakeMaster fake) {
        return fake.requests(Type.BINLOG_SYNC).stream()
                .map(InnerRequest::getBinlogSync)
                .filter(request -> !request.getFirstSend())
                .toList();
    }

    private static boolean isZero(InnerRequest.BinlogSync ack) {
        return ack.getAckRangeEnd().getOffset() == 0;
    }

    @Test
    void whatNobodyConfirmedComesAgain() throws Exception {
        FakeMaster fake = fake("4.0.1").with(DB0, FakeLog.empty());
        BinlogPosition first = fake.log(DB0).write("SET", "a", "1");
        BinlogPosition second = fake.log(DB0).write("SET", "b", "2");
        Master before = dial(fake);
        ReplicationSession session = before.follow(Map.of(DB0, BinlogPosition.START));
        take(session);
        take(session);
        session.confirm(DB0, first);
        before.close();

        assertThat(take(dial(fake).follow(Map.of(DB0, first))).end()).isEqualTo(second);
    }

    /** P8: what waits for us is bounded; the rest waits at the master. */
    @Test
    void aFullBufferMakesTheMasterWait() throws Exception {
        FakeMaster fake = fake("3.5.5").with(DB0, FakeLog.empty()).forgettingAfter(2000);
        String value = "v".repeat(10_000);
        int total = 2000; // 20 MB
        for (int i = 0; i < total; i++) {
            fake.log(DB0).write("SET", "k" + i, value);
        }
        ProtobufMaster.Settings small = new ProtobufMaster.Settings(
                Dial.QUICK.patience(), Dial.QUICK.pull(), Dial.QUICK.bytesPerSecond(), 100_000);
        try (ReplicationSession session = dial(fake, fake.access(), small).follow(Map.of(DB0, BinlogPosition.START))) {
            // for longer than the master's patience and ours nobody takes anything
            int acks = acks(fake).size();
            await().until(() -> acks(fake).size() > acks + 50);
            for (int i = 0; i < total; i++) {
                BinlogItem item = take(session);
                assertThat(item.content().length).isGreaterThan(10_000);
                session.confirm(DB0, item.end());
            }
            await().until(() -> fake.acked(DB0).equals(Optional.of(fake.log(DB0).end())));
        }
        assertThat(fake.complaints()).isEmpty();
    }

    // ---- what goes wrong

    @Test
    void whatCameWholeIsDeliveredBeforeTheEnd() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty());
        fake.log(DB0).write("SET", "a", "1");
        fake.log(DB0).write("SET", "b", "2");
        ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START));
        take(session);
        fake.dropConnections();
        take(session);
        assertCode(ErrorCode.SOURCE_UNREACHABLE, () -> session.next(SOON));
        assertCode(ErrorCode.SOURCE_UNREACHABLE, () -> session.next(SOON));
    }

    @Test
    void aLostItemIsNoticed() throws Exception {
        FakeMaster fake = fake("3.5.5").with(DB0, FakeLog.empty());
        fake.log(DB0).write("SET", "a", "1");
        fake.log(DB0).write("SET", "b", "2");
        fake.log(DB0).write("SET", "c", "3");
        fake.log(DB0).lose(1);
        ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START));
        take(session);
        assertCode(ErrorCode.BINLOG_GAP, () -> session.next(SOON));
    }

    @Test
    void aMasterThatForgotUsIsNoticed() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty()).pingingEvery(60_000);
        ReplicationSession session =
                dial(fake, fake.access(), Dial.IMPATIENT).follow(Map.of(DB0, BinlogPosition.START));
        assertThatThrownBy(() -> session.next(SOON))
                .hasMessageContaining("sent nothing for db0.0, not even a ping")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
    }

    @Test
    void pingsAreEnoughToStay() throws Exception {
        FakeMaster fake =
                fake("3.4.0").with(DB0, FakeLog.empty()).pingingEvery(100).forgettingAfter(500);
        ReplicationSession session =
                dial(fake, fake.access(), Dial.IMPATIENT).follow(Map.of(DB0, BinlogPosition.START));
        assertThat(session.next(Duration.ofSeconds(3))).isEmpty();
        assertThat(fake.slaveNodes()).isOne();
    }

    @Test
    void itemsOfAnotherSessionAreRefused() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty());
        fake.log(DB0).write("SET", "a", "1");
        fake.mangle(response -> {
            InnerResponse.Builder changed = response.toBuilder();
            changed.getBinlogSyncBuilderList().forEach(item -> item.setSessionId(99));
            return changed.build();
        });
        ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START));
        assertCode(ErrorCode.SOURCE_PROTOCOL, () -> session.next(SOON));
    }

    @Test
    void aBrokenItemIsSaid() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty());
        fake.log(DB0).append(com.google.protobuf.ByteString.copyFromUtf8("no item at all, but long enough for one"));
        ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START));
        assertCode(ErrorCode.BINLOG_CORRUPT, () -> session.next(SOON));
    }

    // ---- the end

    @Test
    void closingMakesTheMasterForgetUsAtOnce() throws Exception {
        FakeMaster fake = fake("3.1.1").with(DB0, FakeLog.empty()).with(DB1, FakeLog.empty());
        Master master = dial(fake);
        master.follow(new TreeMap<>(Map.of(DB0, BinlogPosition.START, DB1, BinlogPosition.START)));
        await().until(() -> fake.slaveNodes() == 2);
        master.close();
        master.close();
        await().until(() -> fake.slaveNodes() == 0 && fake.registeredSlaves() == 0);
        assertThat(fake.requests(Type.REMOVE_SLAVE_NODE)).hasSize(2);
        assertThat(fake.complaints()).isEmpty();
    }

    /** 3.1.0 does not know the request. */
    @Test
    void theFirstReleaseIsLeftByClosing() throws Exception {
        FakeMaster fake = fake("3.1.0").with(DB0, FakeLog.empty());
        Master master = dial(fake);
        master.follow(Map.of(DB0, BinlogPosition.START));
        master.close();
        await().until(() -> fake.slaveNodes() == 0);
        assertThat(fake.requests(Type.REMOVE_SLAVE_NODE)).isEmpty();
    }

    @Test
    void closingBreaksAWaitingNext() throws Exception {
        FakeMaster fake = fake("3.4.0").with(DB0, FakeLog.empty());
        ReplicationSession session = dial(fake).follow(Map.of(DB0, BinlogPosition.START));
        Thread closer = new Thread(session::close);
        closer.start();
        assertCode(ErrorCode.SOURCE_UNREACHABLE, () -> session.next(Duration.ofSeconds(30)));
        closer.join();
    }
}
