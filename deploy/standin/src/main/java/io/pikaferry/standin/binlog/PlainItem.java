package io.pikaferry.standin.binlog;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Items of 2.3: the commands, each with four more arguments (spec/replication.md §6.2): a mark, the server id, 16 bytes
 * of when and where, and whether the hub is to have it.
 *
 * <pre>
 * 0 u32 exec time   4 u32 file of start   8 u64 offset of start     little endian
 * </pre>
 */
public final class PlainItem implements ItemForm {

    private static final Bytes MARK = Bytes.utf8("__PIKA_X#$SKGI");
    private static final int EXTRA_WORDS = 4;
    private static final int INFO_FROM_END = 2;
    private static final int INFO_LENGTH = 16;

    /** Commands on hashes, sets, bits and whatever is no type's; the hub has all others. */
    private static final Set<String> NOT_FOR_THE_HUB = Set.of(
            "bitop",
            "flushall",
            "flushdb",
            "geoadd",
            "hdel",
            "hincrby",
            "hincrbyfloat",
            "hmset",
            "hset",
            "hsetnx",
            "sadd",
            "sdiffstore",
            "setbit",
            "sinterstore",
            "smove",
            "spop",
            "srem",
            "sunionstore");

    private final String serverId;

    public PlainItem(int serverId) {
        this.serverId = Integer.toString(serverId);
    }

    @Override
    public byte[] encode(byte[] commands, long execTime, Position start, long items) {
        byte[] info = ByteBuffer.allocate(INFO_LENGTH)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt((int) execTime)
                .putInt((int) start.file())
                .putLong(start.offset())
                .array();
        ByteArrayOutputStream item = new ByteArrayOutputStream(commands.length + 64);
        RequestReader reader = new RequestReader(new ByteArrayInputStream(commands));
        for (Optional<Request> command = next(reader); command.isPresent(); command = next(reader)) {
            List<Bytes> words = new ArrayList<>(command.get().words());
            words.add(MARK);
            words.add(Bytes.utf8(serverId));
            words.add(Bytes.owning(info));
            words.add(Bytes.utf8(NOT_FOR_THE_HUB.contains(command.get().name()) ? "0" : "1"));
            item.writeBytes(Request.encode(words));
        }
        return item.toByteArray();
    }

    @Override
    public long execTime(byte[] record) {
        Request first =
                next(new RequestReader(new ByteArrayInputStream(record))).orElseThrow();
        byte[] info = first.word(first.size() - INFO_FROM_END).array();
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(info).order(ByteOrder.LITTLE_ENDIAN).getInt());
    }

    /** Commands without what an item adds to them. */
    public static List<Request> commands(byte[] record) {
        List<Request> commands = new ArrayList<>();
        RequestReader reader = new RequestReader(new ByteArrayInputStream(record));
        for (Optional<Request> logged = next(reader); logged.isPresent(); logged = next(reader)) {
            commands.add(
                    new Request(logged.get().words().subList(0, logged.get().size() - EXTRA_WORDS)));
        }
        return commands;
    }

    private static Optional<Request> next(RequestReader reader) {
        try {
            return reader.next();
        } catch (IOException e) {
            throw new UncheckedIOException("a record that is no command", e);
        }
    }

    @Override
    public ManifestForm manifest() {
        return ManifestForm.OFFSET_FIRST;
    }
}
