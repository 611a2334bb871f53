package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.checkpoint.Watermark;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.routing.Mapped;
import io.pikaferry.worker.routing.TargetCommand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.IntUnaryOperator;
import java.util.function.Predicate;

/**
 * Puts the items of the streams into the lanes their keys belong to, in order, and keeps the watermarks.
 *
 * <p>An item whose commands belong to one lane goes there whole. One whose commands belong to several lanes, each to one,
 * is split: each lane has its part, under the same position. A command whose keys belong to several lanes stands at a gate
 * of just those (P3), and so does everything that concerns a whole database, at a gate of all.
 *
 * <p>What a lane's mark already covers is not put in again (P2). That is decided by the lane that carries the mark for it,
 * which is the same lane every time as long as the number of lanes stays.
 *
 * <p>Threads: used by one thread; the watermarks may be read by any.
 */
public final class StreamFeed {

    private final SenderPool pool;
    private final Optional<SlotFilter> slotFilter;
    private final Map<StreamId, Course> courses = new TreeMap<>();
    private Course last; // of the item that was fed last: mostly the next one's too
    private final AtomicLong itemsFed = new AtomicLong(); // written by the feeding thread only
    private volatile long idleSince = -1;
    private final Queue<SourceCopy> copies = new ConcurrentLinkedQueue<>();
    private final Queue<LaneUnit.GiveUp> hopeless = new ConcurrentLinkedQueue<>();
    private final Queue<Refused> toMend = new ConcurrentLinkedQueue<>();

    /** How far a stream has come. */
    private static final class Course {
        final StreamId stream;
        final Watermark watermark;
        final int targetDb;
        final PriorityQueue<SourceCopy> copies =
                new PriorityQueue<>(Comparator.comparing(SourceCopy::after)); // not due yet
        BinlogPosition fed;
        BinlogPosition advanced;
        long executedAt; // of the last item that says when
        final AtomicLong quietSince = new AtomicLong();

        Course(StreamId stream, Watermark watermark, BinlogPosition from, int targetDb) {
            this.stream = stream;
            this.watermark = watermark;
            this.fed = from;
            this.advanced = from;
            this.targetDb = targetDb;
        }
    }

    /** Which keys lie in the slot of a stream. */
    public interface SlotFilter {
        boolean belongs(StreamId stream, byte[] key);
    }

    /**
     * @param targetDb the target's database for one of the source
     * @param slotFilter in sharding mode; else a stream has all keys of its database
     * @param onConfirmed hears of every stream how far everything is confirmed; called by lanes
     */
    public StreamFeed(
            SenderPool pool,
            Marks marks,
            IntUnaryOperator targetDb,
            Optional<SlotFilter> slotFilter,
            BiConsumer<StreamId, BinlogPosition> onConfirmed) {
        this.pool = requireNonNull(pool, "pool is null");
        requireNonNull(targetDb, "targetDb is null");
        this.slotFilter = requireNonNull(slotFilter, "slotFilter is null");
        marks.resumeAfter().forEach((stream, position) -> {
            Watermark watermark = new Watermark(position, end -> onConfirmed.accept(stream, end));
            last = new Course(stream, watermark, position, targetDb.applyAsInt(stream.db()));
            courses.put(stream, last);
        });
    }

    private Course course(StreamId stream) {
        if (!last.stream.equals(stream)) {
            last = courses.get(stream);
        }
        return last;
    }

    /** Of every stream how far everything is confirmed. */
    public Map<StreamId, BinlogPosition> confirmed() {
        Map<StreamId, BinlogPosition> confirmed = new TreeMap<>();
        courses.forEach((stream, course) -> confirmed.put(stream, course.watermark.position()));
        return confirmed;
    }

    /** When the source executed the oldest item of the stream that is on its way, in seconds since the epoch; 0: none is. */
    public long oldestOnItsWay(StreamId stream) {
        return courses.get(stream).watermark.oldestOnItsWay();
    }

    /** Of every stream the end of the last item put in. To be called by the feeding thread. */
    public Map<StreamId, BinlogPosition> fed() {
        Map<StreamId, BinlogPosition> fed = new HashMap<>();
        courses.forEach((stream, course) -> fed.put(stream, course.fed));
        return fed;
    }

    /** How many items have been put in. Safe from any thread. */
    public long itemsFed() {
        return itemsFed.get();
    }

    /**
     * The source has had nothing more for a while: as long as no further item comes, expiries need not be held back. Safe from any
     * thread.
     *
     * @param itemsFed how many items had been put in when that was seen
     */
    public void idle(long itemsFed) {
        idleSince = itemsFed;
    }

    /** Waits while the budget is used up. Lanes may keep it until they have more, or are {@linkplain #rouse roused}. */
    public void feed(BinlogItem item, Mapped mapped) throws InterruptedException {
        StreamId stream = item.stream();
        if (!pool.holds()) {
            pool.hold(true);
            advanceAll(Map.of(), quietSeconds()); // before the item, in every lane
        }
        itemsFed.lazySet(itemsFed.get() + 1);
        if (mapped instanceof Mapped.Commands commands) {
            feedCommands(item, commands.commands());
        } else if (mapped instanceof Mapped.FlushDatabase) {
            feedFlush(item);
        } else if (mapped instanceof Mapped.DeleteMatching matching) {
            feedSweep(
                    item, new KeyFilter(matching.pattern(), matching.redisType(), belongs(stream), matching.atMost()));
        } else if (mapped instanceof Mapped.Reread reread) {
            feedTaint(item, reread);
        } else if (mapped instanceof Mapped.Refused refused) {
            feedRefusal(item, refused);
        } else {
            sent(item, 0);
        }
        Course course = course(stream);
        course.fed = item.end();
        if (item.executedAtSeconds() > 0) {
            course.executedAt = item.executedAtSeconds();
        }
    }

    /**
     * Everything the source had executed before that second has been confirmed: it was asked where its binlog ends, and that is
     * where we are. Safe from any thread.
     */
    public void quiet(StreamId stream, long second) {
        courses.get(stream).quietSince.accumulateAndGet(second, Math::max);
    }

    /** Nothing more is at hand: what was put in is not kept back any longer. */
    public void rouse() {
        pool.rouse();
    }

    private void feedTaint(BinlogItem item, Mapped.Reread reread) throws InterruptedException {
        Map<Integer, List<Bytes>> parts = new TreeMap<>();
        reread.keys().forEach(key -> parts.computeIfAbsent(laneOf(key.array()), lane -> new ArrayList<>())
                .add(key));
        parts.keySet().removeIf(lane -> covered(item, lane));
        Watermark.InFlight inFlight = sent(item, parts.size());
        for (Map.Entry<Integer, List<Bytes>> part : parts.entrySet()) {
            int permits = pool.acquire(item.content().length / parts.size());
            pool.lane(part.getKey())
                    .put(new LaneUnit.Taint(
                            item.stream(),
                            item.end(),
                            item.executedAtSeconds(),
                            db(item),
                            inFlight,
                            permits,
                            part.getValue(),
                            reread.code(),
                            reread.message()));
        }
    }

    /** A dirty key was read; it is replaced when the stream has come to where the reading ended. Safe from any thread. */
    public void offer(SourceCopy copy) {
        copies.add(copy);
    }

    /** A dirty key cannot be read. @param why as a clause that ends what the ledger says. Safe from any thread. */
    public void giveUp(DirtyKey dirty, String why) {
        hopeless.add(new LaneUnit.GiveUp(dirty, why));
    }

    /** The key of an entry of the ledger is to be read again. Safe from any thread. */
    public void mend(Refused entry) {
        toMend.add(entry);
    }

    /** Puts in what has been offered and is due. To be called again and again by the feeding thread. */
    public void serveOffers() {
        for (SourceCopy copy = copies.poll(); copy != null; copy = copies.poll()) {
            Course course = courses.get(copy.dirty().stream());
            course.copies.add(copy);
            repairWhatIsDue(course);
        }
        repairWhatIsDue(last); // of the others nothing has been put in since
        for (LaneUnit.GiveUp unit = hopeless.poll(); unit != null; unit = hopeless.poll()) {
            pool.lane(laneOf(unit.dirty.key().array())).put(unit);
        }
        for (Refused entry = toMend.poll(); entry != null; entry = toMend.poll()) {
            Refused wanted = entry;
            streamOf(entry).ifPresent(stream -> pool.lane(laneOf(wanted.key().array()))
                    .put(new LaneUnit.Mend(new DirtyKey(
                            stream,
                            courses.get(stream).targetDb,
                            wanted.key(),
                            wanted.code(),
                            wanted.message(),
                            wanted.position().orElse(BinlogPosition.START),
                            wanted.id()))));
        }
    }

    private void repairWhatIsDue(Course course) {
        while (!course.copies.isEmpty() && !course.copies.peek().after().isAfter(course.fed)) {
            SourceCopy copy = course.copies.poll();
            pool.lane(laneOf(copy.dirty().key().array())).put(new LaneUnit.Repair(copy));
        }
    }

    /** The stream that has the writes to an entry's key now; what was found in a snapshot names its database only. */
    private Optional<StreamId> streamOf(Refused entry) {
        return courses.keySet().stream()
                .filter(stream -> stream.db() == entry.stream().db())
                .filter(stream -> belongs(stream).test(entry.key().array()))
                .findFirst();
    }

    /** These entries have been stored by a coordinator. To be called by the feeding thread. */
    public void forget(List<Refused> entries) {
        Map<Integer, List<Refused>> byLane = new TreeMap<>();
        entries.forEach(entry -> byLane.computeIfAbsent(laneOf(entry.key().array()), lane -> new ArrayList<>())
                .add(entry));
        byLane.forEach((lane, some) -> pool.lane(lane).put(new LaneUnit.Forget(some)));
    }

    /** Goes through the lane, so that it is written down together with the mark that passes it. */
    private void feedRefusal(BinlogItem item, Mapped.Refused refused) throws InterruptedException {
        int lane = laneOf(refused.key().array());
        if (covered(item, lane)) {
            sent(item, 0);
            return;
        }
        Refused what = Refused.ofItem(
                item.stream(), item.end(), db(item), refused.key(), refused.code(), "", refused.message());
        Watermark.InFlight inFlight = sent(item, 1);
        int permits = pool.acquire(item.content().length);
        pool.lane(lane)
                .put(new LaneUnit.Refuse(
                        item.stream(), item.end(), item.executedAtSeconds(), db(item), inFlight, permits, what));
    }

    private Watermark.InFlight sent(BinlogItem item, int parts) {
        return course(item.stream()).watermark.sent(item.end(), item.executedAtSeconds(), parts);
    }

    private int laneOf(byte[] key) {
        return LaneOf.lane(key, pool.size());
    }

    private void feedCommands(BinlogItem item, List<TargetCommand> commands) throws InterruptedException {
        if (commands.size() == 1 && commands.get(0).keys().length == 1) {
            feedOne(item, laneOf(commands.get(0).keys()[0]), commands);
            return;
        }
        boolean severalLanesInOne = false;
        Map<Integer, List<TargetCommand>> parts = new TreeMap<>();
        for (TargetCommand command : commands) {
            int home = laneOf(command.keys()[0]);
            for (byte[] key : command.keys()) {
                severalLanesInOne |= laneOf(key) != home;
            }
            parts.computeIfAbsent(home, lane -> new ArrayList<>()).add(command);
        }
        if (severalLanesInOne) {
            feedAtGate(item, commands);
        } else {
            feedParts(item, parts);
        }
    }

    private void feedOne(BinlogItem item, int lane, List<TargetCommand> commands) throws InterruptedException {
        if (covered(item, lane)) {
            sent(item, 0);
            return;
        }
        Watermark.InFlight inFlight = sent(item, 1);
        int permits = pool.acquire(item.content().length);
        pool.lane(lane).put(write(item, inFlight, permits, commands));
    }

    private void feedParts(BinlogItem item, Map<Integer, List<TargetCommand>> parts) throws InterruptedException {
        int open = 0;
        for (int lane : parts.keySet()) {
            open += covered(item, lane) ? 0 : 1;
        }
        Watermark.InFlight inFlight = sent(item, open);
        for (Map.Entry<Integer, List<TargetCommand>> part : parts.entrySet()) {
            if (!covered(item, part.getKey())) {
                int permits = pool.acquire(item.content().length / parts.size());
                pool.lane(part.getKey()).put(write(item, inFlight, permits, part.getValue()));
            }
        }
    }

    private void feedAtGate(BinlogItem item, List<TargetCommand> commands) throws InterruptedException {
        int home = laneOf(commands.get(0).keys()[0]);
        boolean[] concerned = new boolean[pool.size()];
        for (TargetCommand command : commands) {
            for (byte[] key : command.keys()) {
                concerned[laneOf(key)] = true;
            }
        }
        putAtGate(item, home, concerned, (inFlight, permits) -> write(item, inFlight, permits, commands));
    }

    private LaneUnit.Write write(
            BinlogItem item, Watermark.InFlight inFlight, int permits, List<TargetCommand> commands) {
        return new LaneUnit.Write(
                item.stream(), item.end(), item.executedAtSeconds(), db(item), inFlight, permits, commands);
    }

    private void feedFlush(BinlogItem item) throws InterruptedException {
        if (slotFilter.isEmpty()) {
            putAtGate(
                    item,
                    0,
                    everyLane(),
                    (inFlight, permits) -> new LaneUnit.Flush(
                            item.stream(), item.end(), item.executedAtSeconds(), db(item), inFlight, permits));
        } else {
            feedSweep(item, KeyFilter.all(belongs(item.stream())));
        }
    }

    private Predicate<byte[]> belongs(StreamId stream) {
        return slotFilter
                .<Predicate<byte[]>>map(filter -> key -> filter.belongs(stream, key))
                .orElse(key -> true);
    }

    private void feedSweep(BinlogItem item, KeyFilter filter) throws InterruptedException {
        putAtGate(
                item,
                0,
                everyLane(),
                (inFlight, permits) -> new LaneUnit.Sweep(
                        item.stream(), item.end(), item.executedAtSeconds(), db(item), inFlight, permits, filter));
    }

    private interface Work {
        LaneUnit.Item build(Watermark.InFlight inFlight, int permits);
    }

    private void putAtGate(BinlogItem item, int home, boolean[] concerned, Work work) throws InterruptedException {
        if (covered(item, home)) {
            sent(item, 0);
            return;
        }
        int others = -1;
        for (boolean each : concerned) {
            others += each ? 1 : 0;
        }
        Watermark.InFlight inFlight = sent(item, 1);
        int permits = pool.acquire(item.content().length);
        Gate gate = new Gate(pool.threads(), home, others);
        LaneUnit.AtGate unit = new LaneUnit.AtGate(gate, work.build(inFlight, permits));
        for (int lane = 0; lane < concerned.length; lane++) {
            if (concerned[lane]) {
                pool.lane(lane).put(unit);
            }
        }
    }

    private boolean[] everyLane() {
        boolean[] all = new boolean[pool.size()];
        java.util.Arrays.fill(all, true);
        return all;
    }

    private boolean covered(BinlogItem item, int lane) {
        return pool.board().covers(item.stream(), lane, item.end());
    }

    private int db(BinlogItem item) {
        return course(item.stream()).targetDb;
    }

    /**
     * Lets the marks of lanes that had nothing to carry follow the others, and expiries that the stream has passed be given. To
     * be called about twice a second by the feeding thread.
     */
    public void advance() {
        Map<StreamId, BinlogPosition> moved = new HashMap<>();
        courses.forEach((stream, course) -> {
            if (course.fed.isAfter(course.advanced)) {
                moved.put(stream, course.fed);
                course.advanced = course.fed;
            }
        });
        if (idleSince == itemsFed.get()) {
            pool.hold(false);
        }
        if (!moved.isEmpty() || pool.watchedExpiries() > 0 || pool.suspectKeys() > 0 || pool.emptiedKeys() > 0) {
            advanceAll(moved, quietSeconds());
        }
    }

    /** Nothing more will be put in by us: what one reads at the target from now on is the expiry of the source. */
    public void letGo() {
        pool.hold(false);
        advance();
    }

    private void advanceAll(Map<StreamId, BinlogPosition> moved, Map<Integer, Long> quiet) {
        for (int lane = 0; lane < pool.size(); lane++) {
            pool.lane(lane).put(new LaneUnit.Advance(moved, quiet));
        }
    }

    /** Of each database of the target the second before which nothing more can come from the source. */
    private Map<Integer, Long> quietSeconds() {
        Map<Integer, Long> quiet = new HashMap<>();
        for (Course course : courses.values()) {
            quiet.merge(course.targetDb, Math.max(course.executedAt, course.quietSince.get()), Math::min);
        }
        return quiet;
    }
}
