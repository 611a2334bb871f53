package io.pikaferry.worker.snapshot.table;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Walks the records of a column family as RocksDB would show them: of all versions of a key in all runs the newest, and none
 * that was deleted.
 *
 * <p>Key and value are good until the next move. Used by one thread. After an {@link UnreadableTableException} it
 * stands nowhere, and {@link #key} has the last key of which is known what became of it, if {@link #begun}.
 */
public final class RecordCursor implements AutoCloseable {

    private final KeyOrder order;
    private final Optional<byte[]> bound;
    private final List<RunCursor> runs;
    /** Those that are not at their end, as a heap: the first stands at the smallest key, in its newest version. */
    private final RunCursor[] heap;

    private int live;
    private boolean begun;
    private boolean valid;
    private byte[] key = new byte[128];
    private int keyLength;

    RecordCursor(Tables tables, Optional<byte[]> bound) {
        this.order = tables.order();
        this.bound = bound;
        Decompression decompression = new Decompression();
        this.runs = tables.runs().stream()
                .map(files -> new RunCursor(tables, files, decompression))
                .toList();
        this.heap = new RunCursor[runs.size()];
    }

    public boolean valid() {
        return valid;
    }

    /** Whether it has met any key since it was told to seek. */
    public boolean begun() {
        return begun;
    }

    public void seekToFirst() throws UnreadableTableException {
        start();
        for (RunCursor run : runs) {
            run.first();
            enter(run);
        }
        arrive();
    }

    public void seek(byte[] target) throws UnreadableTableException {
        start();
        for (RunCursor run : runs) {
            run.seek(target);
            enter(run);
        }
        arrive();
    }

    public void next() throws UnreadableTableException {
        valid = false;
        advance();
        arrive();
    }

    private void start() {
        valid = false;
        begun = false;
        live = 0;
    }

    private void arrive() throws UnreadableTableException {
        while (live > 0) {
            TableCursor top = heap[0].table();
            byte[] at = top.key();
            int length = top.keyLength();
            boolean older = begun && order.same(at, 0, length, key, 0, keyLength);
            if (!older) {
                if (bound.isPresent() && order.compare(at, 0, length, bound.get(), 0, bound.get().length) >= 0) {
                    return;
                }
                int type = InternalKey.type(top.suffix());
                if (type != InternalKey.VALUE && type != InternalKey.DELETION && type != InternalKey.SINGLE_DELETION) {
                    throw new UnreadableTableException(
                            "%s has an entry of type %d".formatted(top.file().path(), type));
                }
                remember(at, length);
                if (type == InternalKey.VALUE) {
                    valid = true;
                    return;
                }
            }
            advance();
        }
    }

    private void remember(byte[] from, int length) {
        if (key.length < length) {
            key = new byte[Math.max(length, 2 * key.length)];
        }
        System.arraycopy(from, 0, key, 0, length);
        keyLength = length;
        begun = true;
    }

    private void advance() throws UnreadableTableException {
        RunCursor run = heap[0];
        run.next();
        if (!run.valid()) {
            live--;
            run = heap[live];
        }
        if (live > 1) {
            sink(run);
        } else {
            heap[0] = run;
        }
    }

    private void enter(RunCursor run) {
        if (run.valid()) {
            int hole = live++;
            while (hole > 0 && before(run, heap[(hole - 1) / 2])) {
                heap[hole] = heap[(hole - 1) / 2];
                hole = (hole - 1) / 2;
            }
            heap[hole] = run;
        }
    }

    /** Puts it where it belongs, from the top down. */
    private void sink(RunCursor run) {
        int hole = 0;
        for (int child = 1; child < live; child = 2 * hole + 1) {
            if (child + 1 < live && before(heap[child + 1], heap[child])) {
                child++;
            }
            if (!before(heap[child], run)) {
                break;
            }
            heap[hole] = heap[child];
            hole = child;
        }
        heap[hole] = run;
    }

    private boolean before(RunCursor a, RunCursor b) {
        TableCursor x = a.table();
        TableCursor y = b.table();
        int byKey = order.compare(x.key(), 0, x.keyLength(), y.key(), 0, y.keyLength());
        return byKey != 0 ? byKey < 0 : Long.compareUnsigned(x.suffix(), y.suffix()) > 0;
    }

    /** Begins with the key; {@link #keyLength} says where it ends. */
    public byte[] key() {
        return key;
    }

    public int keyLength() {
        return keyLength;
    }

    public int valueLength() {
        return heap[0].table().valueLength();
    }

    /** @param into at least as long as the value */
    public void copyValue(byte[] into) {
        TableCursor top = heap[0].table();
        System.arraycopy(top.value(), top.valueAt(), into, 0, top.valueLength());
    }

    public byte[] freshValue() {
        TableCursor top = heap[0].table();
        return Arrays.copyOfRange(top.value(), top.valueAt(), top.valueAt() + top.valueLength());
    }

    @Override
    public void close() {
        runs.forEach(RunCursor::close);
    }
}
