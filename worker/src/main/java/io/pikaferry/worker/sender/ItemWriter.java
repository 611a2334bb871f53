package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Watermark;
import io.pikaferry.worker.checkpoint.Watermark.InFlight;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import io.pikaferry.worker.sender.HeldExpiries.Held;
import io.pikaferry.worker.sender.HeldExpiries.State;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Applies items to the target, together with the lane's mark that says so (P2): renders commands, holds expiries back, leaves
 * dirty keys alone.
 *
 * <p>Threads: the lane's.
 */
final class ItemWriter {

    private final int lane;
    private final LaneJob job;
    private final TargetLink link;
    private final Expiries expiries;
    private final Patience patience;

    // What has been planned for the next transaction.
    private final List<Planned> planned = new ArrayList<>();
    private final List<byte[][]> own = new ArrayList<>();
    private final Map<StreamId, BinlogPosition> marks = new HashMap<>();
    private final List<InFlight> onTheirWay = new ArrayList<>();
    private int permits;
    private final List<DirtyKey> freshlyDirty = new ArrayList<>();
    private long commands;

    /** A command as it will be sent, in one or more; compared by identity. */
    private static final class Planned {
        final LaneUnit.Item item;
        final byte[] key;
        final byte[][] first;
        final List<byte[][]> others;

        Planned(LaneUnit.Item item, byte[] key, byte[][] first, List<byte[][]> others) {
            this.item = item;
            this.key = key;
            this.first = first;
            this.others = others;
        }

        void addTo(Transaction<Planned> transaction) {
            transaction.data(item.db, this, first);
            for (byte[][] other : others) {
                transaction.data(item.db, this, other);
            }
        }
    }

    ItemWriter(int lane, LaneJob job, TargetLink link, Expiries expiries, Patience patience) {
        this.lane = lane;
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.expiries = requireNonNull(expiries, "expiries is null");
        this.patience = requireNonNull(patience, "patience is null");
    }

    void write(List<? extends LaneUnit> batch) throws InterruptedException {
        UnsaidExpiries unsaid = UnsaidExpiries.of(batch, link, job.controlDb());
        for (LaneUnit unit : batch) {
            LaneUnit.Write write = (LaneUnit.Write) unit;
            if (knowsExpiries() && anyMayBeGone(write)) {
                expireWhatIsGone(write);
            }
            plan(write, unsaid);
        }
        flush();
    }

    /** Of other lanes that is sure only while they wait at a gate; and else nothing of theirs is touched. */
    private boolean knowsExpiries() {
        for (int each = 0; each < job.config().lanes(); each++) {
            if (!job.held(each).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private boolean knowsDirty() {
        for (int each = 0; each < job.config().lanes(); each++) {
            if (!job.dirty(each).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    private void plan(LaneUnit.Write write, UnsaidExpiries unsaid) {
        for (TargetCommand command : write.commands) {
            if (knowsDirty() && touchesDirty(write, command)) {
                continue;
            }
            if (command.expiry() == Expiry.UNSAID && unsaid.mayExpire(write.db, command.keys()[0])) {
                makeDirty(
                        job.dirty(lane),
                        new DirtyKey(
                                write.stream,
                                write.db,
                                Bytes.owning(command.keys()[0]),
                                ErrorCode.NOT_DETERMINISTIC,
                                "the log does not tell an INCR, which keeps the expiry, from a SET, which clears it",
                                write.end));
                continue;
            }
            unsaid.planned(write.db, command);
            planned.add(rendered(write, command));
        }
        commands += write.commands.size();
        finishWith(write);
    }

    private Planned rendered(LaneUnit.Write write, TargetCommand command) {
        byte[] key = command.keys()[0];
        if (command.expiry() != Expiry.AT) {
            return new Planned(write, key, command.args(), List.of());
        }
        List<byte[][]> rendered = new ArrayList<>(2);
        job.rendering().render(command, expireAt(write.db, command), rendered);
        return new Planned(write, key, rendered.get(0), rendered.subList(1, rendered.size()));
    }

    private void finishWith(LaneUnit.Item item) {
        marks.put(item.stream, item.end);
        onTheirWay.add(item.inFlight);
        permits += item.permits();
    }

    /** The expiry to give: the one wanted, or the same held back. */
    private long expireAt(int db, TargetCommand command) {
        if (command.expiry() != Expiry.AT) {
            return 0;
        }
        return expireAt(db, command.keys()[0], command.expireAtMillis());
    }

    private long expireAt(int db, byte[] key, long wanted) {
        HeldExpiries held = job.held(lane);
        State state = job.stateFor(wanted, held);
        if (state == State.UNKNOWN) {
            return wanted;
        }
        Optional<Held> known = held.find(db, key);
        held.put(db, key, wanted, state);
        // Looking too early does no harm, so a later time need not be told.
        if (known.isEmpty() || known.get().expireAtMillis() > wanted) {
            own.add(new byte[][] {Words.HSET, job.keys().held(), HeldExpiries.field(db, key), Words.ascii(wanted)});
        }
        return state == State.SHIFTED ? HeldExpiries.shifted(wanted) : wanted;
    }

    // ------------------------------------------------------------------ keys that were gone at the source

    private boolean anyMayBeGone(LaneUnit.Write write) {
        for (TargetCommand command : write.commands) {
            for (byte[] key : command.keys()) {
                if (mayBeGone(write, key).isPresent()) {
                    return true;
                }
            }
        }
        return false;
    }

    /** What is known of a key that has to be looked at before the item may touch it. */
    private Optional<Held> mayBeGone(LaneUnit.Write write, byte[] key) {
        // A key of a command at a gate may be another lane's, which waits.
        HeldExpiries held = heldOfOwner(key);
        return held.isEmpty()
                ? Optional.empty()
                : held.find(write.db, key)
                        .filter(known -> known.state() == State.LOST
                                || Math.floorDiv(known.expireAtMillis(), 1000) <= write.executedAtSeconds
                                || known.state() != State.SHIFTED && job.isPast(known.expireAtMillis()));
    }

    private HeldExpiries heldOfOwner(byte[] key) {
        return job.held(LaneOf.lane(key, job.config().lanes()));
    }

    /**
     * A key that had expired at the source when it executed the item has to be gone here before the item is applied; one that had
     * not, and yet is gone here, has to be read from the source.
     */
    private void expireWhatIsGone(LaneUnit.Write write) throws InterruptedException {
        flush();
        Map<Bytes, Held> looked = new HashMap<>();
        for (TargetCommand command : write.commands) {
            for (byte[] key : command.keys()) {
                mayBeGone(write, key).ifPresent(known -> looked.put(known.key(), known));
            }
        }
        List<Held> keys = List.copyOf(looked.values());
        List<Expiries.Found> answers = expiries.ask(keys);
        for (int i = 0; i < keys.size(); i++) {
            Held known = keys.get(i);
            Expiries.Found found = answers.get(i);
            byte[] key = known.key().array();
            boolean lost = found.state() == State.LOST;
            long at = lost ? known.expireAtMillis() : found.expireAtMillis();
            boolean expires = lost || found.expires();
            boolean gone = expires && job.gone(at, write.executedAtSeconds);
            if (expires && (lost && !gone || job.unsure(at, write.executedAtSeconds))) {
                makeDirty(
                        job.dirty(LaneOf.lane(key, job.config().lanes())),
                        new DirtyKey(
                                write.stream,
                                write.db,
                                known.key(),
                                ErrorCode.NOT_DETERMINISTIC,
                                "it expired about the time of this command, which may have found it or not",
                                write.end));
            }
            if (gone && !lost) {
                planned.add(new Planned(write, key, new byte[][] {Words.UNLINK, key}, List.of()));
            }
            if (lost || gone || !expires) {
                heldOfOwner(key).remove(write.db, key);
                own.add(new byte[][] {Words.HDEL, job.keys().held(), HeldExpiries.field(write.db, key)});
            } else {
                heldOfOwner(key).put(write.db, key, at, found.state());
            }
        }
    }

    // ------------------------------------------------------------------ dirty keys

    /** What touches a dirty key is not applied but remembered; and what was computed from one is dirty too. */
    private boolean touchesDirty(LaneUnit.Write write, TargetCommand command) {
        boolean touched = false;
        for (byte[] key : command.keys()) {
            DirtyKeys dirty = job.dirty(LaneOf.lane(key, job.config().lanes()));
            if (!dirty.isEmpty() && dirty.find(write.stream, key).isPresent()) {
                touched = true;
            }
        }
        if (!touched) {
            return false;
        }
        boolean single = command.keys().length == 1;
        for (byte[] key : command.keys()) {
            DirtyKeys dirty = job.dirty(LaneOf.lane(key, job.config().lanes()));
            Optional<DirtyKey> known = dirty.find(write.stream, key);
            if (known.isEmpty()) {
                DirtyKey fresh = new DirtyKey(
                        write.stream,
                        write.db,
                        Bytes.owning(key),
                        ErrorCode.NOT_DETERMINISTIC,
                        "a command took it together with a key that has to be read again from the source",
                        write.end);
                makeDirty(dirty, fresh);
            } else if (single && command.expiry() != Expiry.UNSAID) {
                known.get().touched(write.end, write.executedAtSeconds, command);
            } else {
                known.get().touchedUnknown(write.end);
            }
        }
        return true;
    }

    private void makeDirty(DirtyKeys dirty, DirtyKey fresh) {
        if (dirty.add(fresh)) {
            own.add(new byte[][] {Words.HSET, job.keys().dirty(), DirtyKeys.field(fresh), DirtyKeys.value(fresh)});
            freshlyDirty.add(fresh);
        }
    }

    /** From here on the keys are dirty. */
    void taint(LaneUnit.Taint taint) throws InterruptedException {
        for (Bytes key : taint.keysOfLane) {
            DirtyKeys dirty = job.dirty(lane);
            Optional<DirtyKey> known = dirty.find(taint.stream, key.array());
            if (known.isPresent()) {
                known.get().touchedUnknown(taint.end);
            } else {
                makeDirty(dirty, new DirtyKey(taint.stream, taint.db, key, taint.code, taint.message, taint.end));
            }
        }
        finishWith(taint);
        flush();
    }

    /** Replaces a dirty key by what was read, if that is still what it is; else it has to be read again. */
    void repair(SourceCopy copy) throws InterruptedException {
        DirtyKey dirty = copy.dirty();
        if (job.dirty(lane)
                .find(dirty.stream(), dirty.key().array())
                .filter(known -> known == dirty)
                .isEmpty()) {
            return; // flushed away meanwhile
        }
        if (!dirty.settledBy(copy.before(), copy.after()) || dirty.expiredSince(copy.expireAtMillis(), job)) {
            job.reread(dirty);
            return;
        }
        byte[] key = dirty.key().array();
        List<byte[][]> before = new ArrayList<>();
        before.add(new byte[][] {Words.UNLINK, key});
        copy.writes().forEach(write -> before.add(write.args()));
        // Large ones take several transactions; until the last has taken effect the key stays dirty and is replaced
        // again.
        List<byte[][]> part = new ArrayList<>();
        long bytes = 0;
        for (byte[][] command : before) {
            part.add(command);
            for (byte[] argument : command) {
                bytes += argument.length;
            }
            if (bytes > job.config().batchBytes()) {
                apply(dirty.db(), part, List.of());
                part = new ArrayList<>();
                bytes = 0;
            }
        }
        if (copy.expireAtMillis() != 0 && !copy.writes().isEmpty()) {
            part.add(
                    new byte[][] {Words.PEXPIREAT, key, Words.ascii(expireAt(dirty.db(), key, copy.expireAtMillis()))});
        }
        for (TargetCommand command : dirty.commandsSince()) {
            job.rendering().render(command, expireAt(dirty.db(), command), part);
        }
        own.add(new byte[][] {Words.HDEL, job.keys().dirty(), DirtyKeys.field(dirty)});
        List<byte[][]> ours = List.copyOf(own);
        own.clear();
        apply(dirty.db(), part, ours);
        job.dirty(lane).remove(dirty);
        job.settled(dirty);
    }

    private void apply(int db, List<byte[][]> data, List<byte[][]> ours) throws InterruptedException {
        Set<byte[][]> leftOut = new HashSet<>();
        patience.execute(
                () -> {
                    Transaction<byte[][]> transaction = new Transaction<>(job.controlDb());
                    data.stream()
                            .filter(command -> !leftOut.contains(command))
                            .forEach(command -> transaction.data(db, command, command));
                    ours.forEach(transaction::own);
                    return transaction;
                },
                refusal -> leftOut.add(refusal.owner()));
    }

    /** The key could not be read: it goes to the ledger, and what comes for it is applied to whatever stands in the target. */
    void giveUp(DirtyKey dirty) throws InterruptedException {
        if (job.dirty(lane)
                .find(dirty.stream(), dirty.key().array())
                .filter(known -> known == dirty)
                .isEmpty()) {
            return;
        }
        job.refusals()
                .refused(dirty.stream(), dirty.since(), dirty.db(), dirty.key().array(), dirty.code(), dirty.message());
        apply(dirty.db(), List.of(), List.<byte[][]>of(new byte[][] {
            Words.HDEL, job.keys().dirty(), DirtyKeys.field(dirty)
        }));
        job.dirty(lane).remove(dirty);
        job.settled(dirty);
    }

    // ------------------------------------------------------------------ the transaction

    private void flush() throws InterruptedException {
        if (onTheirWay.isEmpty() && planned.isEmpty() && own.isEmpty()) {
            return;
        }
        Set<Planned> leftOut = new HashSet<>();
        Outcome<Planned> outcome = patience.execute(
                () -> {
                    Transaction<Planned> transaction = new Transaction<>(job.controlDb());
                    for (Planned each : planned) {
                        if (!leftOut.contains(each)) {
                            each.addTo(transaction);
                        }
                    }
                    own.forEach(transaction::own);
                    if (!marks.isEmpty()) {
                        transaction.marks(job.board().render(lane, marks));
                    }
                    return transaction;
                },
                refusal -> {
                    leftOut.add(refusal.owner());
                    refuse(refusal);
                });
        outcome.refusals().forEach(this::refuse);
        job.board().moved(lane, marks);
        Watermark.confirmed(onTheirWay);
        job.budget().release(permits);
        job.applied(commands);
        freshlyDirty.forEach(job::reread);
        planned.clear();
        own.clear();
        marks.clear();
        onTheirWay.clear();
        permits = 0;
        freshlyDirty.clear();
        commands = 0;
    }

    private void refuse(Refusal<Planned> refusal) {
        Planned owner = refusal.owner();
        job.refusals()
                .refused(
                        owner.item.stream,
                        owner.item.end,
                        owner.item.db,
                        owner.key,
                        refusal.error().code(),
                        refusal.message());
    }
}
