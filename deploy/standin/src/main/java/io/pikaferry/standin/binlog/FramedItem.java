package io.pikaferry.standin.binlog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Items from 3.0 on: a header of 34 bytes, little endian, and the command.
 *
 * <pre>
 *  0 u16 type 1      6 u32 server id, later term   18 u32 file of start     30 u32 content length
 *  2 u32 exec time  10 u64 logic id                22 u64 offset of start   34 content
 * </pre>
 */
public final class FramedItem implements ItemForm {

    private static final int HEADER = 34;
    private static final int EXEC_TIME_AT = 2;

    private final int serverId;
    private final long firstLogicId;

    private FramedItem(int serverId, long firstLogicId) {
        this.serverId = serverId;
        this.firstLogicId = firstLogicId;
    }

    /** 3.0 to 3.2: the configured server id, logic ids from 0. */
    public static FramedItem withServerId(int serverId) {
        return new FramedItem(serverId, 0);
    }

    /** From 3.3 on: the term, which is 0 without consensus, logic ids from 1. */
    public static FramedItem withTerm() {
        return new FramedItem(0, 1);
    }

    @Override
    public byte[] encode(byte[] commands, long execTime, Position start, long items) {
        return header(commands.length, execTime, start, items).put(commands).array();
    }

    private ByteBuffer header(int length, long execTime, Position start, long items) {
        return ByteBuffer.allocate(HEADER + length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) 1)
                .putInt((int) execTime)
                .putInt(serverId)
                .putLong(firstLogicId + items)
                .putInt((int) start.file())
                .putLong(start.offset())
                .putInt(length);
    }

    @Override
    public long execTime(byte[] record) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(EXEC_TIME_AT));
    }

    @Override
    public ManifestForm manifest() {
        return ManifestForm.FILE_FIRST;
    }
}
