package io.pikaferry.worker.binlog;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;

/**
 * One write the master logged. A plain class and not a record because it carries its content as an array, on the hot
 * path.
 *
 * <p>The content is RESP: exactly one array from 3.0.5 on; one or more in 2.3 (there with the four trailing arguments
 * of replication.md §6.2 still on it) and 3.0.0 – 3.0.4.
 */
public final class BinlogItem {

    private final StreamId stream;
    private final BinlogPosition end;
    private final int executedAt;
    private final byte[] content;

    /**
     * @param end the position just after the item: where to resume once it is applied
     * @param executedAt seconds since the epoch, by the master's clock; unsigned; 0 if the master did not say
     * @param content taken over, not copied
     */
    public BinlogItem(StreamId stream, BinlogPosition end, int executedAt, byte[] content) {
        this.stream = requireNonNull(stream, "stream is null");
        this.end = requireNonNull(end, "end is null");
        this.executedAt = executedAt;
        this.content = requireNonNull(content, "content is null");
    }

    public StreamId stream() {
        return stream;
    }

    public BinlogPosition end() {
        return end;
    }

    public long executedAtSeconds() {
        return Integer.toUnsignedLong(executedAt);
    }

    /** Not to be written to. */
    public byte[] content() {
        return content;
    }

    @Override
    public String toString() {
        return stream + " item ending at " + end + ", " + content.length + " bytes";
    }
}
