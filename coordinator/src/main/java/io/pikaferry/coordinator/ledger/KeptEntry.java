package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * A ledger entry with what earlier assignments met of it. A worker repeats an entry until it is acknowledged, and the
 * next worker may meet the same item again: the first must not count twice, the second must.
 *
 * @param epoch under which the entry was told last
 * @param countBefore how often it was met under earlier epochs
 * @param first when it was met first
 */
public record KeptEntry(LedgerEntry entry, long epoch, long countBefore, Instant first) {

    public KeptEntry {
        requireNonNull(entry, "entry is null");
        requireNonNull(first, "first is null");
    }

    public long count() {
        return countBefore + entry.count();
    }

    /** How often it was met under that epoch. */
    public long countUnder(long someEpoch) {
        return someEpoch == epoch ? entry.count() : 0;
    }

    /** This after the entry was told under the epoch. */
    KeptEntry toldAgain(LedgerEntry told, long underEpoch) {
        if (told.state() == EntryState.RESOLVED) {
            return entry.state() == EntryState.IGNORED ? this : in(EntryState.RESOLVED);
        }
        boolean metAgain = underEpoch != epoch || told.count() > entry.count();
        if (!metAgain) {
            return this; // repeated, since it was not acknowledged in time
        }
        EntryState next = entry.state() == EntryState.IGNORED ? EntryState.IGNORED : EntryState.OPEN;
        return new KeptEntry(entry.met(told, next), underEpoch, underEpoch == epoch ? countBefore : count(), first);
    }

    KeptEntry in(EntryState next) {
        return new KeptEntry(entry.in(next), epoch, countBefore, first);
    }
}
