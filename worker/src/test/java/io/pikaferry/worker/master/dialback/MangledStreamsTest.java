package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.fixture.Mangling;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Streams of 2.3 and 3.0 that are damaged, and arrive in pieces. */
@Timeout(60)
class MangledStreamsTest {

    private static final String SET = "*3\r\n$3\r\nset\r\n$2\r\nk1\r\n$2\r\nv1\r\n";

    @Test
    void aMangledStreamOf30EndsWithACodedError() {
        ByteBuffer item = ByteBuffer.allocate(34 + SET.length()).order(ByteOrder.LITTLE_ENDIAN);
        item.putShort((short) 1)
                .putInt(1_700_000_000)
                .putInt(7)
                .putLong(5)
                .putInt(0)
                .putLong(0);
        item.putInt(SET.length()).put(SET.getBytes(ISO_8859_1));
        byte[] auth = "*2\r\n$4\r\nauth\r\n$1\r\n7\r\n".getBytes(ISO_8859_1);
        byte[] framed = joined(frame(1, auth), frame(2, item.array()), frame(2, joined(item.array(), item.array())));

        Mangling.check(List.of(framed), 3000, MangledStreamsTest::isMeant, bytes -> read(FrameDecoder::new, bytes));
    }

    @Test
    void aMangledStreamOf23EndsWithACodedError() {
        ByteBuffer info = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        info.putInt(1_700_000_000).putInt(0).putLong(0);
        String array = "*7\r\n$3\r\nset\r\n$2\r\nk1\r\n$2\r\nv1\r\n$14\r\n__PIKA_X#$SKGI\r\n$1\r\n7\r\n$16\r\n"
                + new String(info.array(), ISO_8859_1) + "\r\n$1\r\n1\r\n";
        byte[] stream = ("*2\r\n$4\r\nauth\r\n$1\r\n7\r\n" + array + array + array).getBytes(ISO_8859_1);

        Mangling.check(
                List.of(stream), 3000, MangledStreamsTest::isMeant, bytes -> read(RespStreamDecoder::new, bytes));
    }

    @Test
    void textsOfASourceAreReadOrRefused() {
        List<byte[]> infos = Stream.of("3\n10.0.0.1\n9221\n7\n12345\n", "0\nhost\n1\n4294967295\n9223372036854775807\n")
                .map(text -> text.getBytes(ISO_8859_1))
                .toList();
        Mangling.check(
                infos,
                3000,
                e -> e instanceof FerryException known && known.code() == ErrorCode.SNAPSHOT_INCOMPLETE,
                bytes -> DumpInfo.parse(new String(bytes, ISO_8859_1).lines().toList()));
        Mangling.check(List.of("3 163420".getBytes(ISO_8859_1)), 3000, e -> false, bytes -> {
            ProducerStatus.position(new String(bytes, ISO_8859_1));
        });
    }

    private static boolean isMeant(Exception e) {
        return e instanceof MalformedStreamException
                || e instanceof FerryException known && known.code() == ErrorCode.BINLOG_GAP;
    }

    /** As a connection does: with what has arrived so far, again and again. */
    private static void read(Supplier<WireDecoder> decoders, byte[] bytes) throws MalformedStreamException {
        WireDecoder decoder = decoders.get();
        ItemAssembler assembler = new ItemAssembler(StreamId.ONLY, new BinlogPosition(0, 0), 100 << 20, 7, item -> {});
        Random random = new Random(bytes.length);
        int from = 0;
        int to = 0;
        while (true) {
            Optional<WireMessage> message = decoder.decode(bytes, from, to);
            if (message.isPresent()) {
                if (message.get().wireLength() < 1 || message.get().wireLength() > to - from) {
                    throw new IllegalStateException(
                            "a message of " + message.get().wireLength() + " bytes");
                }
                from += message.get().wireLength();
                if (message.get() instanceof WireItem item) {
                    assembler.add(item);
                }
            } else if (to == bytes.length) {
                return;
            } else {
                to = Math.min(bytes.length, to + 1 + random.nextInt(40));
            }
        }
    }

    private static byte[] frame(int type, byte[] body) {
        ByteBuffer frame = ByteBuffer.allocate(6 + body.length).order(ByteOrder.LITTLE_ENDIAN);
        return frame.putShort((short) type).putInt(body.length).put(body).array();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
