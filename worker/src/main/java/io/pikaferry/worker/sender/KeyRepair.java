package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.routing.CollectionWrite;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import io.pikaferry.worker.sender.Transaction.Answer;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Makes dirty keys of a lane what they are at the source (DESIGN §8), or writes down that it cannot.
 *
 * <p>A key stays dirty until all of it has taken effect: a worker that dies in between leaves it to be read again, whole.
 *
 * <p>Threads: the lane's.
 */
final class KeyRepair {

    private final int lane;
    private final LaneJob job;
    private final Patience patience;
    private final Revivals revivals;

    KeyRepair(int lane, LaneJob job, Patience patience, Revivals revivals) {
        this.lane = lane;
        this.job = requireNonNull(job, "job is null");
        this.patience = requireNonNull(patience, "patience is null");
        this.revivals = requireNonNull(revivals, "revivals is null");
    }

    /** What is written down where the source has several types under one name. */
    static Refused conflict(StreamId stream, int db, Bytes key) {
        return Refused.ofKey(
                stream,
                db,
                key,
                ErrorCode.TYPE_CONFLICT,
                "",
                "the source has several types under this name; the target has the one that TYPE reports");
    }

    private boolean isStillDirty(DirtyKey dirty) {
        return job.dirty(lane)
                .find(dirty.stream(), dirty.key().array())
                .filter(known -> known == dirty)
                .isPresent();
    }

    /** Replaces a dirty key by what was read, if that is still what it is; else it has to be read again. */
    void repair(SourceCopy copy) throws InterruptedException {
        DirtyKey dirty = copy.dirty();
        if (!isStillDirty(dirty)) {
            return; // flushed away meanwhile
        }
        if (!dirty.settledBy(copy.before(), copy.after()) || dirty.expiredSince(copy.expireAtMillis(), job)) {
            job.reread(dirty);
            return;
        }
        List<Refusal<byte[][]>> refusals = replace(dirty, copy);
        if (copy.otherTypes().isPresent()) {
            job.conflicts(lane).found(dirty.db(), dirty.key());
            Refused conflict = conflict(dirty.stream(), dirty.db(), dirty.key());
            finish(dirty, List.of(conflict), dirty.ids());
        } else if (refusals.isEmpty()) {
            finish(dirty, List.of(), dirty.ids());
            job.repaired();
        } else {
            String why = "; read again from the source, and refused: "
                    + refusals.get(0).message();
            finish(dirty, entries(dirty, why), List.of());
        }
        revivals.settle();
    }

    private List<Refusal<byte[][]>> replace(DirtyKey dirty, SourceCopy copy) throws InterruptedException {
        byte[] key = dirty.key().array();
        List<Refusal<byte[][]>> refusals = new ArrayList<>();
        List<byte[][]> part = new ArrayList<>();
        List<byte[][]> own = new ArrayList<>();
        byte[][] unlink = unlink(dirty, copy);
        part.add(unlink);
        Map<byte[][], CollectionWrite> scripts = new IdentityHashMap<>();
        Consumer<Answer<byte[][]>> heard = answer -> {
            if (answer.owner() == unlink) {
                revivals.heardOfUnlink(dirty.db(), key, answer.list());
            } else if (scripts.containsKey(answer.owner())) {
                revivals.heard(dirty.stream(), dirty.since(), dirty.db(), scripts.get(answer.owner()), answer.list());
            }
        };
        long bytes = 0;
        for (SourceCopy.Write write : copy.writes()) {
            part.add(write.args());
            for (byte[] argument : write.args()) {
                bytes += argument.length;
            }
            if (bytes > job.config().batchBytes()) {
                refusals.addAll(apply(dirty.db(), part, own, heard));
                part = new ArrayList<>();
                bytes = 0;
            }
        }
        if (copy.expireAtMillis() != 0 && !copy.writes().isEmpty()) {
            long at = job.expireAt(lane, dirty.db(), key, copy.expireAtMillis(), own);
            part.add(new byte[][] {Words.PEXPIREAT, key, Words.ascii(at)});
        }
        List<byte[][]> last = part;
        dirty.forEachSince((command, executedAt) -> {
            if (command.collection().isPresent()) {
                CollectionWrite write = command.collection().get();
                for (byte[][] script : revivals.scripts(dirty.db(), executedAt, write)) {
                    last.add(script);
                    scripts.put(script, write);
                }
                return;
            }
            long at = command.expiry() == Expiry.AT
                    ? job.expireAt(lane, dirty.db(), key, command.expireAtMillis(), own)
                    : 0;
            job.rendering().render(command, at, last);
        });
        refusals.addAll(apply(dirty.db(), part, own, heard));
        return refusals;
    }

    private byte[][] unlink(DirtyKey dirty, SourceCopy copy) {
        byte[] key = dirty.key().array();
        if (!job.remembersEmptied()) {
            return new byte[][] {Words.UNLINK, key};
        }
        return copy.writes().isEmpty()
                ? revivals.unlinkRemembering(dirty.db(), key, dirty.kind(), dirty.expiryGiven())
                : revivals.unlinkForgetting(
                        dirty.db(), key, copy.writes().get(0).args());
    }

    private List<Refusal<byte[][]>> apply(
            int db, List<byte[][]> data, List<byte[][]> own, Consumer<Answer<byte[][]>> heard)
            throws InterruptedException {
        Map<byte[][], Refusal<byte[][]>> leftOut = new LinkedHashMap<>();
        Outcome<byte[][]> outcome = patience.execute(
                () -> {
                    Transaction<byte[][]> transaction = new Transaction<>(job.controlDb());
                    data.stream()
                            .filter(command -> !leftOut.containsKey(command))
                            .forEach(command -> transaction.data(db, command, command));
                    own.forEach(transaction::own);
                    return transaction;
                },
                refusal -> leftOut.put(refusal.owner(), refusal));
        outcome.lists().forEach(heard);
        List<Refusal<byte[][]>> refusals = new ArrayList<>(leftOut.values());
        for (Refusal<byte[][]> refusal : outcome.refusals()) {
            if (refusal.error().concernsTarget()) {
                throw new FerryException(refusal.error().code(), "the target refused " + refusal.message());
            }
            refusals.add(refusal);
        }
        return refusals;
    }

    /** The key could not be read: that is written down, and what comes for it is applied to whatever stands in the target. */
    void giveUp(DirtyKey dirty, String why) throws InterruptedException {
        if (isStillDirty(dirty)) {
            finish(dirty, entries(dirty, why), List.of());
        }
    }

    private static List<Refused> entries(DirtyKey dirty, String why) {
        return dirty.ids().stream().map(id -> dirty.refused(id, why)).toList();
    }

    /** The key is dirty no more, and what is to be said of it stands in the target, at the same moment. */
    private void finish(DirtyKey dirty, List<Refused> entries, List<String> reconciled) throws InterruptedException {
        List<byte[][]> own = new ArrayList<>();
        own.add(new byte[][] {Words.HDEL, job.keys().dirty(), DirtyKeys.field(dirty)});
        List<Refused> written = entries.stream().map(job.refusals()::refused).toList();
        written.forEach(
                entry -> own.add(new byte[][] {Words.HSET, job.keys().refused(), entry.field(), entry.value()}));
        patience.execute(() -> {
            Transaction<Optional<?>> transaction = new Transaction<>(job.controlDb());
            own.forEach(transaction::own);
            return transaction;
        });
        job.dirty(lane).remove(dirty);
        job.settled(dirty);
        if (!reconciled.isEmpty()) {
            job.refusals().reconciled(reconciled);
        }
        written.forEach(job.refusals()::writtenDown);
    }
}
