package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import java.io.ByteArrayOutputStream;

/** Items as a master sends them. Every character of a text is a byte. */
final class Items {

    /** When they are executed unless a test says otherwise. */
    static final long NOW = 1_700_000_000;

    private Items() {}

    static BinlogItem item(String... args) {
        return itemAt(NOW, args);
    }

    static BinlogItem itemAt(long executedAt, String... args) {
        return item(StreamId.ONLY, executedAt, array(args));
    }

    static BinlogItem itemOfSlot(int slot, String... args) {
        return item(new StreamId(0, slot), NOW, array(args));
    }

    /** As 2.3 logs: with the master's own four arguments. */
    static BinlogItem itemOf23(String... args) {
        return item(StreamId.ONLY, NOW, arrayOf23(args));
    }

    static String arrayOf23(String... args) {
        String[] logged = java.util.Arrays.copyOf(args, args.length + 4);
        logged[args.length] = "__PIKA_X#$SKGI";
        logged[args.length + 1] = "1";
        logged[args.length + 2] = "0123456789abcdef";
        logged[args.length + 3] = "1";
        return array(logged);
    }

    static BinlogItem item(StreamId stream, long executedAt, String content) {
        return new BinlogItem(stream, new BinlogPosition(0, 1000), (int) executedAt, bytes(content));
    }

    static String array(String... args) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(bytes("*" + args.length + "\r\n"));
        for (String arg : args) {
            content.writeBytes(bytes("$" + arg.length() + "\r\n" + arg + "\r\n"));
        }
        return content.toString(ISO_8859_1);
    }

    static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    static String text(byte[] bytes) {
        return new String(bytes, ISO_8859_1);
    }
}
