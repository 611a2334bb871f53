package io.pikaferry.worker.snapshot.table;

import java.io.IOException;

/** Walks the entries of one table: all versions and deletions there are of each key. Used by one thread. */
final class TableCursor implements AutoCloseable {

    private final TableFile file;
    private final KeyOrder order;
    private final BlockFile blocks;
    private final BlockCursor index;
    private final BlockBuffer block = new BlockBuffer();
    private final BlockCursor data = BlockCursor.ofEntries(InternalKey.SUFFIX);
    private final boolean ingested;
    /** The block that {@link #data} walks. */
    private BlockHandle opened = BlockHandle.NOWHERE;

    private TableCursor(Tables tables, TableFile file, BlockFile blocks) throws IOException, UnreadableTableException {
        this.file = file;
        this.order = tables.order();
        this.blocks = blocks;
        Table table = tables.table(file, blocks);
        blocks.guardedBy(table.checksum());
        ingested = table.ingested();
        index = BlockCursor.ofIndex(table.deltas(), table.internalKeys() ? InternalKey.SUFFIX : 0);
        index.open(table.index().array(), table.index().length());
    }

    static TableCursor open(Tables tables, TableFile file, Decompression decompression)
            throws UnreadableTableException {
        try {
            BlockFile blocks = BlockFile.open(file.path(), decompression);
            try {
                return new TableCursor(tables, file, blocks);
            } catch (UnreadableTableException | IOException | RuntimeException e) {
                blocks.close();
                throw e;
            }
        } catch (IOException e) {
            throw new UnreadableTableException(file.path() + " cannot be read", e);
        }
    }

    TableFile file() {
        return file;
    }

    boolean valid() {
        return data.valid();
    }

    void first() throws UnreadableTableException {
        index.first();
        openBlock();
        if (index.valid()) {
            data.first();
            skipEnds();
        }
    }

    /** Goes to the first entry whose key is not before the target. */
    void seek(byte[] target) throws UnreadableTableException {
        index.seek(target, order);
        openBlock();
        if (index.valid()) {
            data.seek(target, order);
            skipEnds();
        }
    }

    void next() throws UnreadableTableException {
        data.next();
        skipEnds();
    }

    private void skipEnds() throws UnreadableTableException {
        while (!data.valid()) {
            index.next();
            openBlock();
            if (!index.valid()) {
                return;
            }
            data.first();
        }
    }

    /** The one that the index stands at; none, if it stands nowhere. */
    private void openBlock() throws UnreadableTableException {
        BlockHandle wanted = index.valid() ? index.handle() : BlockHandle.NOWHERE;
        if (!wanted.equals(opened)) {
            opened = BlockHandle.NOWHERE;
            data.leave();
            if (index.valid()) {
                blocks.read(wanted, block);
                data.open(block.bytes(), block.length());
                opened = wanted;
            }
        }
    }

    /** With RocksDB's suffix at its end. */
    byte[] key() {
        return data.key();
    }

    /** Where the suffix begins. */
    int keyLength() {
        return data.keyLength() - InternalKey.SUFFIX;
    }

    long suffix() {
        long suffix = LittleEndian.i64(data.key(), data.keyLength() - InternalKey.SUFFIX);
        return ingested ? InternalKey.suffix(file.largestSequence(), InternalKey.type(suffix)) : suffix;
    }

    byte[] value() {
        return data.value();
    }

    int valueAt() {
        return data.valueAt();
    }

    int valueLength() {
        return data.valueLength();
    }

    @Override
    public void close() {
        blocks.close();
    }
}
