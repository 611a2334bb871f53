package io.pikaferry.worker.checkpoint;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;

/**
 * The low watermark of one stream: where it is safe to resume after while lanes finish out of order. It is the end of the
 * last item before the oldest that is still on its way.
 *
 * <pre>
 * sent:       10  20  30  40
 * confirmed:  10      30  40
 * watermark:  10
 * </pre>
 *
 * <p>Threads: the reader calls {@link #sent} in binlog order; lanes confirm in any order; {@code onAdvance} is called by
 * whoever made the watermark move, with positions that only grow.
 */
public final class Watermark {

    /** An item on its way, in one or more parts. */
    public final class InFlight {

        private final BinlogPosition end;
        private final long executedAtSeconds;
        private int parts; // guarded by the watermark

        private InFlight(BinlogPosition end, long executedAtSeconds, int parts) {
            this.end = end;
            this.executedAtSeconds = executedAtSeconds;
            this.parts = parts;
        }

        /** One part is confirmed, skipped, or nothing had to be done for it. */
        public void confirmed() {
            Watermark.this.confirmed(List.of(this), 0, 1);
        }

        private Watermark watermark() {
            return Watermark.this;
        }
    }

    /** One part of each is confirmed; of one stream or of several. The watermark moves once for all of them. */
    public static void confirmed(List<InFlight> items) {
        int from = 0;
        for (int i = 1; i <= items.size(); i++) {
            if (i == items.size() || items.get(i).watermark() != items.get(from).watermark()) {
                items.get(from).watermark().confirmed(items, from, i);
                from = i;
            }
        }
    }

    private final Consumer<BinlogPosition> onAdvance;
    private final ArrayDeque<InFlight> window = new ArrayDeque<>(); // guarded by this
    private BinlogPosition lastSent; // guarded by this
    private volatile BinlogPosition low;

    /** @param start everything up to here is confirmed already */
    public Watermark(BinlogPosition start, Consumer<BinlogPosition> onAdvance) {
        this.low = requireNonNull(start, "start is null");
        this.lastSent = start;
        this.onAdvance = requireNonNull(onAdvance, "onAdvance is null");
    }

    /**
     * An item sets out.
     *
     * @param parts how many confirmations it takes; with 0 it needs none and only the items before it hold the watermark
     */
    public InFlight sent(BinlogPosition end, long executedAtSeconds, int parts) {
        InFlight item = new InFlight(end, executedAtSeconds, parts);
        synchronized (this) {
            if (!end.isAfter(lastSent)) {
                throw new IllegalStateException("sent " + end + " after " + lastSent);
            }
            lastSent = end;
            window.add(item);
            if (parts == 0) {
                advance();
            }
        }
        return item;
    }

    private synchronized void confirmed(List<InFlight> items, int from, int to) {
        for (int i = from; i < to; i++) {
            InFlight item = items.get(i);
            if (item.parts == 0) {
                throw new IllegalStateException("confirmed " + item.end + " once too often");
            }
            item.parts--;
        }
        advance();
    }

    private void advance() {
        BinlogPosition reached = low;
        while (!window.isEmpty() && window.peek().parts == 0) {
            reached = window.poll().end;
        }
        if (reached.isAfter(low)) {
            low = reached;
            onAdvance.accept(reached);
        }
    }

    public BinlogPosition position() {
        return low;
    }

    /** When the source executed the oldest item that is not confirmed, in seconds since the epoch; 0 if there is none. */
    public synchronized long oldestOnItsWay() {
        return window.isEmpty() ? 0 : window.peek().executedAtSeconds;
    }

    public synchronized int inFlight() {
        return window.size();
    }
}
