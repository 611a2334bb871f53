package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * The lanes of a job. Writes of one key keep their order; writes of different keys may overtake each other unless a gate
 * stands between them.
 *
 * <p>Threads: each lane has a thread, a connection and a queue of its own. What fills them ({@link StreamFeed},
 * {@link SnapshotFeed}) waits when the budget is used up; that is all the back-pressure there is, and it reaches the
 * master through the socket we then stop reading, or the spool.
 *
 * <p>Failure: the first lane that fails closes all others and is told to {@code onFailure}, once. The owner interrupts who
 * feeds, closes the pool and starts again from the marks in the target; lanes never reconnect on their own.
 */
public final class SenderPool implements AutoCloseable {

    private final List<Lane> lanes;
    private final Shared shared;

    /**
     * @param board the marks; empty for a load, which has none
     * @param links opens a connection of the job's tenure; called once per lane
     */
    public SenderPool(
            String name,
            SenderConfig config,
            int controlDb,
            boolean setTakesPxat,
            Optional<MarkBoard> board,
            Supplier<TargetLink> links,
            Refusals refusals,
            Runnable onFailure) {
        this.shared =
                new Shared(name, config, controlDb, new CommandRendering(setTakesPxat), board, refusals, onFailure);
        List<Lane> opened = new ArrayList<>();
        try {
            for (int i = 0; i < config.lanes(); i++) {
                opened.add(new Lane(i, shared, links.get()));
            }
        } catch (RuntimeException e) {
            opened.forEach(Lane::close);
            throw e;
        }
        this.lanes = List.copyOf(opened);
        shared.lanes = lanes;
    }

    public void start() {
        lanes.forEach(Lane::start);
    }

    int size() {
        return lanes.size();
    }

    Lane lane(int index) {
        return lanes.get(index);
    }

    Budget budget() {
        return shared.budget;
    }

    MarkBoard board() {
        return shared.board();
    }

    /** Commands the target has confirmed, of items and of the load. */
    public long commandsApplied() {
        return shared.commands.sum();
    }

    public long keysLoaded() {
        return shared.keys.sum();
    }

    public long elementsLoaded() {
        return shared.elements.sum();
    }

    /** @throws FerryException what made a lane end, if one has */
    public void check() {
        RuntimeException failure = shared.failure.get();
        if (failure != null) {
            throw failure instanceof FerryException coded
                    ? coded
                    : new FerryException(
                            ErrorCode.INTERNAL, "a lane of " + shared.name + " failed: " + failure, failure);
        }
    }

    /**
     * Waits until all that was put in before is confirmed by the target.
     *
     * @throws FerryException what made a lane end instead
     */
    public void drain() throws InterruptedException {
        CountDownLatch reached = new CountDownLatch(lanes.size());
        lanes.forEach(lane -> lane.put(new LaneUnit.Fence(reached)));
        while (!reached.await(100, TimeUnit.MILLISECONDS)) {
            check();
        }
    }

    /** Drops what is queued. Returns when no lane can write any more. */
    @Override
    public void close() {
        lanes.forEach(Lane::close);
        boolean interrupted = false;
        for (Lane lane : lanes) {
            while (true) {
                try {
                    lane.join();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static final class Shared implements LaneJob {

        private final String name;
        private final SenderConfig config;
        private final int controlDb;
        private final CommandRendering rendering;
        private final Optional<MarkBoard> board;
        private final Refusals refusals;
        private final Runnable onFailure;
        private final Budget budget;
        private final LongAdder commands = new LongAdder();
        private final LongAdder keys = new LongAdder();
        private final LongAdder elements = new LongAdder();
        private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
        private volatile List<Lane> lanes = List.of();

        Shared(
                String name,
                SenderConfig config,
                int controlDb,
                CommandRendering rendering,
                Optional<MarkBoard> board,
                Refusals refusals,
                Runnable onFailure) {
            this.name = requireNonNull(name, "name is null");
            this.config = requireNonNull(config, "config is null");
            this.controlDb = controlDb;
            this.rendering = rendering;
            this.board = requireNonNull(board, "board is null");
            this.refusals = requireNonNull(refusals, "refusals is null");
            this.onFailure = requireNonNull(onFailure, "onFailure is null");
            this.budget = new Budget(config.budgetBytes());
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public SenderConfig config() {
            return config;
        }

        @Override
        public int controlDb() {
            return controlDb;
        }

        @Override
        public MarkBoard board() {
            return board.orElseThrow(() -> new IllegalStateException("a load has no marks"));
        }

        @Override
        public Budget budget() {
            return budget;
        }

        @Override
        public CommandRendering rendering() {
            return rendering;
        }

        @Override
        public Refusals refusals() {
            return refusals;
        }

        @Override
        public void applied(long count) {
            commands.add(count);
        }

        @Override
        public void loaded(long keyCount, long elementCount) {
            keys.add(keyCount);
            elements.add(elementCount);
        }

        @Override
        public void failed(RuntimeException why) {
            if (failure.compareAndSet(null, why)) {
                lanes.forEach(Lane::close);
                onFailure.run();
            }
        }
    }
}
