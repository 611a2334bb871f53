package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Watermark;
import io.pikaferry.worker.checkpoint.Watermark.InFlight;
import io.pikaferry.worker.routing.CollectionWrite;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import io.pikaferry.worker.sender.HeldExpiries.Held;
import io.pikaferry.worker.sender.HeldExpiries.State;
import io.pikaferry.worker.sender.Transaction.Answer;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
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

    /** How long the stream leaves a suspect alone before it is read. */
    private static final long CALM_NANOS = Duration.ofSeconds(2).toNanos();

    /** More suspects are not read at the same time. */
    private static final int MAX_DIRTY_SUSPECTS = 500;

    private final int lane;
    private final LaneJob job;
    private final TargetLink link;
    private final Expiries expiries;
    private final Patience patience;
    private final Revivals revivals;
    private final ErrorWatch watch;

    // What has been planned for the next transaction.
    private final List<Planned> planned = new ArrayList<>();
    private final List<byte[][]> own = new ArrayList<>();
    private final Map<StreamId, BinlogPosition> marks = new HashMap<>();
    private final List<InFlight> onTheirWay = new ArrayList<>();
    private int permits;
    private final List<DirtyKey> freshlyDirty = new ArrayList<>();
    private final Map<String, Refused> noted = new HashMap<>();
    private long commands;

    /** A command as it will be sent, in one or more; compared by identity. */
    private static final class Planned {
        final LaneUnit.Item item;
        final byte[][] keys;
        final byte[][] first;
        final List<byte[][]> others;
        final Optional<CollectionWrite> scripted;

        Planned(LaneUnit.Item item, byte[][] keys, byte[][] first, List<byte[][]> others) {
            this(item, keys, first, others, Optional.empty());
        }

        /** @param scripted the command that the others are scripts of, and say what they have found */
        Planned(
                LaneUnit.Item item,
                byte[][] keys,
                byte[][] first,
                List<byte[][]> others,
                Optional<CollectionWrite> scripted) {
            this.item = item;
            this.keys = keys;
            this.first = first;
            this.others = others;
            this.scripted = scripted;
        }

        boolean mayBeRefused() {
            return ErrorWatch.mayBeRefused(first) || others.stream().anyMatch(ErrorWatch::mayBeRefused);
        }

        void addTo(Transaction<Planned> transaction) {
            transaction.data(item.db, this, first);
            for (byte[][] other : others) {
                transaction.data(item.db, this, other);
            }
        }
    }

    ItemWriter(int lane, LaneJob job, TargetLink link, Expiries expiries, Patience patience, Revivals revivals) {
        this.lane = lane;
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.expiries = requireNonNull(expiries, "expiries is null");
        this.patience = requireNonNull(patience, "patience is null");
        this.revivals = requireNonNull(revivals, "revivals is null");
        this.watch = new ErrorWatch(job.keys(), lane);
    }

    void write(List<? extends LaneUnit> batch) throws InterruptedException {
        UnsaidExpiries unsaid = UnsaidExpiries.of(batch, link, job.controlDb());
        for (LaneUnit unit : batch) {
            LaneUnit.Write write = (LaneUnit.Write) unit;
            if (job.board().isUnexamined(lane, write.stream, write.end)) {
                planUnexamined(write);
                continue;
            }
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
            suspect(write, command);
            planned.add(rendered(write, command));
        }
        commands += write.commands.size();
        finishWith(write);
    }

    private Planned rendered(LaneUnit.Write write, TargetCommand command) {
        Optional<CollectionWrite> collection = command.collection();
        if (collection.isPresent() && revivals.concern(write.db, collection.get())) {
            List<byte[][]> scripts = revivals.scripts(write.db, write.executedAtSeconds, collection.get());
            return new Planned(write, command.keys(), scripts.get(0), scripts.subList(1, scripts.size()), collection);
        }
        if (command.expiry() != Expiry.AT) {
            return new Planned(write, command.keys(), command.args(), List.of());
        }
        List<byte[][]> rendered = new ArrayList<>(2);
        job.rendering().render(command, expireAt(write.db, command), rendered);
        return new Planned(write, command.keys(), rendered.get(0), rendered.subList(1, rendered.size()));
    }

    /** It has taken effect already, or was refused; which of the two, nobody knows any more. */
    private void planUnexamined(LaneUnit.Write write) {
        for (TargetCommand command : write.commands) {
            for (byte[] key : command.keys()) {
                taint(
                        write,
                        key,
                        ErrorCode.TARGET_REJECTED_COMMAND,
                        "a worker died before it could say whether the target had refused this command");
            }
        }
        finishWith(write);
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
        return job.expireAt(lane, db, command.keys()[0], command.expireAtMillis(), own);
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
                                || job.gone(known.expireAtMillis(), write.executedAtSeconds)
                                || job.unsure(known.expireAtMillis(), write.executedAtSeconds)
                                || known.state() != State.SHIFTED && isDueInTheTarget(known, write))
                        .filter(known -> !isDirty(write, key) && !replaces(write, key));
    }

    /** Then the item is not applied but remembered. */
    private boolean isDirty(LaneUnit.Write write, byte[] key) {
        return dirtyOfOwner(key).find(write.stream, key).isPresent();
    }

    private boolean isDueInTheTarget(Held known, LaneUnit.Write write) {
        return job.isPast(known.expireAtMillis())
                || Math.floorDiv(known.expireAtMillis(), 1000) <= write.executedAtSeconds;
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
        List<Expiries.Found> answers = expiries.askAndHold(keys);
        for (int i = 0; i < keys.size(); i++) {
            Held known = keys.get(i);
            Expiries.Found found = answers.get(i);
            byte[] key = known.key().array();
            boolean lost = found.state() == State.LOST;
            long at = lost ? known.expireAtMillis() : found.expireAtMillis();
            boolean expires = lost || found.expires();
            boolean gone = expires && job.gone(at, write.executedAtSeconds);
            boolean unsure = lost && !gone || job.unsure(at, write.executedAtSeconds);
            boolean narrowly = gone && job.narrowly(at, write.executedAtSeconds);
            if (expires && (unsure || narrowly)) {
                DirtyKey doubtful = new DirtyKey(
                        write.stream,
                        write.db,
                        known.key(),
                        ErrorCode.NOT_DETERMINISTIC,
                        "it expired about the time of this command, which may have found it or not",
                        write.end);
                if (unsure) {
                    makeDirty(dirtyOfOwner(key), doubtful);
                } else {
                    suspect(doubtful);
                }
            }
            if (gone && !lost) {
                planned.add(new Planned(write, new byte[][] {key}, new byte[][] {Words.UNLINK, key}, List.of()));
            }
            if (lost || gone || !expires) {
                heldOfOwner(key).remove(write.db, key);
                own.add(new byte[][] {Words.HDEL, job.keys().held(), HeldExpiries.field(write.db, key)});
            } else {
                heldOfOwner(key).put(write.db, key, at, found.state());
            }
        }
    }

    /** Whether what the item makes of the key is the same whatever it was before. */
    private static boolean replaces(LaneUnit.Write write, byte[] key) {
        TargetCommand first = write.commands.stream()
                .filter(command -> Arrays.stream(command.keys()).anyMatch(each -> Arrays.equals(each, key)))
                .findFirst()
                .orElseThrow();
        byte[][] args = first.args();
        return args.length == 3 && Words.isNamed(args[0], Words.SET)
                || args.length == 2 && Words.isNamed(args[0], Words.UNLINK);
    }

    // ------------------------------------------------------------------ dirty keys

    /** What touches a dirty key is not applied but remembered; and what was computed from one is dirty too. */
    private boolean touchesDirty(LaneUnit.Write write, TargetCommand command) {
        boolean touched = false;
        for (byte[] key : command.keys()) {
            DirtyKeys dirty = dirtyOfOwner(key);
            if (!dirty.isEmpty() && dirty.find(write.stream, key).isPresent()) {
                touched = true;
            }
        }
        if (!touched) {
            return false;
        }
        boolean single = command.keys().length == 1;
        for (byte[] key : command.keys()) {
            DirtyKeys dirty = dirtyOfOwner(key);
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

    /** Remembers keys of which the log may not tell the truth, and that those known already are not left alone. */
    private void suspect(LaneUnit.Write write, TargetCommand command) {
        for (byte[] key : command.keys()) {
            Suspects known = suspectsOfOwner(key);
            if (!known.isEmpty()) {
                known.touched(write.stream, key, job.threads().nanos());
            }
        }
        for (byte[] key : command.doubtful()) {
            suspect(new DirtyKey(
                    write.stream,
                    write.db,
                    Bytes.owning(key),
                    ErrorCode.NOT_DETERMINISTIC,
                    "the source may have done commands on this key in another order than it logged them",
                    write.end));
        }
    }

    private void suspect(DirtyKey suspected) {
        byte[] key = suspected.key().array();
        Suspects known = suspectsOfOwner(key);
        if (known.has(suspected.stream(), key)) {
            return;
        }
        writeDown(suspected);
        for (DirtyKey trusted : known.add(suspected, job.threads().nanos())) {
            own.add(new byte[][] {Words.HDEL, job.keys().dirty(), DirtyKeys.field(trusted)});
        }
    }

    private DirtyKeys dirtyOfOwner(byte[] key) {
        return job.dirty(LaneOf.lane(key, job.config().lanes()));
    }

    private Suspects suspectsOfOwner(byte[] key) {
        return job.suspects(LaneOf.lane(key, job.config().lanes()));
    }

    /** Suspects that have been left alone for a while become dirty. */
    void readCalmSuspects() throws InterruptedException {
        Suspects suspects = job.suspects(lane);
        if (suspects.isEmpty()) {
            return;
        }
        DirtyKeys dirty = job.dirty(lane);
        for (DirtyKey calm :
                suspects.calmSince(job.threads().nanos() - CALM_NANOS, MAX_DIRTY_SUSPECTS - dirty.size())) {
            makeDirty(dirty, calm);
        }
        flush();
    }

    private void makeDirty(DirtyKeys dirty, DirtyKey fresh) {
        if (dirty.add(fresh)) {
            writeDown(fresh);
            freshlyDirty.add(fresh);
        }
    }

    private void writeDown(DirtyKey key) {
        own.add(new byte[][] {Words.HSET, job.keys().dirty(), DirtyKeys.field(key), DirtyKeys.value(key)});
    }

    /** From here on the keys are dirty. */
    void taint(LaneUnit.Taint taint) throws InterruptedException {
        for (Bytes key : taint.keysOfLane) {
            taint(taint, key.array(), taint.code, taint.message);
        }
        finishWith(taint);
        flush();
    }

    /** What the item did to the key is not known. */
    private void taint(LaneUnit.Item item, byte[] key, ErrorCode code, String message) {
        DirtyKeys dirty = dirtyOfOwner(key);
        Optional<DirtyKey> known = dirty.find(item.stream, key);
        if (known.isPresent()) {
            known.get().touchedUnknown(item.end);
        } else {
            makeDirty(dirty, new DirtyKey(item.stream, item.db, Bytes.owning(key), code, message, item.end));
        }
    }

    /** An operator wants the key read again. */
    void mend(LaneUnit.Mend unit) throws InterruptedException {
        DirtyKeys dirty = job.dirty(lane);
        Optional<DirtyKey> known =
                dirty.find(unit.dirty.stream(), unit.dirty.key().array());
        if (known.isPresent()) {
            known.get().askedFor(unit.dirty.id());
            return;
        }
        makeDirty(dirty, unit.dirty);
        flush();
    }

    /** Those that a coordinator has stored need not stand in the target any more. */
    void forget(LaneUnit.Forget unit) throws InterruptedException {
        List<byte[][]> told = unit.entries.stream()
                .filter(entry -> !job.refusals().isUntold(entry.id()))
                .map(entry -> new byte[][] {Words.HDEL, job.keys().refused(), entry.field()})
                .toList();
        if (!told.isEmpty()) {
            own.addAll(told);
            flush();
        }
    }

    // ------------------------------------------------------------------ the transaction

    private void flush() throws InterruptedException {
        if (onTheirWay.isEmpty() && planned.isEmpty() && own.isEmpty()) {
            return;
        }
        MarkBoard board = job.board();
        Map<StreamId, BinlogPosition> before = board.before(lane, marks);
        boolean examined = board.willBeExamined(lane, marks);
        Set<Planned> leftOut = new HashSet<>();
        Outcome<Planned> outcome = patience.execute(() -> transaction(leftOut, before, examined), refusal -> {
            if (leftOut.add(refusal.owner())) {
                settle(refusal);
            }
        });
        for (Answer<Planned> answer : outcome.lists()) {
            Planned owner = answer.owner();
            owner.scripted.ifPresent(
                    write -> revivals.heard(owner.item.stream, owner.item.end, owner.item.db, write, answer.list()));
        }
        if (!outcome.refusals().isEmpty()) {
            settleWhatExecRefused(outcome.refusals(), examined);
        }
        revivals.settle();
        board.moved(lane, marks);
        if (examined) {
            board.examined(lane);
        }
        Watermark.confirmed(onTheirWay);
        job.budget().release(permits);
        job.applied(commands);
        noted.values().forEach(job.refusals()::writtenDown);
        freshlyDirty.forEach(job::reread);
        planned.clear();
        own.clear();
        marks.clear();
        onTheirWay.clear();
        permits = 0;
        freshlyDirty.clear();
        noted.clear();
        commands = 0;
    }

    private Transaction<Planned> transaction(
            Set<Planned> leftOut, Map<StreamId, BinlogPosition> before, boolean examined) {
        boolean watched = false;
        Transaction<Planned> transaction = new Transaction<>(job.controlDb());
        if (job.countsErrors() && !marks.isEmpty() && mayBeRefused(leftOut)) {
            watched = true;
            transaction.own(watch.begin(before));
        }
        for (Planned each : planned) {
            if (!leftOut.contains(each)) {
                each.addTo(transaction);
            }
        }
        own.forEach(transaction::own);
        if (!marks.isEmpty()) {
            transaction.marks(job.board().render(lane, marks));
        }
        if (watched && examined) {
            transaction.own(watch.end(before));
        } else if (examined && job.board().hasUnexamined(lane)) {
            transaction.own(watch.examined());
        }
        return transaction;
    }

    private boolean mayBeRefused(Set<Planned> leftOut) {
        for (Planned each : planned) {
            if (each.mayBeRefused() && !leftOut.contains(each)) {
                return true;
            }
        }
        return false;
    }

    // ------------------------------------------------------------------ what was refused

    /**
     * The marks have moved past what EXEC refused: before anybody is told that they have, it is written down. Until that is done
     * the transaction's own note says that something is missing (see {@link ErrorWatch}).
     */
    private void settleWhatExecRefused(List<Refusal<Planned>> refusals, boolean examined) throws InterruptedException {
        own.clear();
        refusals.forEach(this::settle);
        if (examined && job.countsErrors()) {
            own.add(watch.examined());
        }
        patience.execute(() -> {
            Transaction<Planned> transaction = new Transaction<>(job.controlDb());
            own.forEach(transaction::own);
            return transaction;
        });
        for (Refusal<Planned> refusal : refusals) {
            if (refusal.error().concernsTarget() && !refusal.error().transientRefusal()) {
                throw new FerryException(
                        refusal.error().code(), "the target refused " + refusal.message()); // its keys are dirty
            }
        }
    }

    /** Has the keys read again, or the refusal written down. */
    private void settle(Refusal<Planned> asSent) {
        Planned owner = asSent.owner();
        TargetError error = asSent.error();
        Refusal<Planned> refusal = owner.scripted
                .map(write -> new Refusal<>(owner, Words.name(write.command()[0]), error))
                .orElse(asSent);
        if (error.concernsTarget() || (job.readsRefusedAgain() && !isConflict(owner))) {
            for (byte[] key : owner.keys) {
                taint(owner.item, key, error.code(), refusal.message());
            }
        } else {
            note(refused(owner, refusal));
        }
    }

    private Refused refused(Planned owner, Refusal<Planned> refusal) {
        Bytes key = Bytes.owning(owner.keys[0]);
        LaneUnit.Item item = owner.item;
        return isConflict(owner)
                ? KeyRepair.conflict(item.stream, item.db, key)
                : Refused.ofItem(
                        item.stream,
                        item.end,
                        item.db,
                        key,
                        refusal.error().code(),
                        refusal.command(),
                        refusal.message());
    }

    private boolean isConflict(Planned owner) {
        byte[] key = owner.keys[0];
        return job.conflicts(LaneOf.lane(key, job.config().lanes())).isKnown(owner.item.db, key);
    }

    /** Puts it into the transaction that is being made up; once, whatever it consists of. */
    private void note(Refused what) {
        if (noted.containsKey(what.id())) {
            return;
        }
        Refused written = job.refusals().refused(what);
        noted.put(what.id(), written);
        own.add(new byte[][] {Words.HSET, job.keys().refused(), written.field(), written.value()});
    }

    /** An item that cannot be applied at all. */
    void refuse(LaneUnit.Refuse unit) throws InterruptedException {
        note(unit.what);
        finishWith(unit);
        flush();
    }
}
