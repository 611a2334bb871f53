package io.pikaferry.worker.master.dialback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReplicationSession;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(60)
class DialBackSessionTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @TempDir
    Path directory;

    private ScriptedMaster master = new ScriptedMaster(Generation.B);
    private Master dialled;

    @AfterEach
    void hangUp() {
        if (dialled != null) {
            dialled.close();
        }
        master.close();
    }

    private ReplicationSession follow(String from) throws InterruptedException {
        return follow(from, ItemSpool.Limits.USUAL);
    }

    private ReplicationSession follow(String from, ItemSpool.Limits limits) throws InterruptedException {
        dialled = master.dial(directory, limits);
        return dialled.follow(Map.of(StreamId.ONLY, BinlogPosition.parse(from)));
    }

    /** A frame with one SET of chance length, that starts and ends there. */
    private static byte[] set(BinlogPosition start, String key) {
        return Wire.frame(2, Wire.item(7, 1, 0, (int) start.filenum(), start.offset(), Wire.resp("SET", key, "v")));
    }

    /** As many SETs as wanted, one after another from a place in a file. */
    private static List<byte[]> sets(BinlogPosition from, int count) {
        List<byte[]> frames = new ArrayList<>();
        BinlogPosition at = from;
        for (int i = 0; i < count; i++) {
            byte[] frame = set(at, "key" + i);
            frames.add(frame);
            at = new BinlogPosition(at.filenum(), BlockLayout.endOf(at.offset(), frame.length - 6));
        }
        return frames;
    }

    private static byte[][] array(List<byte[]> messages) {
        return messages.toArray(byte[][]::new);
    }

    private static List<BinlogItem> take(ReplicationSession session, int count) throws InterruptedException {
        List<BinlogItem> items = new ArrayList<>();
        while (items.size() < count) {
            items.add(session.next(SOON).orElseThrow());
        }
        return items;
    }

    /** next, until it throws. */
    private static FerryException failureOf(ReplicationSession session) throws InterruptedException {
        try {
            while (true) {
                session.next(SOON);
            }
        } catch (FerryException e) {
            return e;
        }
    }

    private static void assertFails(ReplicationSession session, ErrorCode code, String words)
            throws InterruptedException {
        FerryException failure = failureOf(session);
        assertThat(failure).hasMessageContaining(words);
        assertThat(failure.code()).isEqualTo(code);
    }

    /** The whole of a recorded session, from a real master's empty binlog on. */
    @ParameterizedTest
    @CsvSource({"B, 3.0.16, 641, 3:163420", "A, 2.3.6, 614, 3:28629"})
    void aRecordedStreamArrivesWhole(Generation generation, String version, int count, String end) throws Exception {
        master.close();
        master = new ScriptedMaster(generation);
        Transcript recorded = Transcript.read("incremental-" + version);
        List<byte[]> chunks = recorded.chunks("binlog", 1, "m2s");
        master.producer = end.replace(':', ' ');
        CompletableFuture<ScriptedMaster.Dialled> connection = new CompletableFuture<>();
        master.onAccepted = slave -> {
            // the first recorded message is the auth
            ScriptedMaster.Dialled open = master.dialBack(slave, 1).send(array(chunks.subList(1, chunks.size())));
            connection.complete(open);
        };
        try (ReplicationSession session = follow("0:0")) {
            List<BinlogItem> items = take(session, count);
            assertThat(items.get(count - 1).end()).hasToString(end);
            assertThat(items).extracting(BinlogItem::stream).containsOnly(StreamId.ONLY);
            session.confirm(StreamId.ONLY, items.get(count - 1).end());
        }
        assertThat(connection.join().endsInSilence()).isTrue();

        // what we said is what the recorded slave said
        assertThat(master.asked()).extracting(asked -> asked.from().toString()).containsExactly("0:0");
        assertThat(ScriptedMaster.latin(Wire.resp(master.heartbeats().get(0).toArray(String[]::new))))
                .isEqualTo(recorded.text("heartbeat", 1, "s2m").substring(0, 21));
        assertThat(master.heartbeats().subList(1, master.heartbeats().size())).allMatch(List.of("ping")::equals);
    }

    @Test
    void whatWasWholeBeforeTheEndIsDelivered() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 10);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            byte[] half = Arrays.copyOf(frames.get(9), 20);
            ScriptedMaster.Dialled open =
                    master.dialBack(slave).send(array(frames.subList(0, 9))).send(half);
            open.close();
            master.answer = any -> Optional.of("-ERR AlreadyExist\r\n");
        };
        ReplicationSession session = follow("2:500");
        assertThat(take(session, 9)).hasSize(9);
        FerryException failure = failureOf(session);
        assertThat(failure.code()).isIn(ErrorCode.SOURCE_UNREACHABLE, ErrorCode.SOURCE_BUSY);
    }

    /** A/B: at most once per connection; so one that breaks is followed by a trysync at the exact end (§8.3). */
    @Test
    void whileNobodyAsksForItemsABrokenConnectionIsReplaced() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 20);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            boolean first = slave.from().toString().equals("2:500");
            ScriptedMaster.Dialled open =
                    master.dialBack(slave).send(array(first ? frames.subList(0, 10) : frames.subList(10, 20)));
            if (first) {
                open.close();
            }
        };
        try (ReplicationSession session = follow("2:500")) {
            await().until(() -> master.asked().size() == 2);
            List<BinlogItem> items = take(session, 20);
            assertThat(items.get(9).end()).isEqualTo(master.asked().get(1).from());
            assertThat(items.stream().map(item -> ScriptedMaster.latin(item.content())))
                    .containsExactlyElementsOf(frames.stream()
                            .map(frame -> ScriptedMaster.latin(Arrays.copyOfRange(frame, 40, frame.length)))
                            .toList());
            assertThat(master.asked().get(0).base())
                    .isNotEqualTo(master.asked().get(1).base());
        }
    }

    /** §8.3: what it wrote last into the first connection is lost. */
    @Test
    void aMasterThatDialsAgainEndsTheSession() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 4);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            master.answer = any -> Optional.of("-ERR InvalidOffset\r\n");
            master.dialBack(slave).send(array(frames.subList(0, 2)));
            ScriptedMaster.Dialled second = master.dialBack(slave);
            second.endsInSilence();
        };
        ReplicationSession session = follow("2:500");
        FerryException failure = null;
        int seen = 0;
        while (failure == null) {
            try {
                seen += session.next(SOON).isPresent() ? 1 : 0;
            } catch (FerryException e) {
                failure = e;
            }
        }
        assertThat(seen).isLessThanOrEqualTo(2);
        // Who does not wait at that moment hears what came of registering once more instead.
        assertThat(failure.getMessage()).containsAnyOf("dialled a second time", "InvalidOffset");
    }

    @Test
    void strangersAreNotListenedTo() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 3);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            try (Socket stranger = new Socket()) {
                stranger.connect(new InetSocketAddress(slave.host(), slave.base() + 1_000));
                stranger.getOutputStream()
                        .write("GET / HTTP/1.1\r\n\r\n".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
            master.dialBack(slave, 999); // another session's
            master.dialBack(slave).send(array(frames));
        };
        try (ReplicationSession session = follow("2:500")) {
            assertThat(take(session, 3)).hasSize(3);
            assertThat(session.next(Duration.ofMillis(50))).isEmpty();
        }
    }

    @Test
    void whatIsNoBinlogIsCorrupt() throws Exception {
        master.producer = "2 5000";
        master.onAccepted = slave -> master.dialBack(slave).send(new byte[] {9, 9, 9, 9, 9, 9, 9});
        assertFails(follow("2:500"), ErrorCode.BINLOG_CORRUPT, "after 2:500 is no binlog item: a frame of type 2313");
        assertThat(master.asked()).hasSize(2);
    }

    @Test
    void whatWasDamagedOnTheWayIsReadOnceMore() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 3);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            ScriptedMaster.Dialled open = master.dialBack(slave);
            if (master.asked().size() == 1) {
                open.send(frames.get(0), new byte[] {9, 9, 9, 9, 9, 9, 9});
            } else {
                open.send(frames.get(1), frames.get(2));
            }
        };
        try (ReplicationSession session = follow("2:500")) {
            assertThat(take(session, 3)).hasSize(3);
            assertThat(master.asked()).hasSize(2);
        }
    }

    @Test
    void aMissingItemIsNoticed() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 3);
        master.producer = "2 5000";
        master.onAccepted = slave -> {
            master.answer = any -> Optional.of("-ERR InvalidOffset\r\n");
            master.dialBack(slave).send(frames.get(0), frames.get(2));
        };
        ReplicationSession session = follow("2:500");
        assertThat(take(session, 1)).hasSize(1);
        assertThat(failureOf(session).code()).isIn(ErrorCode.BINLOG_GAP, ErrorCode.BINLOG_CORRUPT);
    }

    @Test
    void aLostHeartbeatEndsTheSession() throws Exception {
        master.producer = "2 500";
        master.onAccepted = slave -> master.dialBack(slave);
        ReplicationSession session = follow("2:500");
        await().until(() -> master.heartbeats().size() > 3);
        master.heartbeatAnswer = request -> "";
        assertFails(session, ErrorCode.SOURCE_UNREACHABLE, "the heartbeat to source");
    }

    /**
     * P1, P2, P5: the connection stays open and the heartbeat lives, but what the master logs does not arrive. Our end of it is
     * not closed by anybody; what it still carries later is nobody's.
     */
    @ParameterizedTest
    @EnumSource(Silent.class)
    void aConnectionThatHasGoneDeadIsReplacedFromTheLastPosition(Silent silent) throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 20);
        BinlogPosition end = endOf(frames, 20);
        master.producer = "2 " + endOf(frames, 10).offset();
        CompletableFuture<ScriptedMaster.Dialled> dead = new CompletableFuture<>();
        master.onAccepted = slave -> {
            if (dead.isDone()) {
                master.dialBack(slave).send(array(frames.subList(10, 20)));
                return;
            }
            ScriptedMaster.Dialled open = master.dialBack(slave).send(array(frames.subList(0, 10)));
            if (silent == Silent.WITHIN_AN_ITEM) {
                open.send(Arrays.copyOf(frames.get(10), 20));
            }
            dead.complete(open);
        };
        try (ReplicationSession session = follow("2:500")) {
            await().until(dead::isDone);
            master.producer = "2 " + end.offset();
            await().until(() -> master.asked().size() == 2);
            List<BinlogItem> items = take(session, 20);

            assertThat(items).extracting(BinlogItem::end).isSorted().doesNotHaveDuplicates();
            assertThat(items.get(19).end()).isEqualTo(end);
            assertThat(master.asked())
                    .extracting(ScriptedMaster.Asked::from)
                    .containsExactly(BinlogPosition.parse("2:500"), items.get(9).end());
            assertThat(dead.join().endsInSilence()).isTrue();
            assertThat(session.next(Duration.ofMillis(100))).isEmpty();
        }
    }

    /** Where the line goes dead. */
    enum Silent {
        BETWEEN_ITEMS,
        WITHIN_AN_ITEM
    }

    /** P5: who waits for items hears of it. */
    @Test
    void aConnectionThatHasGoneDeadIsToldToWhoWaits() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 2);
        master.producer = "2 " + endOf(frames, 2).offset();
        master.onAccepted = slave -> master.dialBack(slave).send(frames.get(0));

        assertFails(
                follow("2:500"),
                ErrorCode.SOURCE_UNREACHABLE,
                "is dead: nothing arrives after %s, but its binlog goes on to %s"
                        .formatted(endOf(frames, 1), endOf(frames, 2)));
    }

    @Test
    void aMasterThatHasNothingToSayIsLeftAlone() throws Exception {
        List<byte[]> frames = sets(BinlogPosition.parse("2:500"), 3);
        master.producer = "2 " + endOf(frames, 2).offset();
        CompletableFuture<ScriptedMaster.Dialled> connection = new CompletableFuture<>();
        master.onAccepted = slave -> connection.complete(master.dialBack(slave).send(array(frames.subList(0, 2))));
        try (ReplicationSession session = follow("2:500")) {
            assertThat(take(session, 2)).hasSize(2);
            assertThat(session.next(ScriptedMaster.QUICK.streamDead().multipliedBy(2)))
                    .isEmpty();

            connection.join().send(frames.get(2));
            assertThat(take(session, 1)).hasSize(1);
            assertThat(master.asked()).hasSize(1);
        }
    }

    private static BinlogPosition endOf(List<byte[]> frames, int count) {
        BinlogPosition end = BinlogPosition.parse("2:500");
        for (byte[] frame : frames.subList(0, count)) {
            end = new BinlogPosition(2, BlockLayout.endOf(end.offset(), frame.length - 6));
        }
        return end;
    }

    /** §1.3: it must come from the address that was registered. */
    @Test
    void aHeartbeatThatIsTurnedAwayNamesTheAddress() throws Exception {
        master.producer = "2 500";
        master.heartbeatAnswer = request -> "";
        assertFails(
                follow("2:500"),
                ErrorCode.SOURCE_PROTOCOL,
                "name the source by the address of its network interface, not by 127.0.0.1");
    }

    @Test
    void aMasterThatCannotReachUsIsToldOf() throws Exception {
        master.producer = "2 500";
        ReplicationSession session = follow("2:500");
        assertFails(
                session,
                ErrorCode.SOURCE_UNREACHABLE,
                "does not connect to 127.0.0.1:" + (master.asked().get(0).base() + 1_000));
    }

    @Test
    void aFormerSessionThatIsStillThereIsAvoided() throws Exception {
        master.producer = "2 500";
        master.answer = asked -> master.asked().size() < 3 ? Optional.of("-ERR AlreadyExist\r\n") : Optional.empty();
        try (ReplicationSession session = follow("2:500")) {
            assertThat(session.next(Duration.ZERO)).isEmpty();
            assertThat(master.asked().stream().map(ScriptedMaster.Asked::base).distinct())
                    .hasSize(3);
        }
    }

    @Test
    void formerSessionsEverywhereAreBusy() {
        master.producer = "2 500";
        master.answer = asked -> Optional.of("-ERR AlreadyExist\r\n");
        assertThatThrownBy(() -> follow("2:500")).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SOURCE_BUSY));
    }

    /** P6: to ask would have the master dump and push everything. */
    @Test
    void aPositionThatIsSurelyGoneIsNotAskedFor() {
        master.producer = "40 500";
        master.logSize = 11 * master.fileSize;
        assertThatThrownBy(() -> follow("2:500"))
                .hasMessageContaining("it has removed binlog file 2, which position 2:500 lies in")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_PURGED));
        assertThat(master.asked()).isEmpty();
    }

    @Test
    void aPositionThatTurnsOutToBeGoneIsPurged() {
        master.producer = "40 500";
        master.answer = asked -> Optional.of("$4\r\nwait\r\n");
        assertThatThrownBy(() -> follow("2:500"))
                .hasMessageContaining("has no binlog file 2 any more, in which position 2:500 lies")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_PURGED));
        assertThat(master.asked()).hasSize(1);
    }

    @Test
    void aMasterThatEndsBeforeOurPositionWentBack() {
        master.producer = "2 400";
        assertThatThrownBy(() -> follow("2:500"))
                .hasMessageContaining("its binlog ends at 2:400, before 2:500 up to which it has been applied")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_WENT_BACK));
        assertThat(master.asked()).isEmpty();
    }

    /** corrections.md 21: a legal end of a file that a master refuses. */
    @Test
    void theEndOfAFinishedFileIsAskedForAsTheStartOfTheNext() throws Exception {
        master.producer = "3 1000";
        master.onAccepted = slave -> master.dialBack(slave)
                .send(
                        set(BinlogPosition.parse("2:262200"), "first"),
                        set(
                                new BinlogPosition(3, BlockLayout.endOf(0, 34 + Wire.resp("SET", "first", "v").length)),
                                "2nd"));
        try (ReplicationSession session = follow("2:262200")) {
            assertThat(take(session, 2)).allMatch(item -> item.end().filenum() == 3);
            assertThat(master.asked()).extracting(ScriptedMaster.Asked::from).containsExactly(new BinlogPosition(3, 0));
        }
    }

    @Test
    void theEndOfAFileThatIsAlsoTheEndOfTheBinlogIsWaitedAt() throws Exception {
        master.producer = "2 262200";
        master.onAccepted = slave -> master.dialBack(slave).send(set(BinlogPosition.parse("2:262200"), "first"));
        try (ReplicationSession session = follow("2:262200")) {
            assertThat(session.next(Duration.ofMillis(300))).isEmpty();
            assertThat(master.asked()).isEmpty();
            BinlogPosition end =
                    new BinlogPosition(3, BlockLayout.endOf(0, 34 + Wire.resp("SET", "first", "v").length));
            master.producer = end.filenum() + " " + end.offset();
            assertThat(take(session, 1).get(0).end()).isEqualTo(end);
        }
    }

    @Test
    void aPositionThatIsRefusedWithoutReasonIsCorrupt() {
        master.producer = "2 5000";
        master.answer = asked -> Optional.of("-ERR InvalidOffset\r\n");
        assertThatThrownBy(() -> follow("2:500")).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.BINLOG_CORRUPT));
    }

    /** §6.3: a slave's items carry the positions of its own master. */
    @Test
    void aSourceThatIsItselfASlaveIsFollowedByLength() throws Exception {
        master.role = "slave";
        master.producer = "2 5000";
        master.onAccepted = slave -> master.dialBack(slave)
                .send(set(BinlogPosition.parse("77:9"), "a"), set(BinlogPosition.parse("99:9"), "b"));
        long length = 34 + Wire.resp("SET", "a", "v").length;
        try (ReplicationSession session = follow("2:500")) {
            assertThat(take(session, 2))
                    .extracting(item -> item.end().offset())
                    .containsExactly(BlockLayout.endOf(500, length), BlockLayout.endOf(508 + length, length));
        }
    }

    /** P8, and P1: the master is never kept waiting, and nothing is lost or reordered. */
    @Test
    void aConsumerThatStallsFillsTheDiskAndNotTheHeap() throws Exception {
        int count = 60_000;
        List<byte[]> frames = sets(BinlogPosition.parse("0:0"), count);
        master.fileSize = 1L << 30;
        master.producer = "0 100000000";
        CompletableFuture<Void> sent = new CompletableFuture<>();
        master.onAccepted = slave -> {
            ScriptedMaster.Dialled open = master.dialBack(slave).send(Wire.concat(array(frames)));
            sent.complete(null);
        };
        Path spool = directory.resolve("binlog-spool");
        try (ReplicationSession session = follow("0:0", new ItemSpool.Limits(100_000, 1 << 20, 0))) {
            sent.join(); // without anybody having taken one
            await().until(() -> spool.toFile().list().length >= 2);
            List<BinlogItem> items = take(session, count);
            BinlogPosition at = BinlogPosition.START;
            for (int i = 0; i < count; i++) {
                at = new BinlogPosition(0, BlockLayout.endOf(at.offset(), frames.get(i).length - 6));
                assertThat(items.get(i).end()).isEqualTo(at);
            }
            assertThat(spool.toFile().list()).isEmpty();
        }
    }

    /** 2.3: an MSET in two pieces of the network, with a silence between them. */
    @Test
    void anMsetCutInTwoByTheNetworkIsOneItem() throws Exception {
        master.close();
        master = new ScriptedMaster(Generation.A);
        byte[] first = Wire.array(7, 1, 0, 0, "set", "a", "1");
        byte[] second = Wire.array(7, 1, 0, 0, "set", "b", "2");
        long end = BlockLayout.endOf(0, first.length + second.length);
        master.producer = "0 " + end;
        CompletableFuture<ScriptedMaster.Dialled> connection = new CompletableFuture<>();
        master.onAccepted = slave -> {
            connection.complete(master.dialBack(slave).send(first));
        };
        try (ReplicationSession session = follow("0:0")) {
            ScriptedMaster.Dialled open = connection.join();
            assertThat(session.next(Duration.ofMillis(300))).isEmpty();
            open.send(second);
            BinlogItem item = take(session, 1).get(0);
            assertThat(item.content()).isEqualTo(Wire.concat(first, second));
            assertThat(item.end()).isEqualTo(new BinlogPosition(0, end));
        }
    }

    @Test
    void closingBreaksAWaitingNextAndGivesThePortsBack() throws Exception {
        master.producer = "2 500";
        master.onAccepted = slave -> master.dialBack(slave);
        ReplicationSession session = follow("2:500");
        CompletableFuture<Optional<BinlogItem>> waiting = CompletableFuture.supplyAsync(() -> {
            try {
                return session.next(Duration.ofMinutes(1));
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
        session.close();
        session.close();
        assertThat(waiting.join()).isEmpty();
        int port = master.asked().get(0).base() + 1_000;
        await().until(() -> {
            try (Socket probe = new Socket()) {
                probe.connect(new InetSocketAddress("127.0.0.1", port));
                return false;
            } catch (IOException e) {
                return true;
            }
        });
    }
}
