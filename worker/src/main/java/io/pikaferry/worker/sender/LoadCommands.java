package io.pikaferry.worker.sender;

import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamEntry;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamTail;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Turns pieces of a dump into commands, without their expiry. Of each command the second word is the key. Pure.
 *
 * @param replace whether there may be something under the keys
 * @param xsetidTakesCounts Redis 7 and newer
 */
record LoadCommands(boolean replace, boolean xsetidTakesCounts) {

    private static final byte[] RPUSH = Words.ascii("RPUSH");
    private static final byte[] SADD = Words.ascii("SADD");
    private static final byte[] ZADD = Words.ascii("ZADD");
    private static final byte[] XADD = Words.ascii("XADD");
    private static final byte[] XSETID = Words.ascii("XSETID");
    private static final byte[] ENTRIESADDED = Words.ascii("ENTRIESADDED");
    private static final byte[] MAXDELETEDID = Words.ascii("MAXDELETEDID");

    /** Returns a list that the caller may add to. */
    List<byte[][]> of(SnapshotChunk chunk) {
        List<byte[][]> commands = new ArrayList<>(3);
        if (chunk.first() && replace && chunk.type() != PikaType.STRING) {
            commands.add(new byte[][] {Words.UNLINK, chunk.key()});
        }
        byte[][] elements = chunk.elements();
        switch (chunk.type()) {
            case STRING -> commands.add(new byte[][] {Words.SET, chunk.key(), elements[0]});
            case HASH -> collection(Words.HSET, chunk.key(), elements, commands);
            case LIST -> collection(RPUSH, chunk.key(), elements, commands);
            case SET -> collection(SADD, chunk.key(), elements, commands);
            case ZSET -> collection(ZADD, chunk.key(), elements, commands);
            case STREAM -> stream(chunk, commands);
        }
        return commands;
    }

    /** How many elements the piece has. */
    static long elements(SnapshotChunk chunk) {
        return switch (chunk.type()) {
            case STRING -> 1;
            case LIST, SET -> chunk.elements().length;
            case HASH, ZSET -> chunk.elements().length / 2;
            case STREAM -> chunk.entries().size();
        };
    }

    private static void collection(byte[] name, byte[] key, byte[][] elements, List<byte[][]> commands) {
        if (elements.length > 0) {
            byte[][] command = new byte[elements.length + 2][];
            command[0] = name;
            command[1] = key;
            System.arraycopy(elements, 0, command, 2, elements.length);
            commands.add(command);
        }
    }

    private void stream(SnapshotChunk chunk, List<byte[][]> commands) {
        for (StreamEntry entry : chunk.entries()) {
            byte[][] command = new byte[entry.fieldsAndValues().size() + 3][];
            command[0] = XADD;
            command[1] = chunk.key();
            command[2] = text(entry.id());
            for (int i = 0; i < entry.fieldsAndValues().size(); i++) {
                command[3 + i] = entry.fieldsAndValues().get(i);
            }
            commands.add(command);
        }
        chunk.tail().ifPresent(tail -> setId(chunk.key(), tail, commands));
    }

    private void setId(byte[] key, StreamTail tail, List<byte[][]> commands) {
        byte[] lastId = text(tail.lastId());
        commands.add(
                xsetidTakesCounts
                        ? new byte[][] {
                            XSETID,
                            key,
                            lastId,
                            ENTRIESADDED,
                            Words.ascii(tail.entriesAdded()),
                            MAXDELETEDID,
                            text(tail.maxDeletedId())
                        }
                        : new byte[][] {XSETID, key, lastId});
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
