package io.pikaferry.standin.binlog;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/** Reads a binlog record by record from a position on. Used by one thread. */
public final class BinlogCursor implements Closeable {

    /** A record with the positions before and after it. */
    public static final class Item {
        private final byte[] bytes;
        private final Position start;
        private final Position end;

        Item(byte[] bytes, Position start, Position end) {
            this.bytes = bytes;
            this.start = start;
            this.end = end;
        }

        /** Not to be written to. */
        public byte[] bytes() {
            return bytes;
        }

        /** Where the cursor stood before the item. */
        public Position start() {
            return start;
        }

        public Position end() {
            return end;
        }
    }

    private final Binlog binlog;
    private final byte[] block = new byte[Fragments.BLOCK];
    private FileChannel file;
    private volatile Position position;
    private long finishedSize = -1; // of the file, once the producer has left it
    private long blockStart = -1;
    private int blockFilled;

    private BinlogCursor(Binlog binlog, Position position) throws IOException {
        this.binlog = binlog;
        this.position = position;
        this.file = FileChannel.open(binlog.path(position.file()), StandardOpenOption.READ);
    }

    /**
     * From the first record that begins at the position or after it in its block: how masters up to
     * 3.2.2 take any offset. Nothing if the file is unreadable before the position.
     */
    public static Optional<BinlogCursor> atOrAfter(Binlog binlog, Position wanted) throws IOException {
        BinlogCursor cursor = new BinlogCursor(binlog, new Position(wanted.file(), blockOf(wanted.offset())));
        while (cursor.position.offset() < wanted.offset()) {
            if (!cursor.skipWholeRecord()) {
                cursor.close();
                return Optional.empty();
            }
        }
        return Optional.of(cursor);
    }

    /** From exactly that position; nothing if no record ends or begins there. */
    public static Optional<BinlogCursor> exactlyAt(Binlog binlog, Position wanted) throws IOException {
        Optional<BinlogCursor> cursor = atOrAfter(binlog, wanted);
        if (cursor.isPresent() && !cursor.get().position.equals(wanted)) {
            cursor.get().close();
            return Optional.empty();
        }
        return cursor;
    }

    private static long blockOf(long offset) {
        return offset / Fragments.BLOCK * Fragments.BLOCK;
    }

    /** Where the next record is looked for. Safe from any thread. */
    public Position position() {
        return position;
    }

    /** The next item, or nothing if all is read for now. */
    public Optional<Item> next() throws IOException {
        Position start = position;
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        long at = position.offset();
        while (true) {
            if (Fragments.BLOCK - at % Fragments.BLOCK <= Fragments.HEADER) {
                at = blockOf(at) + Fragments.BLOCK;
            }
            int header = load(at, Fragments.HEADER);
            if (header < 0) {
                if (record.size() > 0 || !moreHereOrInNextFile(at)) {
                    return Optional.empty();
                }
                at = position.offset();
                continue;
            }
            int length = length(header);
            int type = block[header + 7];
            if (type == Fragments.BAD) {
                at += Fragments.HEADER + length;
                position = new Position(position.file(), at);
                continue;
            }
            if (type < Fragments.FULL || type > Fragments.LAST) {
                throw new IOException("binlog " + position + " is not readable: fragment of type " + type);
            }
            int payload = load(at + Fragments.HEADER, length);
            if (payload < 0) {
                return Optional.empty();
            }
            record.write(block, payload, length);
            at += Fragments.HEADER + length;
            if (type == Fragments.FULL || type == Fragments.LAST) {
                position = new Position(position.file(), at);
                return Optional.of(new Item(record.toByteArray(), start, position));
            }
        }
    }

    /** Pika's trim counts fragments up to the end of a record, without looking at block borders. */
    private boolean skipWholeRecord() throws IOException {
        long at = position.offset();
        while (true) {
            int header = load(at, Fragments.HEADER);
            if (header < 0) {
                return false;
            }
            int type = block[header + 7];
            if (type != Fragments.BAD && (type < Fragments.FULL || type > Fragments.LAST)) {
                return false;
            }
            at += Fragments.HEADER + length(header);
            if (type == Fragments.FULL || type == Fragments.LAST || type == Fragments.BAD) {
                position = new Position(position.file(), at);
                return true;
            }
        }
    }

    private int length(int header) {
        return (block[header] & 0xff) | (block[header + 1] & 0xff) << 8 | (block[header + 2] & 0xff) << 16;
    }

    /** Index in the block's buffer of that many bytes at the offset, or -1 if they are not logged yet. */
    private int load(long offset, int length) throws IOException {
        Position end = binlog.end();
        long limit = end.file() == position.file() ? end.offset() : finishedSize();
        if (offset + length > limit) {
            return -1;
        }
        long start = blockOf(offset);
        int inBlock = (int) (offset - start);
        if (start != blockStart || inBlock + length > blockFilled) {
            ByteBuffer into = ByteBuffer.wrap(block);
            into.position(start == blockStart ? blockFilled : 0);
            into.limit((int) Math.min(Fragments.BLOCK, limit - start));
            while (into.hasRemaining()) {
                if (file.read(into, start + into.position()) < 0) {
                    throw new IOException("binlog file " + position.file() + " is shorter than it was");
                }
            }
            blockStart = start;
            blockFilled = into.limit();
        }
        return inBlock;
    }

    private long finishedSize() throws IOException {
        if (finishedSize < 0) {
            finishedSize = file.size();
        }
        return finishedSize;
    }

    /** The file may have grown once more before the producer left it. */
    private boolean moreHereOrInNextFile(long at) throws IOException {
        if (binlog.end().file() == position.file()) {
            return false;
        }
        if (load(at, Fragments.HEADER) >= 0) {
            return true;
        }
        if (!binlog.hasFile(position.file() + 1)) {
            return false;
        }
        file.close();
        position = new Position(position.file() + 1, 0);
        blockStart = -1;
        finishedSize = -1;
        file = FileChannel.open(binlog.path(position.file()), StandardOpenOption.READ);
        return true;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
