package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.sender.HeldExpiries.State;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.TargetError;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Applies pieces of a snapshot. What is noted of them is which units of the dump are whole in the target: a load that is
 * interrupted repeats the others (DESIGN §7.3). Expiries that may pass before the stream has caught up are held back (§7.2), and
 * noted together with the data; nothing else needs a transaction.
 *
 * <p>Threads: the lane's.
 */
final class LoadWriter {

    private final int lane;
    private final LaneJob job;
    private final Patience patience;
    private int selected; // the database the connection stands in

    LoadWriter(int lane, LaneJob job, Patience patience) {
        this.lane = lane;
        this.job = requireNonNull(job, "job is null");
        this.patience = requireNonNull(patience, "patience is null");
        this.selected = job.controlDb();
    }

    /** Pieces of which something has to be noted in the target, as a transaction. */
    void write(List<? extends LaneUnit> batch) throws InterruptedException {
        select(job.controlDb());
        writeAtOnce(batch);
        long keys = 0;
        long elements = 0;
        int permits = 0;
        for (LaneUnit unit : batch) {
            LaneUnit.Load load = (LaneUnit.Load) unit;
            keys += load.endsKey ? 1 : 0;
            elements += load.elements;
            permits += load.permits();
        }
        job.budget().release(permits);
        job.loaded(keys, elements);
    }

    /** All others. */
    void writeBulks(List<? extends LaneUnit> batch) throws InterruptedException {
        List<LaneUnit.Bulk> alike = new ArrayList<>();
        for (LaneUnit unit : batch) {
            LaneUnit.Bulk bulk = (LaneUnit.Bulk) unit;
            if (!alike.isEmpty() && alike.get(0).sourceDb != bulk.sourceDb) {
                writePlainly(alike);
                alike.clear();
            }
            alike.add(bulk);
        }
        writePlainly(alike);
    }

    private void writePlainly(List<LaneUnit.Bulk> bulks) throws InterruptedException {
        LaneUnit.Bulk first = bulks.get(0);
        select(first.db);
        LoadBatch plain =
                new LoadBatch(bulks.stream().map(bulk -> bulk.commands).toList());
        for (Refusal<Bytes> refusal : patience.execute(() -> plain).refusals()) {
            refuse(first.sourceDb, first.db, refusal.owner(), refusal);
        }
        job.budget().release(bulks.stream().mapToInt(LaneUnit::permits).sum());
        job.loaded(
                bulks.stream().mapToLong(LaneUnit.Bulk::keys).sum(),
                bulks.stream().mapToLong(LaneUnit.Bulk::elements).sum());
    }

    /** By itself, and only then what comes after it: refused, it would let that go to another database. */
    private void select(int db) throws InterruptedException {
        if (selected == db) {
            return;
        }
        patience.execute(() -> link -> {
            Object reply = link.call(Words.SELECT, Words.ascii(db));
            if (!(reply instanceof TargetError error)) {
                return Outcome.applied(List.of());
            }
            if (error.transientRefusal()) {
                return Outcome.toWaitFor(error);
            }
            throw new FerryException(error.code(), "the target refused SELECT " + db + ": " + error.message());
        });
        selected = db;
    }

    private void writeAtOnce(List<? extends LaneUnit> batch) throws InterruptedException {
        Set<LaneUnit.Load> leftOut = new HashSet<>();
        Outcome<LaneUnit.Load> outcome = patience.execute(
                () -> {
                    Transaction<LaneUnit.Load> transaction = new Transaction<>(job.controlDb());
                    for (LaneUnit unit : batch) {
                        LaneUnit.Load load = (LaneUnit.Load) unit;
                        if (!leftOut.contains(load)) {
                            load.commands.forEach(command -> transaction.data(load.db, load, command));
                            expire(load, transaction);
                        }
                    }
                    return transaction;
                },
                refusal -> {
                    leftOut.add(refusal.owner());
                    refuse(refusal);
                });
        outcome.refusals().forEach(this::refuse);
    }

    private void expire(LaneUnit.Load load, Transaction<LaneUnit.Load> transaction) {
        if (load.expireAtMillis == 0) {
            return;
        }
        HeldExpiries held = job.held(lane);
        State state = job.stateFor(load.expireAtMillis, held);
        long at = state == State.SHIFTED ? HeldExpiries.shifted(load.expireAtMillis) : load.expireAtMillis;
        transaction.data(load.db, load, new byte[][] {Words.PEXPIREAT, load.key, Words.ascii(at)});
        if (state != State.UNKNOWN) {
            held.put(load.db, load.key, load.expireAtMillis, state);
            transaction.own(new byte[][] {
                Words.HSET, job.keys().held(), HeldExpiries.field(load.db, load.key), Words.ascii(load.expireAtMillis)
            });
        }
    }

    /** The last lane to have done its share of a unit notes that; with what of it could not be applied, which nobody meets again. */
    void loaded(LaneUnit.UnitLoaded loaded) throws InterruptedException {
        if (!loaded.passed()) {
            return;
        }
        select(job.controlDb());
        List<byte[]> refused = job.refusals().standing();
        patience.execute(() -> {
            Transaction<LaneUnit> transaction = new Transaction<>(job.controlDb());
            if (!refused.isEmpty()) {
                byte[][] command = new byte[2 + refused.size()][];
                command[0] = Words.HSET;
                command[1] = job.keys().refused();
                for (int i = 0; i < refused.size(); i++) {
                    command[2 + i] = refused.get(i);
                }
                transaction.own(command);
            }
            transaction.own(
                    new byte[][] {Words.HSET, job.keys().load(), Words.ascii(loaded.unit), Words.ascii(loaded.counts)});
            return transaction;
        });
    }

    private void refuse(Refusal<LaneUnit.Load> refusal) {
        LaneUnit.Load load = refusal.owner();
        refuse(load.sourceDb, load.db, Bytes.owning(load.key), refusal);
    }

    /** Not written down in the target one by one: until the unit it is in is over, that is repeated. */
    private void refuse(int sourceDb, int db, Bytes key, Refusal<?> refusal) {
        if (refusal.error().concernsTarget()) {
            throw new FerryException(refusal.error().code(), "the target refused " + refusal.message());
        }
        job.refusals()
                .refused(Refused.ofSnapshot(
                        sourceDb, db, key, refusal.error().code(), refusal.command(), refusal.message()));
    }
}
