package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FrameInputTest {

    /** Gives its bytes in pieces of random size, as a network does. */
    private static final class Trickle extends InputStream {
        private final InputStream in;
        private final Random random;

        Trickle(byte[] bytes, Random random) {
            this.in = new ByteArrayInputStream(bytes);
            this.random = random;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            return length == 0 ? 0 : in.read(into, offset, 1 + random.nextInt(Math.min(length, 700)));
        }
    }

    private static InnerResponse randomResponse(Random random) {
        InnerResponse.Builder response = InnerResponse.newBuilder()
                .setType(Type.forNumber(List.of(1, 2, 3, 4, 6).get(random.nextInt(5))))
                .setCode(StatusCode.forNumber(1 + random.nextInt(3)));
        if (random.nextInt(4) == 0) {
            response.setReply("r".repeat(random.nextInt(100)));
        }
        if (random.nextInt(4) == 0) {
            response.setMetaSync(InnerResponse.MetaSync.newBuilder()
                    .setClassicMode(true)
                    .addDbsInfo(InnerResponse.MetaSync.DBInfo.newBuilder()
                            .setDbName("db0")
                            .setSlotNum(1)));
        }
        for (int i = random.nextInt(5); i > 0; i--) {
            byte[] binlog = new byte[random.nextInt(random.nextInt(10) == 0 ? 300_000 : 300)];
            random.nextBytes(binlog);
            response.addBinlogSync(InnerResponse.BinlogSync.newBuilder()
                    .setSlot(Slot.newBuilder().setDbName("db" + i).setSlotId(i))
                    .setBinlogOffset(BinlogOffset.newBuilder().setFilenum(i).setOffset(random.nextLong()))
                    .setBinlog(ByteString.copyFrom(binlog))
                    .setSessionId(random.nextInt()));
        }
        if (random.nextInt(3) == 0) {
            response.setUnknownFields(UnknownFieldSet.newBuilder()
                    .addField(
                            9 + random.nextInt(90),
                            UnknownFieldSet.Field.newBuilder()
                                    .addLengthDelimited(ByteString.copyFrom(new byte[random.nextInt(200)]))
                                    .addVarint(random.nextLong())
                                    .build())
                    .build());
        }
        return response.build();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void messagesSurviveEveryCutAndFieldsOfLaterReleases(long seed) throws Exception {
        Random random = new Random(seed);
        List<InnerResponse> sent = new ArrayList<>();
        ByteArrayOutputStream wire = new ByteArrayOutputStream();
        for (int i = 0; i < 200; i++) {
            InnerResponse response = randomResponse(random);
            sent.add(response);
            wire.writeBytes(Frames.of(response));
        }

        FrameInput frames = new FrameInput(new Trickle(wire.toByteArray(), random), FrameInput.PIKA_LIMIT);
        List<InnerResponse.BinlogSync> items = new ArrayList<>();
        ResponseReader reader = new ResponseReader(items::add);
        for (InnerResponse expected : sent) {
            items.clear();
            InnerResponse rest = reader.read(frames.next().orElseThrow());
            InnerResponse.Builder together = rest.toBuilder().addAllBinlogSync(items);
            assertThat(together.build())
                    .isEqualTo(expected.toBuilder()
                            .setUnknownFields(UnknownFieldSet.getDefaultInstance())
                            .build());
        }
        assertThat(frames.next()).isEmpty();
    }

    @Test
    void bytesThatAreNoMessageAreAnErrorAndNothingElse() throws Exception {
        Random random = new Random(11);
        int refused = 0;
        for (int i = 0; i < 2000; i++) {
            byte[] valid = Frames.of(randomResponse(random));
            byte[] broken = valid.clone();
            for (int k = 1 + random.nextInt(4); k > 0 && broken.length > 4; k--) {
                broken[4 + random.nextInt(broken.length - 4)] ^= (byte) (1 << random.nextInt(8));
            }
            FrameInput frames = new FrameInput(new Trickle(broken, random), FrameInput.PIKA_LIMIT);
            try {
                new ResponseReader(item -> {}).read(frames.next().orElseThrow());
            } catch (IOException e) {
                refused++;
            }
        }
        assertThat(refused).isPositive();
    }

    @Test
    void whatIsLeftOfAFrameIsSkipped() throws Exception {
        byte[] two = {0, 0, 0, 5, 1, 2, 3, 4, 5, 0, 0, 0, 1, 9};
        FrameInput frames = new FrameInput(new ByteArrayInputStream(two), 100);

        InputStream first = frames.next().orElseThrow();
        assertThat(first.read()).isEqualTo(1);
        assertThat(frames.next().orElseThrow().readAllBytes()).containsExactly(9);
        assertThat(frames.next()).isEmpty();
    }

    @Test
    void anEndWithinAFrameIsNotAnEnd() {
        byte[] whole = Frames.of(randomResponse(new Random(5)));
        for (int cut = 1; cut < Math.min(whole.length, 300); cut++) {
            FrameInput frames = new FrameInput(new ByteArrayInputStream(Arrays.copyOf(whole, cut)), 1 << 20);
            assertThatThrownBy(() -> frames.next().orElseThrow().readAllBytes()).isInstanceOf(EOFException.class);
        }
    }

    /** P8: a length costs nothing until its bytes arrive. */
    @Test
    void aHugeLengthAllocatesNothing() throws Exception {
        byte[] almostHalfAGigabyte = {0x1f, (byte) 0xff, (byte) 0xff, 0, 1};
        for (int i = 0; i < 1000; i++) {
            FrameInput frames = new FrameInput(new ByteArrayInputStream(almostHalfAGigabyte), FrameInput.PIKA_LIMIT);
            InputStream body = frames.next().orElseThrow();
            assertThatThrownBy(() -> new ResponseReader(item -> {}).read(body)).isInstanceOf(IOException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {(512 << 20) - 4, 512 << 20, Integer.MAX_VALUE, -1, Integer.MIN_VALUE})
    void aLengthThatPikaItselfWouldRefuseEndsIt(int length) {
        byte[] header = {(byte) (length >>> 24), (byte) (length >>> 16), (byte) (length >>> 8), (byte) length};
        FrameInput frames = new FrameInput(new ByteArrayInputStream(header), FrameInput.PIKA_LIMIT);
        assertThatThrownBy(frames::next)
                .isInstanceOf(FrameInput.OversizedFrame.class)
                .hasMessageContaining(Integer.toUnsignedString(length));
    }
}
