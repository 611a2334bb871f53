package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.worker.sender.HeldExpiries.Held;
import io.pikaferry.worker.sender.HeldExpiries.State;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Gives the keys of a lane that expire before long the expiry they are to have at the moment: their own, or one far away
 * ({@link HeldExpiries}).
 *
 * <p>Threads: the lane's.
 */
final class Expiries {

    /** TIME and PTTL are a moment apart. */
    private static final long SAME_MILLIS = 20;

    private final int lane;
    private final LaneJob job;
    private final TargetLink link;
    private final Patience patience;

    Expiries(int lane, LaneJob job, TargetLink link, Patience patience) {
        this.lane = lane;
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.patience = requireNonNull(patience, "patience is null");
    }

    /**
     * What the target has.
     *
     * @param expireAtMillis the key's true expiry, of a key that is shifted too; 0: it has none
     */
    record Found(State state, long expireAtMillis) {
        boolean expires() {
            return expireAtMillis != 0;
        }
    }

    /**
     * Asks the target about keys that have to be as they are found until the next transaction: those that are about to expire are
     * held back.
     */
    List<Found> askAndHold(List<Held> keys) throws InterruptedException {
        List<Found> found = new ArrayList<>(ask(keys));
        List<Integer> expiring = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (found.get(i).state() == State.NATIVE
                    && found.get(i).expires()
                    && job.holds(found.get(i).expireAtMillis())) {
                expiring.add(i);
            }
        }
        if (expiring.isEmpty()) {
            return found;
        }
        Outcome<Integer> outcome = patience.execute(() -> {
            Transaction<Integer> transaction = new Transaction<>(job.controlDb());
            for (Integer i : expiring) {
                Held key = keys.get(i);
                transaction.data(key.db(), i, new byte[][] {
                    Words.PEXPIREAT,
                    key.key().array(),
                    Words.ascii(HeldExpiries.shifted(found.get(i).expireAtMillis()))
                });
            }
            return transaction;
        });
        expiring.forEach(i -> found.set(i, new Found(State.SHIFTED, found.get(i).expireAtMillis())));
        outcome.zeroes().forEach(i -> found.set(i, new Found(State.LOST, 0)));
        return found;
    }

    /** Asks the target, once for all. */
    private List<Found> ask(List<Held> keys) {
        List<byte[][]> questions = new ArrayList<>(2 * keys.size() + 2);
        questions.add(new byte[][] {Words.TIME});
        int db = job.controlDb();
        for (Held key : keys) {
            if (key.db() != db) {
                db = key.db();
                questions.add(new byte[][] {Words.SELECT, Words.ascii(db)});
            }
            questions.add(new byte[][] {Words.PTTL, key.key().array()});
        }
        if (db != job.controlDb()) {
            questions.add(new byte[][] {Words.SELECT, Words.ascii(job.controlDb())});
        }
        List<Object> answers = link.exchange(questions);
        List<?> time = (List<?>) checked("TIME", answers.get(0));
        long now = number(time.get(0)) * 1000 + number(time.get(1)) / 1000;
        List<Found> found = new ArrayList<>(keys.size());
        int at = 0;
        for (int i = 1; i < answers.size(); i++) {
            if (questions.get(i)[0] == Words.PTTL) {
                long left = (Long) checked("PTTL", answers.get(i));
                found.add(found(keys.get(at++), now, left));
            }
        }
        return found;
    }

    private static Found found(Held key, long now, long left) {
        if (left == -2) {
            return new Found(State.LOST, 0);
        }
        if (left < 0) {
            return new Found(State.NATIVE, 0);
        }
        boolean shifted = HeldExpiries.isShifted(left);
        long at = now + left - (shifted ? HeldExpiries.SHIFT_MILLIS : 0);
        if (Math.abs(at - key.expireAtMillis()) <= SAME_MILLIS) {
            return new Found(shifted ? State.SHIFTED : State.NATIVE, key.expireAtMillis());
        }
        long second = Math.round(at / 1000.0) * 1000;
        return new Found(shifted ? State.SHIFTED : State.NATIVE, Math.abs(at - second) <= SAME_MILLIS ? second : at);
    }

    private static Object checked(String question, Object answer) {
        if (answer instanceof TargetError error) {
            throw new FerryException(error.code(), "the target refused " + question + ": " + error.message());
        }
        return answer;
    }

    private static long number(Object bulk) {
        return Long.parseLong(new String((byte[]) bulk, US_ASCII));
    }

    /** What becomes of a key; the state UNKNOWN: it need not be watched any more. */
    private record Fate(Held key, Found found, State next) {}

    /**
     * Gives each key what it is to have now.
     *
     * @param quietSeconds of each database of the target, up to when nothing more will come of what the source has executed
     */
    void settle(Map<Integer, Long> quietSeconds) throws InterruptedException {
        HeldExpiries held = job.held(lane);
        while (!held.isEmpty()) {
            List<Held> due = held.which(
                    (db, at, state) -> isDue(at, state, quietSeconds.getOrDefault(db, 0L)),
                    job.config().batchUnits());
            if (due.isEmpty()) {
                return;
            }
            List<Found> found = ask(due);
            List<Fate> fates = new ArrayList<>(due.size());
            for (int i = 0; i < due.size(); i++) {
                Held key = due.get(i);
                fates.add(
                        new Fate(key, found.get(i), next(key, found.get(i), quietSeconds.getOrDefault(key.db(), 0L))));
            }
            Outcome<Fate> outcome = patience.execute(() -> {
                Transaction<Fate> transaction = new Transaction<>(job.controlDb());
                fates.forEach(fate -> apply(fate, transaction));
                return transaction;
            });
            Set<Fate> tooLate = new HashSet<>(outcome.zeroes());
            for (Fate fate : fates) {
                Held key = fate.key;
                if (fate.next == State.UNKNOWN) {
                    held.remove(key.db(), key.key().array());
                } else if (fate.next == State.LOST) {
                    held.put(key.db(), key.key().array(), key.expireAtMillis(), State.LOST);
                } else {
                    // The target may have let it go since it was asked.
                    State next = tooLate.contains(fate) ? State.LOST : fate.next;
                    held.put(key.db(), key.key().array(), fate.found.expireAtMillis(), next);
                }
            }
        }
    }

    private boolean isDue(long at, State state, long quiet) {
        if (state == State.UNKNOWN || isOver(at, quiet)) {
            return true;
        }
        return switch (state) {
            case NATIVE -> job.holds(at) && job.held(lane).hasRoomFor(State.SHIFTED);
            case SHIFTED -> !job.holds(at);
            default -> false;
        };
    }

    /** No item will come any more that may have found the key. */
    private boolean isOver(long at, long quiet) {
        return job.gone(at, quiet) && !job.narrowly(at, quiet);
    }

    private State next(Held key, Found found, long quiet) {
        if (found.state() == State.LOST) {
            return isOver(key.expireAtMillis(), quiet) ? State.UNKNOWN : State.LOST;
        }
        if (!found.expires() || isOver(found.expireAtMillis(), quiet)) {
            return State.UNKNOWN;
        }
        if (found.state() == State.SHIFTED && job.holds(found.expireAtMillis())) {
            return State.SHIFTED;
        }
        return job.stateFor(found.expireAtMillis(), job.held(lane));
    }

    private void apply(Fate fate, Transaction<Fate> transaction) {
        Held key = fate.key;
        byte[] name = key.key().array();
        boolean shift = fate.next == State.SHIFTED;
        if (fate.found.expires() && shift != (fate.found.state() == State.SHIFTED)) {
            long at = fate.found.expireAtMillis();
            transaction.data(key.db(), fate, new byte[][] {
                Words.PEXPIREAT, name, Words.ascii(shift ? HeldExpiries.shifted(at) : at)
            });
        }
        if (fate.next == State.UNKNOWN) {
            transaction.own(new byte[][] {Words.HDEL, job.keys().held(), HeldExpiries.field(key.db(), name)});
        } else if (fate.found.expires() && fate.found.expireAtMillis() != key.expireAtMillis()) {
            // Who takes over judges by it of a key that is not there any more.
            transaction.own(new byte[][] {
                Words.HSET,
                job.keys().held(),
                HeldExpiries.field(key.db(), name),
                Words.ascii(fate.found.expireAtMillis())
            });
        }
    }
}
