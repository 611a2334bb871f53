package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.UnknownFieldSet;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.fixture.Mangling;
import io.pikaferry.worker.master.ServerInfo;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.FileResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncResponse;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncStatus;
import io.pikaferry.worker.master.protobuf.wire.RsyncService.RsyncType;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a master of 3.1 – 4.0 sends, damaged: frames, messages in them, items in those. */
@Timeout(60)
class MangledMessagesTest {

    private static final Set<ErrorCode> MEANT =
            Set.of(ErrorCode.BINLOG_CORRUPT, ErrorCode.BINLOG_GAP, ErrorCode.SOURCE_PROTOCOL);
    private static final int RSYNC_LIMIT = 64 << 20;

    @TempDir
    Path directory;

    private static byte[] item(long offset) {
        byte[] content = "*3\r\n$3\r\nset\r\n$2\r\nk1\r\n$2\r\nv1\r\n".getBytes(ISO_8859_1);
        ByteBuffer item = ByteBuffer.allocate(34 + content.length).order(ByteOrder.LITTLE_ENDIAN);
        item.putShort((short) 1)
                .putInt(1_700_000_000)
                .putInt(7)
                .putLong(5)
                .putInt(0)
                .putLong(offset);
        return item.putInt(content.length).put(content).array();
    }

    private static InnerResponse.Builder items() {
        InnerResponse.Builder response =
                InnerResponse.newBuilder().setType(Type.BINLOG_SYNC).setCode(StatusCode.OK);
        long end = 0;
        for (int i = 0; i < 3; i++) {
            byte[] item = item(end);
            end = LogContinuity.append(end, item.length);
            response.addBinlogSync(InnerResponse.BinlogSync.newBuilder()
                    .setSlot(Slot.newBuilder().setDbName("db0").setSlotId(0))
                    .setBinlogOffset(BinlogOffset.newBuilder().setFilenum(0).setOffset(end))
                    .setBinlog(ByteString.copyFrom(item))
                    .setSessionId(1));
        }
        return response;
    }

    private static InnerResponse metaSync() {
        return InnerResponse.newBuilder()
                .setType(Type.META_SYNC)
                .setCode(StatusCode.OK)
                .setReply("ok")
                .setMetaSync(InnerResponse.MetaSync.newBuilder()
                        .setClassicMode(true)
                        .addDbsInfo(InnerResponse.MetaSync.DBInfo.newBuilder()
                                .setDbName("db0")
                                .setSlotNum(1)))
                .setUnknownFields(UnknownFieldSet.newBuilder()
                        .addField(
                                77,
                                UnknownFieldSet.Field.newBuilder()
                                        .addVarint(5)
                                        .addGroup(UnknownFieldSet.newBuilder()
                                                .addField(
                                                        1,
                                                        UnknownFieldSet.Field.newBuilder()
                                                                .addFixed32(3)
                                                                .build())
                                                .build())
                                        .build())
                        .build())
                .build();
    }

    @Test
    void aMangledConnectionEndsWithAnIOExceptionOrACodedError() {
        byte[] wire = concat(Frames.of(metaSync()), Frames.of(items().build()));

        Mangling.check(
                List.of(wire, Frames.of(metaSync()), Frames.of(items().build())),
                1500,
                e -> e instanceof IOException || e instanceof FerryException known && MEANT.contains(known.code()),
                MangledMessagesTest::read);
    }

    /** As MasterLink and BinlogFollower do. */
    private static void read(byte[] bytes) throws IOException, InterruptedException {
        FrameInput frames = new FrameInput(new ByteArrayInputStream(bytes), FrameInput.PIKA_LIMIT);
        Partition partition = new Partition(StreamId.ONLY, "db0");
        LogContinuity log = new LogContinuity(StreamId.ONLY, new BinlogPosition(0, 0), true);
        ResponseReader reader = new ResponseReader(message -> {
            BinlogPosition end = partition.position(message.getBinlogOffset());
            LoggedItem item = LoggedItem.parse(message.getBinlog(), StreamId.ONLY, end);
            log.accept(item.start(), message.getBinlog().size(), end);
            item.contentOf(message.getBinlog());
        });
        for (Optional<InputStream> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
            reader.read(frame.get());
        }
    }

    /** An offset that a Java long cannot hold used to count as a bug of ours. */
    @Test
    void anOffsetBeyondEveryLogIsTheSourcesFault() {
        Partition partition = new Partition(StreamId.ONLY, "db0");

        assertThatThrownBy(() -> partition.position(
                        BinlogOffset.newBuilder().setFilenum(1).setOffset(-1).build()))
                .isInstanceOf(FerryException.class)
                .hasMessageContaining("18446744073709551615");
    }

    @Test
    void aMangledAnswerOfTheRsyncServiceIsAnAnswerOrAnIOException() {
        RsyncResponse part = RsyncResponse.newBuilder()
                .setType(RsyncType.RSYNC_FILE)
                .setReaderIndex(3)
                .setSnapshotUuid("dba520cc")
                .setDbName("db0")
                .setSlotId(0)
                .setCode(RsyncStatus.RSYNC_OK)
                .setFileResp(FileResponse.newBuilder()
                        .setEof(1)
                        .setCount(300)
                        .setOffset(0)
                        .setData(ByteString.copyFrom(new byte[300]))
                        .setChecksum("")
                        .setFilename("strings/000009.sst"))
                .build();

        Predicate<Exception> meant = e -> e instanceof IOException
                || e instanceof FerryException known && known.code() == ErrorCode.SNAPSHOT_CORRUPT;
        Mangling.check(List.of(Frames.of(part)), 2000, meant, bytes -> {
            FrameInput frames = new FrameInput(new ByteArrayInputStream(bytes), RSYNC_LIMIT);
            for (Optional<InputStream> frame = frames.next(); frame.isPresent(); frame = frames.next()) {
                RsyncResponse answer = RsyncResponse.newBuilder()
                        .mergeFrom(CodedInputStream.newInstance(frame.get()), ExtensionRegistryLite.getEmptyRegistry())
                        .buildPartial();
                DumpFileName.resolve(directory, answer.getFileResp().getFilename());
            }
        });
    }

    @Test
    void namesOfADumpsFilesLeadNowhereElse() {
        Mangling.check(
                List.of("strings/000009.sst".getBytes(ISO_8859_1), "info".getBytes(ISO_8859_1)),
                1000,
                e -> e instanceof FerryException known && known.code() == ErrorCode.SNAPSHOT_CORRUPT,
                bytes -> {
                    Path file = DumpFileName.resolve(directory, new String(bytes, ISO_8859_1));
                    if (!file.normalize().startsWith(directory)) {
                        throw new IllegalStateException(file + " is elsewhere");
                    }
                });
    }

    @Test
    void theInfoOfADumpIsReadOrRefused() {
        Mangling.check(
                List.of("3\n10.0.0.1\n9221\n7\n12345\n".getBytes(ISO_8859_1)),
                1000,
                e -> e instanceof FerryException known && known.code() == ErrorCode.SNAPSHOT_INCOMPLETE,
                DumpInfo::parse);
    }

    @Test
    void positionsInATextAreReadOrPassedOver() {
        Mangling.check(
                List.of("db0:binlog_offset=3 163420,safety_purge=none\n(db0:3) binlog_offset=0 71,x"
                        .getBytes(ISO_8859_1)),
                1500,
                e -> false,
                bytes -> ProducerPositions.in(ServerInfo.parse(new String(bytes, ISO_8859_1))));
    }

    /** The checksum is right; only what it covers is not. */
    @Test
    void aMangledEditOfAManifestIsReadOrRefused() {
        byte[] edit = {1, 3, 'c', 'm', 'p', 3, 9, 103, 1, 9, 50, 1, 'a', 1, 'b', 1, 2, 5, 1, 7, 1, 6, 0, 8};
        Path manifest = directory.resolve("MANIFEST-000004");

        Mangling.check(List.of(edit), 300, IOException.class::isInstance, bytes -> {
            int length = Math.min(bytes.length, 30_000);
            ByteBuffer log = ByteBuffer.allocate(7 + length).order(ByteOrder.LITTLE_ENDIAN);
            log.position(4);
            log.putShort((short) length).put((byte) 1).put(bytes, 0, length);
            CRC32C crc = new CRC32C();
            crc.update(log.array(), 6, 1 + length);
            log.putInt(0, Integer.rotateRight((int) crc.getValue(), 15) + 0xa282ead8);
            Files.write(manifest, log.array());
            ManifestFiles.live(manifest);
        });
    }

    private static byte[] concat(byte[] first, byte[] second) {
        return ByteBuffer.allocate(first.length + second.length)
                .put(first)
                .put(second)
                .array();
    }
}
