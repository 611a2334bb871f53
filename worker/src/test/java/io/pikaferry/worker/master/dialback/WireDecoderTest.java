package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.model.BinlogPosition;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class WireDecoderTest {

    private static String text(WireMessage message) {
        return new String(((WireItem) message).content(), ISO_8859_1);
    }

    @Test
    void aFrameSaysWhereItsItemStarts() throws Exception {
        byte[] content = Wire.resp("SET", "k", "v");
        List<WireMessage> messages = Wire.decode(
                new FrameDecoder(),
                Wire.concat(
                        Wire.frame(1, Wire.resp("auth", "42")),
                        Wire.frame(2, Wire.item(1_795_373_486, 9, 5, 3, 77_000, content))),
                new Random(1));
        assertThat(messages.get(0)).isEqualTo(new WireMessage.Auth(42, 28));
        WireItem item = (WireItem) messages.get(1);
        assertThat(item.start()).contains(new BinlogPosition(3, 77_000));
        assertThat(item.serverId()).isEqualTo(9);
        assertThat(item.executedAt()).isEqualTo(1_795_373_486);
        assertThat(item.content()).isEqualTo(content);
        assertThat(item.loggedLength()).isEqualTo(34 + content.length);
    }

    /** 3.0.0 – 3.0.4 put an MSET into one frame. */
    @Test
    void aFrameMayHoldSeveralItemsThatAreOneRecord() throws Exception {
        byte[] first = Wire.item(7, 1, 5, 3, 77, Wire.resp("set", "a", "1"));
        byte[] second = Wire.item(7, 1, 5, 3, 77, Wire.resp("set", "b", "22"));
        WireItem item =
                (WireItem) Wire.decode(new FrameDecoder(), Wire.frame(2, Wire.concat(first, second)), new Random(1))
                        .get(0);
        assertThat(item.content()).isEqualTo(Wire.concat(Wire.resp("set", "a", "1"), Wire.resp("set", "b", "22")));
        assertThat(item.loggedLength()).isEqualTo(first.length + second.length);
    }

    @Test
    void fillerSaysNothingOfItsStart() throws Exception {
        byte[] filler = Wire.item(0, 0, 0, 0, 0, "*2\r\n$7\r\npadding\r\n$00003\r\n***\r\n".getBytes(ISO_8859_1));
        WireItem item = (WireItem) Wire.decode(new FrameDecoder(), Wire.frame(2, filler), new Random(1))
                .get(0);
        assertThat(item.start()).isEmpty();
    }

    @Test
    void anArraySaysWhereItsItemStarts() throws Exception {
        byte[] set = Wire.array(1_795_373_486, 1, 3, 0x0a0d_0a0dL, "set", "k\r\n*3\r\n", "v");
        byte[] hset = Wire.array(7, 12, 3, 99, "HSET", "k", "f", "v");
        byte[] peers = Wire.arrayOfPeer(2, "SET", "k", "v");
        List<WireMessage> messages = Wire.decode(
                new RespStreamDecoder(),
                Wire.concat(Wire.resp("auth", "0"), set, hset, peers, Wire.resp("SET", "k", "v")),
                new Random(1));
        assertThat(messages.get(0)).isInstanceOfSatisfying(WireMessage.Auth.class, auth -> assertThat(auth.sid())
                .isZero());
        WireItem first = (WireItem) messages.get(1);
        assertThat(first.start()).contains(new BinlogPosition(3, 0x0a0d_0a0dL));
        assertThat(first.executedAt()).isEqualTo(1_795_373_486);
        assertThat(first.content()).isEqualTo(set);
        assertThat(first.mayGoOn()).isTrue();
        WireItem second = (WireItem) messages.get(2);
        assertThat(second.serverId()).isEqualTo(12);
        assertThat(second.mayGoOn()).isFalse();
        WireItem third = (WireItem) messages.get(3);
        assertThat(third.start()).isEmpty();
        assertThat(third.mayGoOn()).isFalse();
        assertThat(((WireItem) messages.get(4)).start()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.0.16", "2.3.6"})
    void howTheNetworkCutsMakesNoDifference(String version) throws Exception {
        byte[] stream = Transcript.read("incremental-" + version).bytes("binlog", 1, "m2s");
        List<String> expected = null;
        for (int seed = 0; seed < 8; seed++) {
            List<String> items = Wire.decode(decoder(version), stream, new Random(seed)).stream()
                    .filter(WireItem.class::isInstance)
                    .map(WireDecoderTest::text)
                    .toList();
            assertThat(items).hasSizeGreaterThan(600);
            expected = expected == null ? items : expected;
            assertThat(items).isEqualTo(expected);
        }
    }

    private static WireDecoder decoder(String version) {
        return version.startsWith("2") ? new RespStreamDecoder() : new FrameDecoder();
    }

    /** Whatever arrives, the answer is a message, more is wanted, or a refusal. */
    @ParameterizedTest
    @ValueSource(strings = {"3.0.16", "2.3.6"})
    void damagedBytesNeverDoMoreThanBeRefused(String version) {
        byte[] stream = Transcript.read("fullsync-" + version).bytes("binlog", 1, "m2s");
        Random random = new Random(11);
        for (int round = 0; round < 20_000; round++) {
            int from = random.nextInt(stream.length - 1);
            byte[] damaged = java.util.Arrays.copyOfRange(stream, from, Math.min(stream.length, from + 400));
            for (int i = random.nextInt(6); i >= 0; i--) {
                damaged[random.nextInt(Math.min(damaged.length, 60))] = (byte) random.nextInt(256);
            }
            decodeAll(decoder(version), damaged);
        }
    }

    private static void decodeAll(WireDecoder decoder, byte[] bytes) {
        int at = 0;
        try {
            while (true) {
                Optional<WireMessage> message = decoder.decode(bytes, at, bytes.length);
                if (message.isEmpty()) {
                    return;
                }
                at += message.get().wireLength();
                assertThat(at).isLessThanOrEqualTo(bytes.length);
            }
        } catch (MalformedStreamException e) {
            assertThat(e).hasMessageNotContaining("\n");
        }
    }

    static Stream<String> hostileArrays() {
        return Stream.of(
                "*99999999999\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*\r\n",
                "*1\n",
                "*1234567890123456789012345678901234567890",
                "*1\r\n$9999999999\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n$1\r\nabc",
                "*1\r\n:5\r\n",
                "    ",
                "+OK\r\n");
    }

    @Test
    void hostileLengthsAreRefusedBeforeAnythingIsAllocated() {
        List<String> notRefused = new ArrayList<>();
        hostileArrays().forEach(hostile -> {
            try {
                byte[] bytes = hostile.getBytes(ISO_8859_1);
                new RespStreamDecoder().decode(bytes, 0, bytes.length);
                notRefused.add(hostile);
            } catch (MalformedStreamException e) {
                assertThat(e).hasMessageNotContaining("abc");
            }
        });
        assertThat(notRefused).isEmpty();
    }

    @Test
    void hostileFramesAreRefused() {
        byte[] item = Wire.item(7, 1, 5, 3, 77, Wire.resp("set", "a", "1"));
        byte[] longer = item.clone();
        longer[30]++;
        byte[] shorter = item.clone();
        shorter[30]--;
        byte[] huge = {2, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x7f};
        byte[] negative = {2, 0, (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff};
        for (byte[] hostile : List.of(
                Wire.frame(3, item),
                Wire.frame(2, longer),
                Wire.frame(2, shorter),
                Wire.frame(2, new byte[10]),
                Wire.frame(1, Wire.resp("auth")),
                Wire.frame(1, Wire.resp("hello", "1")),
                huge,
                negative)) {
            assertThatThrownBy(() -> new FrameDecoder().decode(hostile, 0, hostile.length))
                    .isInstanceOf(MalformedStreamException.class);
        }
    }

    /** A long command in small pieces is looked through once, not once for each piece. */
    @Test
    void aCommandWithManyArgumentsIsLookedThroughOnce() throws Exception {
        ByteArrayOutputStream command = new ByteArrayOutputStream();
        int members = 200_000;
        command.writeBytes(("*" + (members + 2) + "\r\n$4\r\nSADD\r\n$1\r\nk\r\n").getBytes(ISO_8859_1));
        for (int i = 0; i < members; i++) {
            command.writeBytes(("$6\r\n%06d\r\n".formatted(i)).getBytes(ISO_8859_1));
        }
        byte[] bytes = command.toByteArray();
        RespStreamDecoder decoder = new RespStreamDecoder();
        for (int to = 0; to < bytes.length; to += 100) {
            assertThat(decoder.decode(bytes, 0, to)).isEmpty();
        }
        assertThat(decoder.decode(bytes, 0, bytes.length)).isPresent();
    }
}
