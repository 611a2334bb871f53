package io.pikaferry.worker.master.dialback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.fixture.Fixtures;
import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class ItemAssemblerTest {

    private static final long FILE_SIZE = 200_000;

    @TempDir
    Path directory;

    private final List<BinlogItem> ready = new ArrayList<>();

    /** P1, P2: resuming at any end skips nothing and repeats nothing, so not one may be wrong. */
    @ParameterizedTest
    @CsvSource({
        "wire-3.0.16, 262144, 1, 641",
        "wire-2.3.6, 262144, 1, 614",
        "pika-3.0.16, 104857600, 1, 2299",
        "pika-2.3.6, 104857600, 1, 2292",
        // without belief in what items say of themselves: by lengths and binlog-file-size alone
        "wire-3.0.16, 262144, -1, 641",
        "pika-3.0.16, 104857600, -1, 2299",
        // filler only
        "pika-3.0.16-slave, 104857600, 1, 5"
    })
    void everyEndIsWhereTheMastersFilesHaveIt(String recording, long fileSize, long ownServerId, int items)
            throws Exception {
        List<BinlogFiles.LoggedRecord> records =
                BinlogFiles.read(Fixtures.unzip("master/binlog-" + recording, directory));
        assertThat(records).hasSize(items);
        boolean framed = recording.contains("3.0");
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        records.forEach(record -> stream.writeBytes(framed ? Wire.frame(2, record.bytes) : record.bytes));

        ItemAssembler assembler =
                new ItemAssembler(StreamId.ONLY, BinlogPosition.START, fileSize, ownServerId, ready::add);
        WireDecoder decoder = framed ? new FrameDecoder() : new RespStreamDecoder();
        BinlogPosition producer = records.get(records.size() - 1).end;
        for (WireMessage message : Wire.decode(decoder, stream.toByteArray(), new Random(7))) {
            assertThat(assembler.isBehind(producer)).isTrue();
            assembler.add((WireItem) message);
        }
        assertThat(assembler.isBehind(producer)).isFalse();
        assembler.producerSeenAt(producer, true);

        assertThat(assembler.isBehind(producer)).isFalse();
        assertThat(assembler.holds()).isFalse();
        assertThat(ready.stream().map(BinlogItem::end))
                .containsExactlyElementsOf(
                        records.stream().map(record -> record.end).toList());
    }

    /** The recorded session, which is what a slave really saw. */
    @ParameterizedTest
    @CsvSource({"3.0.16, 641, 3:163420", "2.3.6, 614, 3:28629"})
    void aRecordedSessionEndsAtTheMastersOwnPosition(String version, int items, String end) throws Exception {
        byte[] stream = Transcript.read("incremental-" + version).bytes("binlog", 1, "m2s");
        WireDecoder decoder = version.startsWith("2") ? new RespStreamDecoder() : new FrameDecoder();
        ItemAssembler assembler = new ItemAssembler(StreamId.ONLY, BinlogPosition.START, 262_144, 1, ready::add);
        for (WireMessage message : Wire.decode(decoder, stream, new Random(3))) {
            if (message instanceof WireItem item) {
                assembler.add(item);
            }
        }
        assembler.producerSeenAt(BinlogPosition.parse(end), true);
        assertThat(ready).hasSize(items);
        assertThat(assembler.end()).hasToString(end);
    }

    /** What a master sent on a connection of a recorded case, given to an assembler that wants to go on there. */
    private ItemAssembler replay(String version, String name, int connection, String from) throws Exception {
        byte[] stream = Transcript.read("errors-" + version).ofCase(name).bytes("binlog", connection, "m2s");
        WireDecoder decoder = version.startsWith("2") ? new RespStreamDecoder() : new FrameDecoder();
        ItemAssembler assembler = new ItemAssembler(StreamId.ONLY, BinlogPosition.parse(from), 4096, 1, ready::add);
        for (WireMessage message : Wire.decode(decoder, stream, new Random(5))) {
            if (message instanceof WireItem item) {
                assembler.add(item);
            }
        }
        return assembler;
    }

    /** The end of a finished file, asked for as the start of the next one. */
    @ParameterizedTest
    @CsvSource({"3.0.16, 22:4495, 23:779 23:853 23:928 23:1004", "2.3.6, 22:4615, 23:803 23:901 23:1000 23:1100"})
    void aRecordedStreamFromTheEndOfAFile(String version, String from, String expected) throws Exception {
        ItemAssembler assembler = replay(version, "next_file_instead", 1, from);
        assembler.producerSeenAt(BinlogPosition.parse(expected.substring(expected.lastIndexOf(' ') + 1)), true);
        assertThat(String.join(" ", ends())).isEqualTo(expected);
    }

    /** P1: a master that is asked for a place within an item begins with the next one, and says nothing. */
    @ParameterizedTest
    @CsvSource({"3.0.16, 23:789", "2.3.6, 23:813"})
    void aRecordedStreamThatBeginsTooLateIsAGap(String version, String from) {
        assertThatThrownBy(() -> replay(version, "mid_item", 2, from))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP));
    }

    /** P1: the first write after a broken connection is lost, and the second dialling goes on after it (§8.3). */
    @ParameterizedTest
    @CsvSource({"3.0.16, 23:1004", "2.3.6, 23:1100"})
    void theRecordedLossAfterADialAgainIsAGap(String version, String from) {
        assertThatThrownBy(() -> replay(version, "redial_loss", 3, from))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP));
    }

    private ItemAssembler assembler(String from) {
        return new ItemAssembler(StreamId.ONLY, BinlogPosition.parse(from), FILE_SIZE, 1, ready::add);
    }

    private static WireItem item(String start, int length) {
        return new WireItem(BinlogPosition.parse(start), 1, 7, new byte[length - 34], length + 6, length, false);
    }

    private static WireItem set(String start, int length) {
        return new WireItem(BinlogPosition.parse(start), 1, 7, new byte[length], length, length, true);
    }

    private static WireItem silent(int length) {
        return new WireItem(null, 2, 0, new byte[length], length, length, false);
    }

    private List<String> ends() {
        return ready.stream().map(item -> item.end().toString()).toList();
    }

    @Test
    void fragmentsCostTheirHeaders() {
        assertThat(BlockLayout.endOf(0, 0)).isEqualTo(8);
        assertThat(BlockLayout.endOf(0, 100)).isEqualTo(108);
        assertThat(BlockLayout.endOf(0, 65_528)).isEqualTo(65_536);
        assertThat(BlockLayout.endOf(0, 65_529)).isEqualTo(65_545);
        assertThat(BlockLayout.endOf(65_530, 100)).isEqualTo(65_536 + 108);
        assertThat(BlockLayout.endOf(65_528, 100)).isEqualTo(65_536 + 108);
        assertThat(BlockLayout.endOf(65_527, 100)).isEqualTo(65_536 + 107);
        assertThat(BlockLayout.endOf(10, 200_000)).isEqualTo(10 + 200_000 + 4 * 8);
    }

    @Test
    void aMissingItemIsAGap() {
        ItemAssembler assembler = assembler("0:0");
        assembler.add(item("0:0", 100));
        assertThatThrownBy(() -> assembler.add(item("0:216", 100)))
                .hasMessage("after the item that ends at 0:108 comes one that says it starts at 0:216")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP));
        assertThat(ends()).containsExactly("0:108");
    }

    /** A position within an item is moved forward by the master, silently (§3.1.2). */
    @Test
    void aStreamThatBeginsLaterThanAskedIsAGap() {
        assertThatThrownBy(() -> assembler("3:500").add(item("3:608", 100)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_GAP));
        assertThat(ready).isEmpty();
    }

    /** The first item of a file says it starts at the end of the one before (§6.4). */
    @Test
    void anItemAfterARollOverIsHeldUntilTheNextOneShowsWhereItLies() {
        ItemAssembler assembler = assembler("4:200510");
        assembler.add(item("4:200510", 1_000));
        assertThat(assembler.holds()).isTrue();
        assembler.add(item("5:1008", 1_000));
        assertThat(ends()).containsExactly("5:1008", "5:2016");
    }

    @Test
    void anItemAfterARollOverIsSettledByTheMastersOwnPosition() {
        ItemAssembler assembler = assembler("4:200510");
        assembler.add(item("4:200510", 1_000));
        assembler.producerSeenAt(BinlogPosition.parse("5:2016"), true);
        assembler.producerSeenAt(BinlogPosition.parse("5:1008"), false);
        assertThat(ready).isEmpty();
        assembler.producerSeenAt(BinlogPosition.parse("5:1008"), true);
        assertThat(ends()).containsExactly("5:1008");
    }

    /** binlog-file-size was larger when that file was written. */
    @Test
    void aFileThatGoesOnBeyondTheLimitIsBelieved() {
        ItemAssembler assembler = assembler("4:200510");
        assembler.add(item("4:200510", 1_000));
        assembler.add(item("4:201518", 1_000));
        assembler.add(item("4:202526", 1_000));
        assembler.producerSeenAt(BinlogPosition.parse("4:203534"), true);
        assertThat(ends()).containsExactly("4:201518", "4:202526", "4:203534");
    }

    /** binlog-file-size was smaller when that file was written. */
    @Test
    void aFileThatEndedBeforeTheLimitIsBelieved() {
        ItemAssembler assembler = assembler("4:1000");
        assembler.add(item("4:1000", 100));
        assembler.add(item("5:108", 100));
        assertThat(assembler.end()).hasToString("5:216");
    }

    /** The place was named as the start of the next file, as the master refuses its other name. */
    @Test
    void theFirstItemOfAFileThatWasAskedForByItsStart() {
        ItemAssembler assembler = assembler("5:0");
        assembler.add(item("4:200510", 1_000));
        assertThat(ends()).containsExactly("5:1008");
        assembler.add(item("5:1008", 1_000));
        assertThat(assembler.end()).hasToString("5:2016");
    }

    @Test
    void theSetsOfAnMsetAreOneItem() {
        ItemAssembler assembler = assembler("0:0");
        assembler.add(set("0:0", 80));
        assembler.add(set("0:0", 90));
        assembler.add(set("0:0", 70));
        assertThat(ready).isEmpty();
        assembler.add(item("0:248", 100));
        assertThat(ends()).containsExactly("0:248", "0:356");
        assertThat(ready.get(0).content()).hasSize(240);
    }

    /** P1: what is asked for there would be rounded up to the next item. */
    @Test
    void anMsetThatIsNotWholeIsNotGivenOut() {
        ItemAssembler assembler = assembler("0:0");
        assembler.add(set("0:0", 80));
        assembler.add(set("0:0", 90));
        assembler.producerSeenAt(BinlogPosition.parse("0:248"), true);
        assertThat(ready).isEmpty();
        assembler.add(set("0:0", 70));
        assembler.producerSeenAt(BinlogPosition.parse("0:248"), true);
        assertThat(ends()).containsExactly("0:248");
    }

    /** The first item of the next file may be as long, so its end proves nothing. */
    @Test
    void aSetIsNotTakenForTheFirstOfTheNextFile() {
        ItemAssembler assembler = assembler("0:1000");
        assembler.add(set("0:1000", 80));
        assembler.producerSeenAt(BinlogPosition.parse("1:88"), true);
        assertThat(ready).isEmpty();
        assembler.producerSeenAt(BinlogPosition.parse("0:1088"), true);
        assertThat(ends()).containsExactly("0:1088");
    }

    @Test
    void setsOfDifferentItemsStayApart() {
        ItemAssembler assembler = assembler("0:0");
        assembler.add(set("0:0", 80));
        assembler.add(set("0:88", 80));
        assembler.producerSeenAt(BinlogPosition.parse("0:176"), true);
        assertThat(ends()).containsExactly("0:88", "0:176");
    }

    @Test
    void anMsetAfterARollOver() {
        ItemAssembler assembler = assembler("4:200510");
        assembler.add(set("4:200510", 80));
        assembler.add(set("4:200510", 80));
        assembler.add(set("5:168", 80));
        assembler.producerSeenAt(BinlogPosition.parse("5:256"), true);
        assertThat(ends()).containsExactly("5:168", "5:256");
    }

    /** §8.7: the peer's items have no start, or one of the peer's own log. */
    @Test
    void itemsOfAnotherInstanceGoByLengthAlone() {
        ItemAssembler assembler = assembler("0:0");
        assembler.add(silent(92));
        assembler.add(new WireItem(BinlogPosition.parse("77:5"), 2, 7, new byte[58], 98, 92, false));
        assembler.add(item("0:200", 92));
        assertThat(ends()).containsExactly("0:100", "0:200", "0:300");
    }

    @Test
    void itemsOfAnotherInstanceRollByBinlogFileSize() {
        ItemAssembler assembler = assembler("4:199990");
        assembler.add(silent(92));
        assembler.add(silent(92));
        assembler.add(item("5:100", 92));
        assertThat(ends()).containsExactly("4:200090", "5:100", "5:200");
    }
}
