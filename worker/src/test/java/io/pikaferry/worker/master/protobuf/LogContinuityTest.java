package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class LogContinuityTest {

    private static final StreamId STREAM = new StreamId(0, 0);

    private static BinlogPosition at(long file, long offset) {
        return new BinlogPosition(file, offset);
    }

    /** The ends are those of the manifests beside the recordings, whose files were compared byte for byte. */
    @ParameterizedTest
    @CsvSource({
        "3.1.1, 3:163509, 0:74358",
        "3.4.0, 3:163420, 0:74346",
        "3.5.5, 4:163946, 0:74779",
        "4.0.1, 4:163871, 0:74384"
    })
    void aRecordedLogHasNoGap(String version, String endOfDb0, String endOfDb1) {
        Transcript recorded = Transcript.load("incremental-" + version);
        Map<StreamId, List<InnerResponse.BinlogSync>> items = recorded.items();
        Map<StreamId, String> ends = Map.of(new StreamId(0, 0), endOfDb0, new StreamId(1, 0), endOfDb1);
        assertThat(items.keySet()).isEqualTo(ends.keySet());

        items.forEach((stream, ofStream) -> {
            LogContinuity log = new LogContinuity(stream, recorded.began().get(stream), true);
            for (InnerResponse.BinlogSync item : ofStream) {
                BinlogPosition end = Transcript.position(item.getBinlogOffset());
                LoggedItem header = LoggedItem.parse(item.getBinlog(), stream, end);
                log.accept(header.start(), item.getBinlog().size(), end);
            }
            assertThat(log.end()).hasToString(ends.get(stream));
        });
    }

    @ParameterizedTest
    @CsvSource({"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void everyItemThatIsTakenOutOfARecordedLogIsMissed(String version) {
        Transcript recorded = Transcript.load("incremental-" + version);
        recorded.items().forEach((stream, ofStream) -> {
            for (int missing = 0; missing + 1 < ofStream.size(); missing++) {
                LogContinuity log = new LogContinuity(stream, recorded.began().get(stream), true);
                int lost = missing;
                assertThatThrownBy(() -> {
                            for (int i = 0; i < lost + 2; i++) {
                                if (i != lost) {
                                    InnerResponse.BinlogSync item = ofStream.get(i);
                                    BinlogPosition end = Transcript.position(item.getBinlogOffset());
                                    LoggedItem header = LoggedItem.parse(item.getBinlog(), stream, end);
                                    log.accept(header.start(), item.getBinlog().size(), end);
                                }
                            }
                        })
                        .as("without item %d of %s", lost, stream)
                        .isInstanceOf(FerryException.class);
            }
        });
    }

    @ParameterizedTest
    @CsvSource({
        "0, 63, 71", // fits
        "65400, 128, 65536", // fills the block
        "65400, 129, 65545", // one byte in the next
        "65528, 10, 65554", // 8 left: a fragment of nothing
        "65529, 10, 65554", // 7 left: filled up
        "65535, 10, 65554",
        "65527, 10, 65553", // 9 left: a fragment of one byte
        "0, 200000, 200032", // four fragments
    })
    void anItemIsAppendedInFragments(long offset, int size, long end) {
        assertThat(LogContinuity.append(offset, size)).isEqualTo(end);
    }

    @Test
    void anItemTooFarOnIsAGap() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 0), true);
        log.accept(at(0, 0), 63, at(0, 71));

        assertThatThrownBy(() -> log.accept(at(0, 142), 63, at(0, 213)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP))
                .hasMessage("items are missing in db0.0 between 0:71 and the one that ends at 0:213: "
                        + "it should end at offset 142");
    }

    @Test
    void anItemThatComesAgainIsAGap() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 0), true);
        log.accept(at(0, 0), 63, at(0, 71));
        assertThatThrownBy(() -> log.accept(at(0, 0), 63, at(0, 71))).isInstanceOf(FerryException.class);
    }

    @Test
    void aPositionWithinAnItemIsToldFromAGap() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 10), true);
        assertThatThrownBy(() -> log.accept(at(0, 71), 63, at(0, 142)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT))
                .hasMessageContaining("0:10 of db0.0 is not the border of an item");
    }

    @Test
    void theLogGoesOnAtTheBeginningOfTheNextFile() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 300_000), true);
        log.accept(at(0, 300_000), 63, at(1, 71));
        assertThat(log.end()).isEqualTo(at(1, 71));
    }

    @Test
    void whatWasLostAtTheEndOfAFileShowsInTheNextHeader() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 0), true);
        log.accept(at(0, 0), 63, at(0, 71));
        assertThatThrownBy(() -> log.accept(at(0, 142), 63, at(1, 71)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP))
                .hasMessageContaining("follows 0:142");
    }

    @Test
    void aFileIsNotSkipped() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 71), true);
        assertThatThrownBy(() -> log.accept(at(0, 71), 63, at(2, 71))).isInstanceOf(FerryException.class);
        LogContinuity other = new LogContinuity(STREAM, at(0, 71), true);
        assertThatThrownBy(() -> other.accept(at(0, 71), 63, at(1, 142))).isInstanceOf(FerryException.class);
    }

    /** A slave of 3.x logs items with the headers of its own master (replication.md §6.3). */
    @Test
    void headersOfAnotherServerDoNotCount() {
        LogContinuity log = new LogContinuity(STREAM, at(0, 0), false);
        assertThatCode(() -> {
                    log.accept(at(7, 1_000), 63, at(0, 71));
                    log.accept(at(7, 1_071), 63, at(1, 71));
                })
                .doesNotThrowAnyException();
    }
}
