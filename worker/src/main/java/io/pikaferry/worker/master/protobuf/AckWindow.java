package io.pikaferry.worker.master.protobuf;

import io.pikaferry.model.BinlogPosition;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * Our side of the window a master keeps for one stream (replication.md §5.3): what was received and not yet
 * acknowledged, in order.
 *
 * <pre>
 *   acked | received, confirmed | received, not confirmed | not yet received
 *         ^ first unacked       ^ confirmed               ^ last received
 * </pre>
 *
 * The master closes the connection on an acknowledgement of anything else than items in its window. So an
 * acknowledgement covers exactly the items from the first unacked one to the last confirmed one, which then leave the
 * window: none is acknowledged twice, and none that was not received.
 *
 * <p>Threads: any.
 */
final class AckWindow {

    /** From the first item's end to the last item's end, both included. */
    record Range(BinlogPosition first, BinlogPosition last) {}

    private final ArrayDeque<BinlogPosition> unacked = new ArrayDeque<>();
    private BinlogPosition delivered = BinlogPosition.START;
    private BinlogPosition confirmed = BinlogPosition.START;

    /** An item arrived; its position lies after all that arrived before. */
    synchronized void received(BinlogPosition end) {
        unacked.addLast(end);
    }

    /** The item was handed to our owner, who may confirm it from now on. */
    synchronized void delivered(BinlogPosition end) {
        delivered = end;
    }

    /** Everything up to the position is done with; a later position includes it. */
    synchronized void confirm(BinlogPosition end) {
        BinlogPosition known = end.isAfter(delivered) ? delivered : end;
        if (known.isAfter(confirmed)) {
            confirmed = known;
        }
    }

    /** What to acknowledge now. The items leave the window: the caller sends the acknowledgement or gives up. */
    synchronized Optional<Range> takeAck() {
        BinlogPosition first = unacked.peekFirst();
        if (first == null || first.isAfter(confirmed)) {
            return Optional.empty();
        }
        BinlogPosition last = first;
        while (!unacked.isEmpty() && !unacked.peekFirst().isAfter(confirmed)) {
            last = unacked.removeFirst();
        }
        return Optional.of(new Range(first, last));
    }

    /** Nothing is outstanding: if the master lives, it sends something. */
    synchronized boolean isEmpty() {
        return unacked.isEmpty();
    }
}
