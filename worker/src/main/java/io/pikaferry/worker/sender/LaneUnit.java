package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Watermark.InFlight;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.target.RenderedCommands;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

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

    /** From this item on, keys of the lane have to be read again from the source. */
    static final class Taint extends Item {
        final List<Bytes> keysOfLane;
        final ErrorCode code;
        final String message;

        Taint(
                StreamId stream,
                BinlogPosition end,
                long executedAtSeconds,
                int db,
                InFlight inFlight,
                int permits,
                List<Bytes> keysOfLane,
                ErrorCode code,
                String message) {
            super(stream, end, executedAtSeconds, db, inFlight, permits);
            this.keysOfLane = List.copyOf(keysOfLane);
            this.code = requireNonNull(code, "code is null");
            this.message = requireNonNull(message, "message is null");
        }
    }

    /** The item cannot be applied at all: that is written down. */
    static final class Refuse extends Item {
        final Refused what;

        Refuse(
                StreamId stream,
                BinlogPosition end,
                long executedAtSeconds,
                int db,
                InFlight inFlight,
                int permits,
                Refused what) {
            super(stream, end, executedAtSeconds, db, inFlight, permits);
            this.what = requireNonNull(what, "what is null");
        }
    }

    /** An operator wants the key of an entry of the ledger read again. */
    static final class Mend extends LaneUnit {
        final DirtyKey dirty;

        Mend(DirtyKey dirty) {
            super(0);
            this.dirty = requireNonNull(dirty, "dirty is null");
        }
    }

    /** These entries, of keys of the lane, are stored by a coordinator. */
    static final class Forget extends LaneUnit {
        final List<Refused> entries;

        Forget(List<Refused> entries) {
            super(0);
            this.entries = List.copyOf(entries);
        }
    }

    /** A dirty key was read from the source; everything of the stream before the end of the reading is before this. */
    static final class Repair extends LaneUnit {
        final SourceCopy copy;

        Repair(SourceCopy copy) {
            super(0);
            this.copy = requireNonNull(copy, "copy is null");
        }
    }

    /** A dirty key cannot be read. */
    static final class GiveUp extends LaneUnit {
        final DirtyKey dirty;
        final String why;

        GiveUp(DirtyKey dirty, String why) {
            super(0);
            this.dirty = requireNonNull(dirty, "dirty is null");
            this.why = requireNonNull(why, "why is null");
        }
    }

    /** A piece of a snapshot: commands that are repeated whole if the load is. */
    static final class Load extends LaneUnit {
        final int sourceDb;
        final int db;
        final byte[] key;
        final List<byte[][]> commands;
        final long expireAtMillis;
        final long elements;
        final boolean endsKey;

        /** @param expireAtMillis what the key gets after the commands; 0: nothing */
        Load(
                int sourceDb,
                int db,
                byte[] key,
                List<byte[][]> commands,
                long expireAtMillis,
                long elements,
                boolean endsKey,
                int permits) {
            super(permits);
            this.sourceDb = sourceDb;
            this.db = db;
            this.key = requireNonNull(key, "key is null");
            this.commands = requireNonNull(commands, "commands is null");
            this.expireAtMillis = expireAtMillis;
            this.elements = elements;
            this.endsKey = endsKey;
        }
    }

    /**
     * Pieces of a snapshot of which nothing has to be noted, as they go to the target. Written by the thread that scans, until it is
     * put into the lane.
     */
    static final class Bulk extends LaneUnit {
        final int sourceDb;
        final int db;
        final RenderedCommands commands;
        private long keys;
        private long elements;

        Bulk(int sourceDb, int db, int room, int permits) {
            super(permits);
            this.sourceDb = sourceDb;
            this.db = db;
            this.commands = new RenderedCommands(room);
        }

        void count(boolean endsKey, long more) {
            keys += endsKey ? 1 : 0;
            elements += more;
        }

        long keys() {
            return keys;
        }

        long elements() {
            return elements;
        }
    }

    /**
     * The lane has nothing left up to these positions: its marks may move there although it had no data to carry them.
     * Expiries that the stream has passed by these seconds, of each database of the target, need not be held back any more.
     */
    static final class Advance extends LaneUnit {
        final Map<StreamId, BinlogPosition> upTo;
        final Map<Integer, Long> quietSeconds;

        Advance(Map<StreamId, BinlogPosition> upTo, Map<Integer, Long> quietSeconds) {
            super(0);
            this.upTo = Map.copyOf(upTo);
            this.quietSeconds = Map.copyOf(quietSeconds);
        }
    }

    /** All of a unit of the snapshot was put in before this; in every lane. */
    static final class UnitLoaded extends LaneUnit {
        final String unit;
        final String counts;
        private final AtomicInteger lanesLeft;

        /** One object for all lanes. */
        UnitLoaded(String unit, String counts, int lanes) {
            super(0);
            this.unit = requireNonNull(unit, "unit is null");
            this.counts = requireNonNull(counts, "counts is null");
            this.lanesLeft = new AtomicInteger(lanes);
        }

        /** A lane has done what it had before. @return whether it is the last one */
        boolean passed() {
            return lanesLeft.decrementAndGet() == 0;
        }
    }

    /** Everything the lane had before is done when this is reached. */
    static final class Milestone extends LaneUnit {
        final CountDownLatch reached;

        Milestone(CountDownLatch reached) {
            super(0);
            this.reached = requireNonNull(reached, "reached is null");
        }
    }
}
