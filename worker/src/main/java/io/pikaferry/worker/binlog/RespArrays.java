package io.pikaferry.worker.binlog;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Takes the commands out of an item's content: RESP arrays of bulk strings, one after the other. No state; safe for many
 * threads.
 *
 * <p>Format (replication.md §2.1, §6.2, §6.3; corrections.md 8):
 * <pre>
 * content  = *array | filler | nested
 * array    = "*" count CRLF count × ("$" length CRLF bytes CRLF)      numbers may have leading zeros ("$00012")
 * filler   = spaces only, or nothing (2.3, what a slave fills its log with after a full sync)
 * nested   = a second 34-byte item header, then arrays                 (3.5 and 4.0, PADDING sent by a client)
 * </pre>
 * In 2.3 each array ends with four arguments of the master's own, which are left out here.
 *
 * <p>Failure: BINLOG_CORRUPT, which names the item and the offset in it and never shows content. Every length is checked
 * against what is there before anything is allocated.
 */
public final class RespArrays {

    /** {@code $0 CRLF CRLF}: no argument is shorter. */
    private static final int SHORTEST_ARGUMENT = 6;

    private static final int NESTED_HEADER = 34;
    private static final int NESTED_LENGTH_AT = 30;
    private static final int TRAILING_IN_A = 4;

    private final int trailing;
    private final boolean mayNest;

    private RespArrays(int trailing, boolean mayNest) {
        this.trailing = trailing;
        this.mayNest = mayNest;
    }

    /** As 2.3 logs: each command has four more arguments at its end, which are cut off (replication.md §6.2). */
    public static RespArrays withTrailingArguments() {
        return new RespArrays(TRAILING_IN_A, false);
    }

    /** As 3.0 and later log. */
    public static RespArrays plain() {
        return new RespArrays(0, true);
    }

    /** The item's commands in order, each with its name first; none for filler. The arrays are the caller's. */
    public List<byte[][]> commands(BinlogItem item) {
        byte[] content = item.content();
        int start = mayNest && isNested(content) ? NESTED_HEADER : 0;
        if (isBlank(content, start)) {
            return List.of();
        }
        Cursor cursor = new Cursor(item, start);
        byte[][] first = cursor.array(trailing);
        if (cursor.atEnd()) {
            return Collections.singletonList(first);
        }
        List<byte[][]> commands = new ArrayList<>();
        commands.add(first);
        while (!cursor.atEnd()) {
            commands.add(cursor.array(trailing));
        }
        return commands;
    }

    /** A header again: type 1, and the length of just what follows. */
    private static boolean isNested(byte[] content) {
        return content.length >= NESTED_HEADER
                && content[0] == 1
                && content[1] == 0
                && littleEndian(content, NESTED_LENGTH_AT) == content.length - NESTED_HEADER;
    }

    private static int littleEndian(byte[] bytes, int at) {
        return (bytes[at] & 0xff)
                | (bytes[at + 1] & 0xff) << 8
                | (bytes[at + 2] & 0xff) << 16
                | (bytes[at + 3] & 0xff) << 24;
    }

    private static boolean isBlank(byte[] content, int start) {
        for (int i = start; i < content.length; i++) {
            if (content[i] != ' ') {
                return false;
            }
        }
        return true;
    }

    /** A place in one item's content. */
    private static final class Cursor {

        private final BinlogItem item;
        private final byte[] content;
        private int at;

        Cursor(BinlogItem item, int start) {
            this.item = item;
            this.content = item.content();
            this.at = start;
        }

        boolean atEnd() {
            return at == content.length;
        }

        byte[][] array(int trailing) {
            int count = number('*', "an array");
            if (count <= trailing) {
                throw corrupt("an array of " + count + " elements");
            }
            if (count > (content.length - at) / SHORTEST_ARGUMENT) {
                throw corrupt("an array longer than the item");
            }
            byte[][] args = new byte[count - trailing][];
            for (int i = 0; i < args.length; i++) {
                args[i] = argument();
            }
            for (int i = 0; i < trailing; i++) {
                skipArgument();
            }
            return args;
        }

        private byte[] argument() {
            int length = bulkLength();
            byte[] bytes = new byte[length];
            System.arraycopy(content, at, bytes, 0, length);
            at += length;
            lineEnd();
            return bytes;
        }

        private void skipArgument() {
            int length = bulkLength(); // moves on
            at += length;
            lineEnd();
        }

        private int bulkLength() {
            int length = number('$', "a bulk string");
            if (length > content.length - at) {
                throw corrupt("a bulk string longer than the item");
            }
            return length;
        }

        private int number(char type, String what) {
            if (at == content.length || content[at] != type) {
                throw corrupt("no '" + type + "' where " + what + " should begin");
            }
            at++;
            int digits = at;
            long value = 0;
            while (at < content.length && content[at] >= '0' && content[at] <= '9') {
                value = value * 10 + (content[at] - '0');
                if (value > Integer.MAX_VALUE) {
                    throw corrupt(what + " longer than the item");
                }
                at++;
            }
            if (at == digits) {
                throw corrupt(what + " without a length");
            }
            lineEnd();
            return (int) value;
        }

        private void lineEnd() {
            if (content.length - at < 2 || content[at] != '\r' || content[at + 1] != '\n') {
                throw corrupt("no line end where one should be");
            }
            at += 2;
        }

        private FerryException corrupt(String what) {
            return new FerryException(ErrorCode.BINLOG_CORRUPT, item + " has " + what + ", at its byte " + at);
        }
    }
}
