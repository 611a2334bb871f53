package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.routing.CollectionWrite;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;

/**
 * One lane: takes what has piled up, sends it as one transaction together with the lane's new marks, waits for the answer.
 * So batches are large under load, and of one command when idle.
 *
 * <p>Failure: a broken connection ends the lane. What became of its last batch is then unknown; only the marks will tell.
 */
final class Lane implements AutoCloseable {

    /** Units worth a transaction: what that costs beside them is spread over so many, and no lane idles long for them. */
    private static final int ENOUGH = 128;

    private final int index;
    private final LaneJob job;
    private final TargetLink link; // used by the lane's thread only
    private final Patience patience;
    private final ItemWriter items;
    private final Expiries expiries;
    private final Revivals revivals;
    private final LoadWriter loads;
    private final KeyRepair repairs;
    private final LaneQueue queue;
    private final CountDownLatch closed;
    private final CountDownLatch ended;
    private final Thread thread;
    private volatile boolean started;

    Lane(int index, LaneJob job, TargetLink link) {
        this.index = index;
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.queue = new LaneQueue(job.threads(), Math.min(ENOUGH, job.config().batchUnits()));
        this.closed = job.threads().latch(1);
        this.ended = job.threads().latch(1);
        this.patience = new Patience(link, job, closed);
        this.expiries = new Expiries(index, job, link, patience);
        this.revivals = new Revivals(job, link, patience);
        this.items = new ItemWriter(index, job, link, expiries, patience, revivals);
        this.loads = new LoadWriter(index, job, patience);
        this.repairs = new KeyRepair(index, job, patience, revivals);
        this.thread = job.threads().thread(job.name() + "-lane-" + index, this::run);
    }

    void start() {
        started = true;
        thread.start();
    }

    /** To be called before {@link #start}. */
    void adopt(EmptiedKeys.Name given, long expireAtMillis) {
        revivals.adopt(given, expireAtMillis);
    }

    /** It may lie there until more has come, or the lane is {@linkplain #rouse roused}. */
    void put(LaneUnit unit) {
        queue.put(unit);
    }

    void rouse() {
        queue.rouse();
    }

    private void run() {
        List<LaneUnit> batch = new ArrayList<>();
        try {
            revivals.settle(); // what an earlier tenure left
            while (true) {
                batch.clear();
                queue.take(batch, job.config().batchUnits(), job.config().batchBytes());
                handle(batch);
                job.vitals().look(link);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (RuntimeException e) {
            job.failed(e);
        } finally {
            link.close();
            ended.countDown();
        }
    }

    private void handle(List<LaneUnit> batch) throws InterruptedException {
        LaneUnit first = batch.get(0);
        if (first instanceof LaneUnit.Write) {
            items.write(batch);
        } else if (first instanceof LaneUnit.Load) {
            loads.write(batch);
        } else if (first instanceof LaneUnit.Bulk) {
            loads.writeBulks(batch);
        } else if (first instanceof LaneUnit.AtGate atGate) {
            passGate(atGate);
        } else if (first instanceof LaneUnit.Advance advance) {
            advance(advance.upTo);
            expiries.settle(advance.quietSeconds);
            revivals.forgetPast(index, advance.quietSeconds);
            items.readCalmSuspects();
        } else if (first instanceof LaneUnit.Taint taint) {
            items.taint(taint);
        } else if (first instanceof LaneUnit.Repair repair) {
            repairs.repair(repair.copy);
        } else if (first instanceof LaneUnit.GiveUp giveUp) {
            repairs.giveUp(giveUp.dirty, giveUp.why);
        } else if (first instanceof LaneUnit.Refuse refuse) {
            items.refuse(refuse);
        } else if (first instanceof LaneUnit.Mend mend) {
            items.mend(mend);
        } else if (first instanceof LaneUnit.Forget forget) {
            items.forget(forget);
        } else if (first instanceof LaneUnit.UnitLoaded loaded) {
            loads.loaded(loaded);
        } else if (first instanceof LaneUnit.Milestone milestone) {
            milestone.reached.countDown();
        } else {
            throw new IllegalStateException(
                    "a lane was given " + first.getClass().getSimpleName());
        }
    }

    private void passGate(LaneUnit.AtGate atGate) throws InterruptedException {
        Gate gate = atGate.gate;
        if (gate.home() != index) {
            gate.waitOutside();
            return;
        }
        gate.awaitOthers();
        LaneUnit.Item work = atGate.work;
        if (work instanceof LaneUnit.Write) {
            items.write(List.of(work));
        } else if (work instanceof LaneUnit.Flush flush) {
            flush(flush);
        } else if (work instanceof LaneUnit.Sweep sweep) {
            sweep(sweep);
        } else {
            throw new IllegalStateException(
                    "a gate was given " + work.getClass().getSimpleName());
        }
        gate.open();
    }

    private void flush(LaneUnit.Flush flush) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = Map.of(flush.stream, flush.end);
        boolean ours = flush.db == job.controlDb();
        List<DirtyKey> clean = new ArrayList<>();
        boolean remembered = false;
        for (int lane = 0; lane < job.config().lanes(); lane++) {
            job.held(lane).removeAll(flush.db);
            remembered |= !job.emptied(lane).isEmpty();
            job.emptied(lane).clear(); // a source that remembers has one database
            for (DirtyKey dirty : job.dirty(lane).of(flush.stream)) {
                job.dirty(lane).remove(dirty);
                clean.add(dirty);
            }
            clean.addAll(job.suspects(lane).removeAll(flush.stream));
        }
        boolean forget = remembered;
        patience.execute(() -> {
            Transaction<LaneUnit.Flush> transaction = new Transaction<>(job.controlDb());
            transaction.data(flush.db, null, new byte[][] {Words.FLUSHDB});
            if (ours) {
                restoreOwnKeys(transaction);
            } else {
                clean.forEach(dirty ->
                        transaction.own(new byte[][] {Words.HDEL, job.keys().dirty(), DirtyKeys.field(dirty)}));
                if (forget) {
                    transaction.own(new byte[][] {Words.UNLINK, job.keys().emptied()});
                }
            }
            transaction.marks(job.board().render(index, marks));
            return transaction;
        });
        clean.forEach(job::settled);
        finish(flush, marks);
    }

    /** The job keeps its own keys in the database that has just been flushed. */
    private void restoreOwnKeys(Transaction<LaneUnit.Flush> transaction) {
        job.board().restore().forEach(transaction::own);
        for (int lane = 0; lane < job.config().lanes(); lane++) {
            for (HeldExpiries.Held held : job.held(lane).which((db, at, state) -> true, Integer.MAX_VALUE)) {
                transaction.own(new byte[][] {
                    Words.HSET,
                    job.keys().held(),
                    HeldExpiries.field(held.db(), held.key().array()),
                    Words.ascii(held.expireAtMillis())
                });
            }
            for (DirtyKey dirty : dirtyAndSuspect(lane)) {
                transaction.own(
                        new byte[][] {Words.HSET, job.keys().dirty(), DirtyKeys.field(dirty), DirtyKeys.value(dirty)});
            }
        }
    }

    private List<DirtyKey> dirtyAndSuspect(int lane) {
        List<DirtyKey> both = new ArrayList<>(job.suspects(lane).all());
        both.addAll(job.dirty(lane).all());
        return both;
    }

    private void sweep(LaneUnit.Sweep sweep) throws InterruptedException {
        for (int lane = 0; lane < job.config().lanes(); lane++) {
            job.dirty(lane).of(sweep.stream).forEach(dirty -> dirty.touchedUnknown(sweep.end));
        }
        if (job.remembersEmptied()) {
            for (CollectionWrite.Kind kind : CollectionWrite.Kind.values()) {
                if (sweep.filter.concerns(kind.redisType())) {
                    revivals.forgetAll(kind);
                }
            }
        }
        Map<StreamId, BinlogPosition> marks = Map.of(sweep.stream, sweep.end);
        KeySweep keys = new KeySweep(link, job.controlDb());
        if (sweep.filter.limited()) {
            limitedSweep(sweep, keys, marks);
            return;
        }
        // Not in one transaction, but repeatable: until the mark stands, every lane waits and it can be done again.
        keys.run(sweep.db, sweep.filter);
        advance(marks);
        finish(sweep, marks);
    }

    /** Done again, it would find others: so the keys and the mark go together. */
    private void limitedSweep(LaneUnit.Sweep sweep, KeySweep sweeper, Map<StreamId, BinlogPosition> marks)
            throws InterruptedException {
        List<byte[]> keys = sweeper.firstOf(sweep.db, sweep.filter);
        patience.execute(() -> {
            Transaction<LaneUnit.Sweep> transaction = new Transaction<>(job.controlDb());
            if (!keys.isEmpty()) {
                transaction.data(sweep.db, null, KeySweep.unlink(keys));
            }
            transaction.marks(job.board().render(index, marks));
            return transaction;
        });
        finish(sweep, marks);
    }

    private void finish(LaneUnit.Item item, Map<StreamId, BinlogPosition> marks) {
        job.board().moved(index, marks);
        item.inFlight.confirmed();
        job.budget().release(item.permits());
        job.applied(1);
    }

    private void advance(Map<StreamId, BinlogPosition> upTo) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = new HashMap<>(job.board().beyond(index, upTo));
        if (marks.isEmpty()) {
            return;
        }
        boolean examined = job.board().hasUnexamined(index) && job.board().willBeExamined(index, marks);
        patience.execute(() -> {
            Transaction<LaneUnit> transaction = new Transaction<>(job.controlDb());
            transaction.marks(job.board().render(index, marks));
            if (examined) {
                transaction.own(new ErrorWatch(job.keys(), index).examined());
            }
            return transaction;
        });
        job.board().moved(index, marks);
        if (examined) {
            job.board().examined(index);
        }
    }

    /** Ends the thread and the connection; what is queued is dropped: it lies after the marks and will be read again. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        link.close();
    }

    void awaitEnd() throws InterruptedException {
        if (started && thread != Thread.currentThread()) {
            ended.await();
        }
    }
}
