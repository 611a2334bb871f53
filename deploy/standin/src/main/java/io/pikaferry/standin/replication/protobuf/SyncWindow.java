package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.binlog.Position;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What was sent and not acknowledged, in order. Pure.
 *
 * <pre>
 *  acknowledged ──▶│ a ✓ │ b │ c ✓ │ d │◀── sent      acknowledged moves on when b is
 * </pre>
 */
final class SyncWindow {

    private static final class Sent {
        private final Position end;
        private final long bytes;
        private boolean acknowledged;

        Sent(Position end, long bytes) {
            this.end = end;
            this.bytes = bytes;
        }
    }

    private final int capacity;
    private final List<Sent> items = new ArrayList<>();
    private long bytes;

    SyncWindow(int capacity) {
        this.capacity = capacity;
    }

    int remaining() {
        return Math.max(0, capacity - items.size());
    }

    long bytes() {
        return bytes;
    }

    void push(Position end, long size) {
        items.add(new Sent(end, size));
        bytes += size;
    }

    /**
     * Marks the items from one end position to another.
     *
     * @return the last position up to which all is acknowledged, or nothing if that has not moved
     * @throws UnknownPositionException if one of the two is not in the window, or the first not before the last
     */
    Optional<Position> acknowledge(Position first, Position last) throws UnknownPositionException {
        int start = -1;
        int end = -1;
        for (int i = 0; i < items.size() && end < 0; i++) {
            if (items.get(i).end.equals(first)) {
                start = i;
            }
            if (items.get(i).end.equals(last)) {
                end = i;
            }
        }
        if (start < 0 || end < 0) {
            throw new UnknownPositionException(first, last);
        }
        for (Sent item : items.subList(start, end + 1)) {
            item.acknowledged = true;
        }
        int done = 0;
        while (done < items.size() && items.get(done).acknowledged) {
            bytes -= items.get(done).bytes;
            done++;
        }
        if (done == 0) {
            return Optional.empty();
        }
        Position moved = items.get(done - 1).end;
        items.subList(0, done).clear();
        return Optional.of(moved);
    }
}
