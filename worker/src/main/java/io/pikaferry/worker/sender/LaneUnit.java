package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Watermark.InFlight;
import io.pikaferry.worker.routing.TargetCommand;
import java.util.List;
import java.util.Map;

/** What one lane has to do for one item of the stream, or one piece of a snapshot. Never split over two transactions. */
abstract class LaneUnit {

    /** What of the budget it holds until it is done. */
    private final int permits;

    private LaneUnit(int permits) {
        this.permits = permits;
    }

    final int permits() {
        return permits;
    }

    /** The lane's part of an item. */
    static class Item extends LaneUnit {
        final StreamId stream;
        final BinlogPosition end;
        final long executedAtSeconds;
        final int db;
        final InFlight inFlight;

        Item(StreamId stream, BinlogPosition end, long executedAtSeconds, int db, InFlight inFlight, int permits) {
            super(permits);
            this.stream = requireNonNull(stream, "stream is null");
            this.end = requireNonNull(end, "end is null");
            this.executedAtSeconds = executedAtSeconds;
            this.db = db;
            this.inFlight = requireNonNull(inFlight, "inFlight is null");
        }
    }

    /** Commands of an item whose keys all belong to the lane. */
    static final class Write extends Item {
        final List<TargetCommand> commands;

        Write(
                StreamId stream,
                BinlogPosition end,
                long executedAtSeconds,
                int db,
                InFlight inFlight,
                int permits,
                List<TargetCommand> commands) {
            super(stream, end, executedAtSeconds, db, inFlight, permits);
            this.commands = requireNonNull(commands, "commands is null");
        }
    }

    /** Stands in every lane concerned; the home lane does the work. */
    static final class AtGate extends LaneUnit {
        final Gate gate;
        final Item work;

        AtGate(Gate gate, Item work) {
            super(0);
            this.gate = gate;
            this.work = work;
        }
    }

    /** Everything in the item's database goes. */
    static final class Flush extends Item {
        Flush(StreamId stream, BinlogPosition end, long executedAtSeconds, int db, InFlight inFlight, int permits) {
            super(stream, end, executedAtSeconds, db, inFlight, permits);
        }
    }

    /** Keys that match go. */
    static final class Sweep extends Item {
        final KeyFilter filter;

        Sweep(
                StreamId stream,
                BinlogPosition end,
                long executedAtSeconds,
                int db,
                InFlight inFlight,
                int permits,
                KeyFilter filter) {
            super(stream, end, executedAtSeconds, db, inFlight, permits);
            this.filter = requireNonNull(filter, "filter is null");
        }
    }

    /** A piece of a snapshot: commands that are repeated whole if the load is. */
    static final class Load extends LaneUnit {
        final int db;
        final byte[] key;
        final List<byte[][]> commands;
        final long elements;
        final boolean endsKey;

        Load(int db, byte[] key, List<byte[][]> commands, long elements, boolean endsKey, int permits) {
            super(permits);
            this.db = db;
            this.key = key;
            this.commands = requireNonNull(commands, "commands is null");
            this.elements = elements;
            this.endsKey = endsKey;
        }
    }

    /** The lane has nothing left up to these positions: its marks may move there although it had no data to carry them. */
    static final class Advance extends LaneUnit {
        final Map<StreamId, BinlogPosition> upTo;

        Advance(Map<StreamId, BinlogPosition> upTo) {
            super(0);
            this.upTo = Map.copyOf(upTo);
        }
    }

    /** Everything the lane had before is done when this is reached. */
    static final class Fence extends LaneUnit {
        final java.util.concurrent.CountDownLatch reached;

        Fence(java.util.concurrent.CountDownLatch reached) {
            super(0);
            this.reached = reached;
        }
    }
}
