package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.sender.HeldExpiries.State;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.Stream;

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

    /** Keys that expire later are not watched; while they come so near nobody looks. */
    private static final long WATCHED_MILLIS = Duration.ofHours(1).toMillis();

    /** P8: while so many keys wait to be read again, no further one is because of a refusal. */
    private static final int MAX_UNSETTLED = 50_000;

    private final List<Lane> lanes;
    private final Shared shared;

    /**
     * What all lanes of a job are told.
     *
     * @param name for threads
     * @param controlDb the target's database that has the job's own keys
     * @param setTakesPxat whether the target is Redis 6.2 or newer
     * @param countsErrors whether a script at the target may ask how many errors there were
     * @param readsRefusedAgain whether the key of a refused command is read again from the source
     * @param expiry how the source computes with expiries
     * @param vitals how the target bears it
     * @param clock what "near" is measured by
     */
    public record Terms(
            String name,
            SenderConfig config,
            int controlDb,
            TargetKeys keys,
            boolean setTakesPxat,
            boolean countsErrors,
            boolean readsRefusedAgain,
            ExpiryRule expiry,
            Vitals vitals,
            Clock clock,
            Threads threads) {}

    /**
     * @param board the marks; empty for a load, which has none
     * @param links opens a connection of the job's tenure; called once per lane
     */
    public SenderPool(
            Terms terms, Optional<MarkBoard> board, Supplier<TargetLink> links, Refusals refusals, Runnable onFailure) {
        this.shared = new Shared(terms, board, refusals, onFailure);
        SenderConfig config = terms.config();
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

    Threads threads() {
        return shared.threads();
    }

    /** Waits until so many bytes may be put in. @return what to give back */
    int acquire(long bytes) throws InterruptedException {
        return acquire(bytes, this::rouse);
    }

    /** @param beforeWaiting rouses what may give something back */
    int acquire(long bytes, Runnable beforeWaiting) throws InterruptedException {
        return shared.budget.acquire(bytes, beforeWaiting);
    }

    /** Who has put something in does this before it waits for anything: until then lanes may wait for more. */
    void rouse() {
        lanes.forEach(Lane::rouse);
    }

    MarkBoard board() {
        return shared.board();
    }

    /**
     * Takes over what an earlier tenure left in the target: expiries held back, dirty keys, expiries of emptied keys, refusals that
     * no coordinator may have heard of. Before {@link #start}.
     *
     * @param control stands in the control database
     */
    public void adopt(TargetLink control, IntUnaryOperator targetDb) {
        OwnHash held = new OwnHash(control, shared.keys().held());
        held.forEach((field, value) -> {
            HeldExpiries.Held key = HeldExpiries.parse(field, value);
            shared.held(LaneOf.lane(key.key().array(), size()))
                    .put(key.db(), key.key().array(), key.expireAtMillis(), key.state());
        });
        OwnHash dirty = new OwnHash(control, shared.keys().dirty());
        dirty.forEach((field, value) -> {
            DirtyKey key = DirtyKeys.parse(field, value, targetDb);
            if (shared.dirty(LaneOf.lane(key.key().array(), size())).add(key)) {
                shared.reread(key);
            }
        });
        OwnHash emptied = new OwnHash(control, shared.keys().emptied());
        emptied.forEach((field, value) -> {
            boolean given = value[0] == '!';
            long at = Long.parseLong(new String(value, given ? 1 : 0, value.length - (given ? 1 : 0), US_ASCII));
            EmptiedKeys.Name name = EmptiedKeys.parse(field);
            int lane = LaneOf.lane(name.key().array(), size());
            if (given) {
                lanes.get(lane).adopt(name, at);
            } else {
                shared.emptied(lane).put(Bytes.owning(field), at);
            }
        });
        OwnHash refused = new OwnHash(control, shared.keys().refused());
        refused.forEach((field, value) -> shared.refusals().found(Refused.parse(field, value)));
    }

    /** From now on expiries nearer than this are held back. */
    public void holdExpiriesWithin(Duration horizon) {
        shared.horizonMillis = horizon.toMillis();
    }

    /** Whether an expiry is so near that a lane has to write down that it is there. */
    boolean watches(long expireAtMillis) {
        return shared.holds(expireAtMillis) || shared.isNear(expireAtMillis);
    }

    /** Whether expiries are held back at all at the moment. */
    boolean holds() {
        return shared.holding;
    }

    void hold(boolean hold) {
        shared.holding = hold;
    }

    /** How far the target has confirmed, lane by lane. */
    public Marks confirmedMarks() {
        return board().confirmed();
    }

    /** How many expiries are held back. Approximate while lanes run. */
    public long heldExpiries() {
        return shared.held.stream().mapToLong(HeldExpiries::shifted).sum();
    }

    /** How many keys are known to expire before long. Approximate while lanes run. */
    long watchedExpiries() {
        return shared.held.stream().mapToLong(HeldExpiries::size).sum();
    }

    /** How many emptied keys are remembered. Approximate while lanes run. */
    long emptiedKeys() {
        return shared.emptied.stream().mapToLong(EmptiedKeys::size).sum();
    }

    int controlDb() {
        return shared.controlDb();
    }

    TargetKeys keys() {
        return shared.keys();
    }

    /** How many keys have to be read again from the source. */
    public long dirtyKeys() {
        return shared.unsettled.get() + suspectKeys();
    }

    /** How many keys have been made equal to the source's by reading them again. */
    public long keysRepaired() {
        return shared.repaired.sum();
    }

    /** Of these, those that are to be left alone for a while first. Approximate while lanes run. */
    long suspectKeys() {
        return shared.suspects.stream().mapToLong(Suspects::size).sum();
    }

    /** The next key to read from the source; empty if there was none within the wait. */
    public Optional<DirtyKey> nextDirty(Duration wait) throws InterruptedException {
        return shared.unread.tryAcquire(wait.toMillis(), TimeUnit.MILLISECONDS)
                ? Optional.of(shared.toRead.remove())
                : Optional.empty();
    }

    /** The key could not be read just now. */
    public void readLater(DirtyKey dirty) {
        shared.toBeRead(dirty);
    }

    /** Commands the target has confirmed, of items and of the load. */
    public long commandsApplied() {
        return shared.commands.sum();
    }

    public long keysLoaded() {
        return shared.keys.sum();
    }

    /** An earlier try has loaded them. */
    void loadedBefore(long keys, long elements) {
        shared.loaded(keys, elements);
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
        CountDownLatch reached = shared.threads().latch(lanes.size());
        lanes.forEach(lane -> lane.put(new LaneUnit.Milestone(reached)));
        rouse();
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
                    lane.awaitEnd();
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

        private final Terms terms;
        private final String name;
        private final CommandRendering rendering;
        private final Optional<MarkBoard> board;
        private final Refusals refusals;
        private final Runnable onFailure;
        private final Budget budget;
        private final List<HeldExpiries> held;
        private final List<DirtyKeys> dirty;
        private final List<EmptiedKeys> emptied;
        private final List<Suspects> suspects;
        private final Queue<DirtyKey> toRead = new ConcurrentLinkedQueue<>();
        private final Semaphore unread; // counts what is in toRead
        private final List<TypeConflicts> conflicts;
        private final Set<DirtyKey> known = ConcurrentHashMap.newKeySet();
        private final AtomicInteger unsettled = new AtomicInteger();
        private final LongAdder repaired = new LongAdder();
        private final LongAdder commands = new LongAdder();
        private final LongAdder keys = new LongAdder();
        private final LongAdder elements = new LongAdder();
        private final AtomicReference<RuntimeException> failure = new AtomicReference<>();
        private volatile long horizonMillis;
        private volatile boolean holding = true;
        private volatile List<Lane> lanes = List.of();

        Shared(Terms terms, Optional<MarkBoard> board, Refusals refusals, Runnable onFailure) {
            this.terms = requireNonNull(terms, "terms is null");
            this.name = terms.name();
            this.rendering = new CommandRendering(terms.setTakesPxat());
            this.board = requireNonNull(board, "board is null");
            this.refusals = requireNonNull(refusals, "refusals is null");
            this.onFailure = requireNonNull(onFailure, "onFailure is null");
            this.budget = new Budget(terms.threads(), terms.config().budgetBytes());
            this.unread = terms.threads().semaphore(0);
            this.held = Stream.generate(HeldExpiries::new)
                    .limit(terms.config().lanes())
                    .toList();
            this.suspects =
                    Stream.generate(Suspects::new).limit(terms.config().lanes()).toList();
            this.emptied = Stream.generate(EmptiedKeys::new)
                    .limit(terms.config().lanes())
                    .toList();
            this.dirty = Stream.generate(DirtyKeys::new)
                    .limit(terms.config().lanes())
                    .toList();
            this.conflicts = Stream.generate(() -> new TypeConflicts(terms.clock()::millis))
                    .limit(terms.config().lanes())
                    .toList();
        }

        @Override
        public String name() {
            return name;
        }

        @Override
        public Threads threads() {
            return terms.threads();
        }

        @Override
        public SenderConfig config() {
            return terms.config();
        }

        @Override
        public int controlDb() {
            return terms.controlDb();
        }

        @Override
        public TargetKeys keys() {
            return terms.keys();
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
        public Vitals vitals() {
            return terms.vitals();
        }

        @Override
        public boolean readsRefusedAgain() {
            return terms.readsRefusedAgain() && unsettled.get() < MAX_UNSETTLED;
        }

        @Override
        public boolean countsErrors() {
            return terms.countsErrors();
        }

        @Override
        public TypeConflicts conflicts(int lane) {
            return conflicts.get(lane);
        }

        @Override
        public HeldExpiries held(int lane) {
            return held.get(lane);
        }

        @Override
        public DirtyKeys dirty(int lane) {
            return dirty.get(lane);
        }

        @Override
        public EmptiedKeys emptied(int lane) {
            return emptied.get(lane);
        }

        @Override
        public Suspects suspects(int lane) {
            return suspects.get(lane);
        }

        @Override
        public boolean holds(long expireAtMillis) {
            return HeldExpiries.shiftable(expireAtMillis)
                    && holding
                    && expireAtMillis < terms.clock().millis() + horizonMillis;
        }

        @Override
        public State stateFor(long expireAtMillis, HeldExpiries held) {
            if (holds(expireAtMillis) && held.hasRoomFor(State.SHIFTED)) {
                return State.SHIFTED;
            }
            return isNear(expireAtMillis) && held.hasRoomFor(State.NATIVE) ? State.NATIVE : State.UNKNOWN;
        }

        private boolean isNear(long expireAtMillis) {
            return HeldExpiries.shiftable(expireAtMillis)
                    && expireAtMillis < terms.clock().millis() + WATCHED_MILLIS;
        }

        @Override
        public boolean isPast(long expireAtMillis) {
            return expireAtMillis <= terms.clock().millis();
        }

        @Override
        public boolean gone(long expireAtMillis, long executedAtSeconds) {
            return terms.expiry().gone(expireAtMillis, executedAtSeconds);
        }

        @Override
        public boolean unsure(long expireAtMillis, long executedAtSeconds) {
            return terms.expiry().unsure(expireAtMillis, executedAtSeconds);
        }

        @Override
        public boolean narrowly(long expireAtMillis, long executedAtSeconds) {
            return terms.expiry().narrowly(expireAtMillis, executedAtSeconds);
        }

        @Override
        public boolean remembersEmptied() {
            return terms.expiry().remembersEmptied();
        }

        @Override
        public void reread(DirtyKey key) {
            if (known.add(key)) {
                unsettled.incrementAndGet();
            }
            toBeRead(key);
        }

        private void toBeRead(DirtyKey key) {
            toRead.add(key);
            unread.release();
        }

        @Override
        public void settled(DirtyKey key) {
            if (known.remove(key)) {
                unsettled.decrementAndGet();
            }
        }

        @Override
        public void repaired() {
            repaired.increment();
        }

        @Override
        public void applied(long count) {
            commands.add(count);
            terms.vitals().applied(count);
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
