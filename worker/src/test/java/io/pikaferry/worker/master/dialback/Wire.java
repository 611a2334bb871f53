package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Messages as masters write them, and their decoding however the network cuts them. */
final class Wire {

    private Wire() {}

    /** 3.0: a frame. */
    static byte[] frame(int type, byte[] body) {
        return ByteBuffer.allocate(6 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) type)
                .putInt(body.length)
                .put(body)
                .array();
    }

    /** 3.0: an item, to be put into a frame. */
    static byte[] item(int executedAt, int serverId, long logicId, int filenum, long offset, byte[] content) {
        return ByteBuffer.allocate(34 + content.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 1)
                .putInt(executedAt)
                .putInt(serverId)
                .putLong(logicId)
                .putInt(filenum)
                .putLong(offset)
                .putInt(content.length)
                .put(content)
                .array();
    }

    /** 2.3: an array with its four more arguments. */
    static byte[] array(int executedAt, int serverId, int filenum, long offset, String... command) {
        byte[] info = ByteBuffer.allocate(16)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(executedAt)
                .putInt(filenum)
                .putLong(offset)
                .array();
        return array(serverId, info, command);
    }

    /** 2.3: one that does not say where it starts. */
    static byte[] arrayOfPeer(int serverId, String... command) {
        return array(serverId, new byte[0], command);
    }

    private static byte[] array(int serverId, byte[] info, String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + (command.length + 4) + "\r\n").getBytes(ISO_8859_1));
        for (String argument : command) {
            bulk(out, argument.getBytes(ISO_8859_1));
        }
        bulk(out, "__PIKA_X#$SKGI".getBytes(ISO_8859_1));
        bulk(out, Integer.toString(serverId).getBytes(ISO_8859_1));
        bulk(out, info);
        bulk(out, "1".getBytes(ISO_8859_1));
        return out.toByteArray();
    }

    private static void bulk(ByteArrayOutputStream out, byte[] bytes) {
        out.writeBytes(("$" + bytes.length + "\r\n").getBytes(ISO_8859_1));
        out.writeBytes(bytes);
        out.writeBytes("\r\n".getBytes(ISO_8859_1));
    }

    static byte[] resp(String... command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(("*" + command.length + "\r\n").getBytes(ISO_8859_1));
        for (String argument : command) {
            bulk(out, argument.getBytes(ISO_8859_1));
        }
        return out.toByteArray();
    }

    static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }

    /** All messages in there; the decoder gets the bytes in pieces of chance, at places of chance. */
    static List<WireMessage> decode(WireDecoder decoder, byte[] bytes, Random random) throws MalformedStreamException {
        List<WireMessage> messages = new ArrayList<>();
        int done = 0;
        int seen = 0;
        int mostly = 1 + random.nextInt(20_000);
        while (done < bytes.length) {
            int place = random.nextInt(50);
            byte[] buffer = new byte[place + seen - done];
            System.arraycopy(bytes, done, buffer, place, seen - done);
            Optional<WireMessage> message = decoder.decode(buffer, place, buffer.length);
            if (message.isPresent()) {
                messages.add(message.get());
                done += message.get().wireLength();
            } else if (seen == bytes.length) {
                throw new AssertionError((bytes.length - done) + " bytes are left that make no message");
            } else {
                seen = Math.min(bytes.length, seen + 1 + random.nextInt(mostly));
            }
        }
        return messages;
    }
}
