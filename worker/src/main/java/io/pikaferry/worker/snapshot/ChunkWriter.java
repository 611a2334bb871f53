package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamEntry;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamTail;
import io.pikaferry.worker.snapshot.SnapshotConfig.TypeConflict;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts keys into pieces for the sink and counts them. One per unit; used by one thread.
 *
 * <p>A piece is handed over only when more is known to come, so that the last one can say that it is the last. A
 * collection of which nothing is left is not handed over at all.
 */
final class ChunkWriter {

    private static final byte[][] NO_ELEMENTS = {};

    private final int db;
    private final SnapshotSink sink;
    private final SnapshotConfig config;
    private final ScanMeter.Unit meter;

    private byte[] key = {};
    private PikaType type = PikaType.STRING;
    private long expireAtMillis;
    private boolean first;
    private final List<byte[]> elements = new ArrayList<>();
    private List<StreamEntry> entries = new ArrayList<>();
    private int buffered;
    private long bufferedBytes;
    private long added;
    private boolean notANumber;

    private long keys;
    private long allElements;
    private long skipped;
    private long miscounted;

    ChunkWriter(int db, SnapshotSink sink, SnapshotConfig config, ScanMeter.Unit meter) {
        this.db = db;
        this.sink = sink;
        this.config = config;
        this.meter = meter;
    }

    /** Counts a record towards progress. */
    void read() throws InterruptedException {
        meter.read();
    }

    /** A dead, expired or internal key. */
    void skip() {
        skipped++;
    }

    /** An empty collection that will have this expiry again when it is filled. */
    void emptied(byte[] name, PikaType ofType, long expireAt) throws InterruptedException {
        skipped++;
        sink.emptied(db, name, ofType, expireAt);
    }

    void refuse(ErrorCode code, byte[] refused, PikaType ofType, String message) throws InterruptedException {
        sink.refuse(code, db, refused, ofType, message);
    }

    /** One name, several types, of which Redis can hold one. */
    void conflict(byte[] refused, PikaType ofType, PikaType kept) throws InterruptedException {
        String message = "the name has type %s too, which TYPE answers and which is kept".formatted(kept);
        if (config.onTypeConflict() == TypeConflict.FAIL) {
            throw new FerryException(
                    ErrorCode.TYPE_CONFLICT, "db%d has a %s of which %s".formatted(db, ofType, message));
        }
        refuse(ErrorCode.TYPE_CONFLICT, refused, ofType, message);
    }

    void string(byte[] name, long expireAt, byte[] value, boolean hyperLogLog) throws InterruptedException {
        sink.take(new SnapshotChunk(
                db, name, PikaType.STRING, expireAt, true, true, new byte[][] {value}, List.of(), Optional.empty()));
        keys++;
        allElements++;
        if (hyperLogLog) {
            refuse(
                    ErrorCode.NOT_REPRESENTABLE,
                    name,
                    PikaType.STRING,
                    "a HyperLogLog of Pika: carried over as a plain string, which PFCOUNT does not understand");
        }
    }

    void begin(byte[] name, PikaType ofType, long expireAt) {
        key = name;
        type = ofType;
        expireAtMillis = expireAt;
        first = true;
        added = 0;
        notANumber = false;
    }

    void add(byte[] element) throws InterruptedException {
        makeRoom(element.length);
        elements.add(element);
    }

    void add(byte[] field, byte[] value) throws InterruptedException {
        makeRoom((long) field.length + value.length);
        elements.add(field);
        elements.add(value);
    }

    /** A member of a sorted set; Redis knows no score that is not a number, so such a member stays behind. */
    void add(double score, byte[] member) throws InterruptedException {
        if (Double.isNaN(score)) {
            notANumber = true;
            return;
        }
        add(ScoreText.of(score), member);
    }

    void add(StreamEntry entry, int bytes) throws InterruptedException {
        makeRoom(bytes);
        entries.add(entry);
    }

    private void makeRoom(long bytes) throws InterruptedException {
        if (buffered > 0 && (buffered >= config.chunkElements() || bufferedBytes + bytes > config.chunkBytes())) {
            handOver(false, Optional.empty());
        }
        buffered++;
        bufferedBytes += bytes;
        added++;
    }

    /**
     * @param count what the key's meta says; only a check
     */
    void end(long count) throws InterruptedException {
        end(count, Optional.empty());
    }

    void end(long count, Optional<StreamTail> tail) throws InterruptedException {
        if (count != added && !notANumber) {
            miscounted++;
        }
        if (added == 0) {
            skipped++;
        } else {
            handOver(true, tail);
            keys++;
            allElements += added;
        }
        if (notANumber) {
            refuse(
                    ErrorCode.NOT_REPRESENTABLE,
                    key,
                    type,
                    "a member's score is not a number (nan), which Redis does not know; the member is left out");
        }
    }

    /** How many elements of the key have been added. */
    long added() {
        return added;
    }

    private void handOver(boolean last, Optional<StreamTail> tail) throws InterruptedException {
        byte[][] taken = elements.isEmpty() ? NO_ELEMENTS : elements.toArray(NO_ELEMENTS);
        List<StreamEntry> takenEntries = entries.isEmpty() ? List.of() : entries;
        elements.clear();
        if (!entries.isEmpty()) {
            entries = new ArrayList<>();
        }
        buffered = 0;
        bufferedBytes = 0;
        sink.take(new SnapshotChunk(db, key, type, expireAtMillis, first, last, taken, takenEntries, tail));
        first = false;
    }

    Summary summary() {
        return new Summary(keys, allElements, skipped);
    }

    /** Keys whose meta counts other elements than there are. */
    long miscounted() {
        return miscounted;
    }
}
