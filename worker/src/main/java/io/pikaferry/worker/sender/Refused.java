package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32C;

/**
 * One thing that could not be applied as it was (P5). It stands in the target until a coordinator has stored it, beside the
 * marks and not after them, so that it is not lost with the worker: field {@link #id}, value
 *
 * <pre>
 * code SP stream SP position|- SP db SP count SP at-millis SP command|- LF message LF key
 * </pre>
 *
 * @param id the same whenever the same thing is met again
 * @param command the name of what was refused; empty where it was no command
 * @param message names the command and the target's word, never data
 * @param db of the target
 * @param stream whose item it is; of a snapshot only the source's database counts
 * @param position the end of the item; empty: found in the snapshot
 * @param count how often it was met, under one assignment, of a snapshot in the last try to load it; 0: only under earlier
 *     assignments
 */
public record Refused(
        String id,
        ErrorCode code,
        String command,
        String message,
        Bytes key,
        int db,
        StreamId stream,
        Optional<BinlogPosition> position,
        long count,
        long atMillis) {

    private static final String NONE = "-";
    private static final String OF_SNAPSHOT = "snapshot/";

    public Refused {
        requireNonNull(id, "id is null");
        requireNonNull(code, "code is null");
        requireNonNull(command, "command is null");
        requireNonNull(key, "key is null");
        requireNonNull(stream, "stream is null");
        requireNonNull(position, "position is null");
        message = message.replace('\n', ' ');
        if (count < 0) {
            throw new IllegalArgumentException("met " + count + " times");
        }
    }

    /** Of an item of the stream. */
    public static Refused ofItem(
            StreamId stream, BinlogPosition end, int db, Bytes key, ErrorCode code, String command, String message) {
        return new Refused(idOf(stream, end, key), code, command, message, key, db, stream, Optional.of(end), 1, 0);
    }

    /** Of a piece of the snapshot. */
    static Refused ofSnapshot(int sourceDb, int db, Bytes key, ErrorCode code, String command, String message) {
        String id = OF_SNAPSHOT + "db%d/%08x-%d-%08x".formatted(db, checksum(key), key.length(), message.hashCode());
        return new Refused(id, code, command, message, key, db, new StreamId(sourceDb, 0), Optional.empty(), 1, 0);
    }

    /** Of a key, whatever was refused: one entry for all there is to come. */
    static Refused ofKey(StreamId stream, int db, Bytes key, ErrorCode code, String command, String message) {
        String id = "key/%s/%08x-%d-%s".formatted(stream, checksum(key), key.length(), code.id());
        return new Refused(id, code, command, message, key, db, stream, Optional.empty(), 1, 0);
    }

    static String idOf(StreamId stream, BinlogPosition end, Bytes key) {
        return "%s/%s/%08x".formatted(stream, end, checksum(key));
    }

    private static int checksum(Bytes key) {
        CRC32C crc = new CRC32C();
        crc.update(key.array());
        return (int) crc.getValue();
    }

    /** Whether entries of that id are of pieces of a snapshot. */
    public static boolean isOfSnapshot(String id) {
        return id.startsWith(OF_SNAPSHOT);
    }

    /** This, met so often, the last time just now. */
    public Refused met(long times, long nowMillis) {
        return new Refused(id, code, command, message, key, db, stream, position, times, nowMillis);
    }

    /** Its name in the target's hash. */
    public byte[] field() {
        return id.getBytes(UTF_8);
    }

    /** Its value in the target's hash. */
    public byte[] value() {
        String head = "%s %s %s %d %d %d %s\n%s\n"
                .formatted(
                        code.name(),
                        stream,
                        position.map(BinlogPosition::toString).orElse(NONE),
                        db,
                        count,
                        atMillis,
                        command.isEmpty() ? NONE : command,
                        message);
        byte[] text = head.getBytes(UTF_8);
        byte[] value = Arrays.copyOf(text, text.length + key.length());
        System.arraycopy(key.array(), 0, value, text.length, key.length());
        return value;
    }

    /** Reads what {@link #field} and {@link #value} wrote. */
    static Refused parse(byte[] field, byte[] value) {
        int firstLine = indexOfNewline(value, 0);
        int secondLine = indexOfNewline(value, firstLine + 1);
        String[] words = new String(value, 0, firstLine, US_ASCII).split(" ", 7);
        return new Refused(
                new String(field, UTF_8),
                ErrorCode.valueOf(words[0]),
                words[6].equals(NONE) ? "" : words[6],
                new String(value, firstLine + 1, secondLine - firstLine - 1, UTF_8),
                Bytes.owning(Arrays.copyOfRange(value, secondLine + 1, value.length)),
                Integer.parseInt(words[3]),
                StreamId.parse(words[1]),
                words[2].equals(NONE) ? Optional.empty() : Optional.of(BinlogPosition.parse(words[2])),
                Long.parseLong(words[4]),
                Long.parseLong(words[5]));
    }

    private static int indexOfNewline(byte[] value, int from) {
        int at = from;
        while (value[at] != '\n') {
            at++;
        }
        return at;
    }
}
