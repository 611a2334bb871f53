package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.google.protobuf.ByteString;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * The binlog of one stream of a {@link FakeMaster}: recorded items, or written ones.
 *
 * <p>Threads: any.
 */
final class FakeLog {

    /** @param bytes header and content */
    record Entry(BinlogPosition end, ByteString bytes) {}

    private final List<Entry> entries = new ArrayList<>();
    private final BinlogPosition start;
    private long fileSize = 100L << 20;
    private long purgedBefore; // file

    FakeLog(BinlogPosition start) {
        this.start = start;
    }

    static FakeLog empty() {
        return new FakeLog(BinlogPosition.START);
    }

    static FakeLog recorded(BinlogPosition start, List<InnerResponse.BinlogSync> items) {
        FakeLog log = new FakeLog(start);
        items.forEach(
                item -> log.entries.add(new Entry(Transcript.position(item.getBinlogOffset()), item.getBinlog())));
        return log;
    }

    /** As {@code binlog-file-size}. */
    synchronized FakeLog withFilesOf(long bytes) {
        fileSize = bytes;
        return this;
    }

    /** Appends what a client wrote. */
    synchronized BinlogPosition write(String... command) {
        StringBuilder resp = new StringBuilder("*" + command.length + "\r\n");
        for (String word : command) {
            resp.append("$").append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return writeContent(resp.toString().getBytes(ISO_8859_1));
    }

    synchronized BinlogPosition writeContent(byte[] content) {
        BinlogPosition before = end();
        ByteBuffer item = ByteBuffer.allocate(34 + content.length).order(ByteOrder.LITTLE_ENDIAN);
        item.putShort((short) 1)
                .putInt(1_700_000_000)
                .putInt(0)
                .putLong(entries.size() + 1)
                .putInt((int) before.filenum())
                .putLong(before.offset())
                .putInt(content.length)
                .put(content);
        return append(ByteString.copyFrom(item.array()));
    }

    /** Appends an item as it is. */
    synchronized BinlogPosition append(ByteString item) {
        BinlogPosition before = end();
        boolean rolls = before.offset() > fileSize;
        long at = rolls ? 0 : before.offset();
        int left = item.size();
        boolean more = true;
        while (more) {
            long room = 65_536 - at % 65_536;
            if (room < 8) {
                at += room;
                continue;
            }
            int fragment = (int) Math.min(left, room - 8);
            at += 8 + fragment;
            left -= fragment;
            more = left > 0;
        }
        BinlogPosition end = new BinlogPosition(before.filenum() + (rolls ? 1 : 0), at);
        entries.add(new Entry(end, item));
        return end;
    }

    /** Drops entry i, as if a file had been damaged. */
    synchronized void lose(int i) {
        entries.remove(i);
    }

    synchronized void purgeBefore(long file) {
        purgedBefore = file;
    }

    synchronized boolean isPurged(BinlogPosition position) {
        return position.filenum() < purgedBefore;
    }

    synchronized BinlogPosition end() {
        return entries.isEmpty() ? start : entries.get(entries.size() - 1).end();
    }

    synchronized boolean isBorder(BinlogPosition position) {
        return position.equals(start)
                || position.offset() == 0
                || entries.stream().anyMatch(entry -> entry.end().equals(position));
    }

    /** Index of the first entry after the position. */
    synchronized int indexAfter(BinlogPosition position) {
        int i = 0;
        while (i < entries.size() && !entries.get(i).end().isAfter(position)) {
            i++;
        }
        return i;
    }

    synchronized int size() {
        return entries.size();
    }

    synchronized Entry entry(int i) {
        return entries.get(i);
    }

    synchronized List<Entry> entries() {
        return List.copyOf(entries);
    }
}
