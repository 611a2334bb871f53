package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real masters answered when something was wrong ({@code errors.jsonl} of the recordings). */
@Timeout(120)
class RecordedErrorsTest {

    private static final StreamId DB0 = new StreamId(0, 0);
    private static final String PASSWORD = "s3cret-pw";

    @TempDir
    Path directory;

    private RecordedMaster master(String version, String testCase) throws Exception {
        Transcript all = Transcript.load("errors-" + version);
        Transcript wanted = all.ofCase(testCase);
        List<Transcript.Line> others = all.ofCase("already_exist").of("repl").lines();
        int first = others.get(0).number(); // registered without trouble
        List<Transcript.Line> registration =
                others.stream().filter(line -> line.number() == first).toList();
        return new RecordedMaster(
                version,
                new Transcript(Stream.concat(wanted.lines().stream(), registration.stream())
                        .toList()),
                Optional.of(PASSWORD));
    }

    private Master dial(RecordedMaster recorded) throws InterruptedException {
        return dial(recorded, recorded.access());
    }

    private Master dial(RecordedMaster recorded, SourceAccess access) throws InterruptedException {
        assertThat(recorded.unanswered()).isEmpty();
        return Dial.masters(Dial.QUICK).dial(access, directory.resolve("job"));
    }

    /** The position that the recorded slave asked for in its nth TrySync. */
    private static BinlogPosition asked(String version, String testCase, int n) {
        List<InnerRequest> tries = Transcript.load("errors-" + version).ofCase(testCase).of("repl").lines().stream()
                .filter(line -> line.isMessage() && !line.fromMaster())
                .map(Transcript.Line::request)
                .filter(InnerRequest::hasTrySync)
                .toList();
        return Transcript.position(tries.get(n).getTrySync().getBinlogOffset());
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void aWrongPasswordIsRefused(String version) throws Exception {
        try (RecordedMaster recorded = master(version, "wrong_password")) {
            SourceAccess wrong = new SourceAccess(recorded.access().endpoint(), Optional.of(Bytes.utf8("wrong")));
            assertThatThrownBy(() -> dial(recorded, wrong))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_AUTH));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void aFormerSessionIsWaitedFor(String version) throws Exception {
        Transcript recorded =
                Transcript.load("errors-" + version).ofCase("already_exist").of("repl");
        List<Transcript.Line> fromTheRefusalOn = recorded.lines().stream()
                .filter(line -> line.isMessage()
                        && line.number() > recorded.lines().get(0).number())
                .toList();
        try (RecordedMaster master =
                        new RecordedMaster(version, new Transcript(fromTheRefusalOn), Optional.of(PASSWORD));
                Master opened = dial(master)) {
            assertThat(opened.info().streams()).contains(DB0);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "3.1.1, filenum_too_large, SOURCE_WENT_BACK",
        "3.1.1, offset_too_large, SOURCE_WENT_BACK",
        "3.1.1, purged, BINLOG_PURGED",
        "3.4.0, filenum_too_large, SOURCE_WENT_BACK",
        "3.4.0, offset_too_large, SOURCE_WENT_BACK",
        "3.4.0, purged, BINLOG_PURGED",
        "3.4.0, mid_item, BINLOG_CORRUPT",
        "3.5.5, filenum_too_large, SOURCE_WENT_BACK",
        "3.5.5, offset_too_large, SOURCE_WENT_BACK",
        "3.5.5, purged, BINLOG_PURGED",
        "3.5.5, mid_item, BINLOG_CORRUPT",
        "4.0.1, filenum_too_large, SOURCE_WENT_BACK",
        "4.0.1, offset_too_large, SOURCE_WENT_BACK",
        "4.0.1, purged, BINLOG_PURGED",
        "4.0.1, mid_item, BINLOG_CORRUPT"
    })
    void aPositionThatTheMasterCannotServeIsCoded(String version, String testCase, ErrorCode code) throws Exception {
        try (RecordedMaster recorded = master(version, testCase);
                Master opened = dial(recorded)) {
            assertThatThrownBy(() -> opened.follow(Map.of(DB0, asked(version, testCase, 0))))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(code));
        }
    }

    /** 3.1.1 takes a position inside an item and begins with the next one: that item's end gives it away. */
    @ParameterizedTest
    @ValueSource(strings = "3.1.1")
    void aPositionInsideAnItemShowsWithTheFirstItem(String version) throws Exception {
        try (RecordedMaster recorded = master(version, "mid_item");
                Master opened = dial(recorded)) {
            ReplicationSession session = opened.follow(Map.of(DB0, asked(version, "mid_item", 0)));
            assertThatThrownBy(() -> session.next(Duration.ofSeconds(20)))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT));
        }
    }

    /** corrections.md 21 */
    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void theEndOfAFinishedFileIsAPosition(String version) throws Exception {
        try (RecordedMaster recorded = master(version, "end_of_old_file");
                Master opened = dial(recorded)) {
            opened.follow(Map.of(DB0, asked(version, "end_of_old_file", 0)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0"})
    void aSlotThatIsNotHereIsTold(String version) throws Exception {
        try (RecordedMaster recorded = master(version, "unknown_db")) {
            Requests requests = new Requests("127.0.0.1", 2);
            Partition elsewhere = new Partition(new StreamId(0, 7), "db0");
            try (MasterLink link = MasterLink.open(
                    "master",
                    new InetSocketAddress(
                            "127.0.0.1", recorded.access().endpoint().port() + 2000),
                    Optional.empty(),
                    requests,
                    Dial.QUICK.patience())) {
                link.know(elsewhere);
                var reply = link.ask(
                        requests.trySync(
                                Slot.newBuilder().setDbName("db0").setSlotId(7).build(),
                                asked(version, "unknown_db", 1)),
                        elsewhere);
                assertThat(reply.getReply()).isEqualTo("Partition not found");
            }
        }
    }

    /** The items of a session whose slave acknowledged in two ranges, the second first. */
    @ParameterizedTest
    @ValueSource(strings = {"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void aRecordedConnectionIsReadByteForByte(String version) throws Exception {
        try (RecordedMaster recorded = master(version, "ack_ranges");
                Master opened = dial(recorded)) {
            BinlogPosition from = asked(version, "ack_ranges", 0);
            ReplicationSession session = opened.follow(Map.of(DB0, from));
            BinlogItem first = session.next(Duration.ofSeconds(20)).orElseThrow();
            assertThat(first.end().isAfter(from)).isTrue();
            assertThat(session.next(Duration.ofSeconds(20))).isPresent();
        }
    }
}
