package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * One lane: takes what has piled up, sends it as one transaction together with the lane's new marks, waits for the answer.
 * So batches are large under load, and of one command when idle.
 *
 * <p>A refusal after which nothing has happened (the target is full, read-only, busy) is waited out here, with the batch as
 * it is. A broken connection is not: what became of the batch is then unknown, and the lane reports it and ends.
 */
final class Lane implements AutoCloseable {

    private static final long FIRST_WAIT_MILLIS = 50;
    private static final long LONGEST_WAIT_MILLIS = 5_000;

    private final int index;
    private final LaneJob job;
    private final TargetLink link; // used by the lane's thread only
    private final LaneQueue queue = new LaneQueue();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;

    Lane(int index, LaneJob job, TargetLink link) {
        this.index = index;
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.thread = new Thread(this::run, job.name() + "-lane-" + index);
        this.thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void put(LaneUnit unit) {
        queue.put(unit);
    }

    private void run() {
        List<LaneUnit> batch = new ArrayList<>();
        try {
            while (true) {
                batch.clear();
                queue.take(batch, job.config().batchUnits(), job.config().batchBytes());
                handle(batch);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (RuntimeException e) {
            job.failed(e);
        } finally {
            link.close();
        }
    }

    private void handle(List<LaneUnit> batch) throws InterruptedException {
        LaneUnit first = batch.get(0);
        if (first instanceof LaneUnit.Write) {
            applyWrites(batch);
        } else if (first instanceof LaneUnit.Load) {
            applyLoads(batch);
        } else if (first instanceof LaneUnit.AtGate atGate) {
            passGate(atGate);
        } else if (first instanceof LaneUnit.Advance advance) {
            advance(advance.upTo);
        } else if (first instanceof LaneUnit.Fence fence) {
            fence.reached.countDown();
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
            applyWrites(List.of(work));
        } else if (work instanceof LaneUnit.Flush flush) {
            applyFlush(flush);
        } else if (work instanceof LaneUnit.Sweep sweep) {
            applySweep(sweep);
        } else {
            throw new IllegalStateException(
                    "a gate was given " + work.getClass().getSimpleName());
        }
        gate.open();
    }

    /** P2: the commands and the mark that says so, as a whole or not at all. */
    private void applyWrites(List<? extends LaneUnit> batch) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = new HashMap<>();
        for (LaneUnit unit : batch) {
            LaneUnit.Item item = (LaneUnit.Item) unit;
            marks.put(item.stream, item.end);
        }
        Set<TargetCommand> leftOut = new HashSet<>();
        Outcome<WriteOwner> outcome = untilTaken(
                () -> {
                    Transaction<WriteOwner> transaction = new Transaction<>(job.controlDb());
                    List<byte[][]> rendered = new ArrayList<>(2);
                    for (LaneUnit unit : batch) {
                        LaneUnit.Write write = (LaneUnit.Write) unit;
                        for (TargetCommand command : write.commands) {
                            if (leftOut.contains(command)) {
                                continue;
                            }
                            WriteOwner owner = new WriteOwner(write, command);
                            rendered.clear();
                            job.rendering().render(command, command.expireAtMillis(), rendered);
                            for (byte[][] one : rendered) {
                                transaction.data(write.db, owner, one);
                            }
                        }
                    }
                    transaction.own(job.board().render(index, marks));
                    return transaction;
                },
                refusal -> {
                    leftOut.add(refusal.owner().command);
                    refuse(refusal);
                });
        outcome.refusals().forEach(this::refuse);
        job.board().moved(index, marks);
        long commands = 0;
        for (LaneUnit unit : batch) {
            LaneUnit.Write write = (LaneUnit.Write) unit;
            commands += write.commands.size();
            write.inFlight.confirmed();
            job.budget().release(write.permits());
        }
        job.applied(commands);
    }

    private void refuse(Refusal<WriteOwner> refusal) {
        LaneUnit.Write write = refusal.owner().write;
        job.refusals()
                .refused(
                        write.stream,
                        write.end,
                        write.db,
                        refusal.owner().command.keys()[0],
                        refusal.error().code(),
                        message(refusal.command(), refusal.error()));
    }

    private record WriteOwner(LaneUnit.Write write, TargetCommand command) {}

    /** What the ledger says: the command's name and the target's word; an unknown command's arguments are cut off. */
    private static String message(String command, TargetError error) {
        String text = error.message();
        int args = text.indexOf(", with args");
        return command + ": " + (args < 0 ? text : text.substring(0, args));
    }

    private void applyLoads(List<LaneUnit> batch) throws InterruptedException {
        Set<LaneUnit.Load> leftOut = new HashSet<>();
        Outcome<LaneUnit.Load> outcome = untilTaken(
                () -> {
                    Transaction<LaneUnit.Load> transaction = new Transaction<>(job.controlDb());
                    for (LaneUnit unit : batch) {
                        LaneUnit.Load load = (LaneUnit.Load) unit;
                        if (!leftOut.contains(load)) {
                            load.commands.forEach(command -> transaction.data(load.db, load, command));
                        }
                    }
                    return transaction;
                },
                refusal -> {
                    leftOut.add(refusal.owner());
                    refuseLoad(refusal);
                });
        outcome.refusals().forEach(this::refuseLoad);
        long keys = 0;
        long elements = 0;
        for (LaneUnit unit : batch) {
            LaneUnit.Load load = (LaneUnit.Load) unit;
            keys += load.endsKey ? 1 : 0;
            elements += load.elements;
            job.budget().release(load.permits());
        }
        job.loaded(keys, elements);
    }

    private void refuseLoad(Refusal<LaneUnit.Load> refusal) {
        LaneUnit.Load load = refusal.owner();
        job.refusals()
                .refusedInLoad(load.db, load.key, refusal.error().code(), message(refusal.command(), refusal.error()));
    }

    private void applyFlush(LaneUnit.Flush flush) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = Map.of(flush.stream, flush.end);
        boolean ours = flush.db == job.controlDb();
        untilTaken(
                () -> {
                    Transaction<WriteOwner> transaction = new Transaction<>(job.controlDb());
                    transaction.data(flush.db, null, new byte[][] {Words.FLUSHDB});
                    if (ours) {
                        job.board().restore().forEach(transaction::own);
                    }
                    transaction.own(job.board().render(index, marks));
                    return transaction;
                },
                refusal -> {});
        finish(flush, marks);
    }

    private void applySweep(LaneUnit.Sweep sweep) throws InterruptedException {
        if (sweep.filter.limited()) {
            applyLimitedSweep(sweep);
            return;
        }
        // Not in one transaction, but repeatable: until the mark stands, every lane waits and the sweep can be done
        // again.
        new KeySweep(link, job.controlDb()).run(sweep.db, sweep.filter);
        advance(Map.of(sweep.stream, sweep.end));
        finish(sweep, Map.of());
    }

    /** Done again, it would find others: so the keys and the mark go together. */
    private void applyLimitedSweep(LaneUnit.Sweep sweep) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = Map.of(sweep.stream, sweep.end);
        List<byte[]> keys = new KeySweep(link, job.controlDb()).firstOf(sweep.db, sweep.filter);
        untilTaken(
                () -> {
                    Transaction<WriteOwner> transaction = new Transaction<>(job.controlDb());
                    if (!keys.isEmpty()) {
                        transaction.data(sweep.db, null, KeySweep.unlink(keys));
                    }
                    transaction.own(job.board().render(index, marks));
                    return transaction;
                },
                refusal -> {});
        finish(sweep, marks);
    }

    private void finish(LaneUnit.Item item, Map<StreamId, BinlogPosition> marks) {
        job.board().moved(index, marks);
        item.inFlight.confirmed();
        job.budget().release(item.permits());
        job.applied(1);
    }

    private void advance(Map<StreamId, BinlogPosition> upTo) throws InterruptedException {
        Map<StreamId, BinlogPosition> marks = job.board().beyond(index, upTo);
        if (marks.isEmpty()) {
            return;
        }
        untilTaken(
                () -> {
                    Transaction<WriteOwner> transaction = new Transaction<>(job.controlDb());
                    transaction.own(job.board().render(index, marks));
                    return transaction;
                },
                refusal -> {});
        job.board().moved(index, marks);
    }

    private interface Attempt<O> {
        Transaction<O> build();
    }

    private interface OnRefusal<O> {
        void leaveOut(Refusal<O> refusal);
    }

    /**
     * Tries until it took effect: waits where the target may take it later, leaves out what it never will.
     *
     * @return the outcome of the last try, which was applied
     */
    private <O> Outcome<O> untilTaken(Attempt<O> attempt, OnRefusal<O> onRefusal) throws InterruptedException {
        long wait = FIRST_WAIT_MILLIS;
        boolean waited = false;
        while (true) {
            Outcome<O> outcome = attempt.build().execute(link);
            if (outcome.applied()) {
                if (waited) {
                    job.refusals().waiting(Optional.empty());
                }
                return outcome;
            }
            if (outcome.waitFor().isPresent()) {
                TargetError why = outcome.waitFor().get();
                job.refusals().waiting(Optional.of(new FerryException(why.code(), "the target says " + why.message())));
                waited = true;
                if (closed.await(wait, TimeUnit.MILLISECONDS)) {
                    throw new InterruptedException("lane closed");
                }
                wait = Math.min(2 * wait, LONGEST_WAIT_MILLIS);
            } else if (outcome.refusals().isEmpty()) {
                throw new FerryException(ErrorCode.INTERNAL, "a transaction was neither taken nor refused");
            } else {
                outcome.refusals().forEach(onRefusal::leaveOut);
            }
        }
    }

    /** Ends the thread and the connection; what is queued is dropped: it lies after the marks and will be read again. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        link.close();
    }

    void join() throws InterruptedException {
        if (thread != Thread.currentThread() && thread.isAlive()) {
            thread.join();
        }
    }
}
