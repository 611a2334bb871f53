package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

/**
 * A ledger entry with what earlier assignments met of it. A worker repeats an entry until it is acknowledged, and the
 * next worker may meet the same item again: the first must not count twice, the second must.
 *
 * @param epoch under which the entry was told last
 * @param countBefore how often it was met under earlier epochs
 */
public record KeptEntry(LedgerEntry entry, long epoch, long countBefore) {

    public KeptEntry {
        requireNonNull(entry, "entry is null");
    }

    public long count() {
        return countBefore + entry.count();
    }

    /** This after the entry was told under the epoch. */
    KeptEntry toldAgain(LedgerEntry told, long underEpoch) {
        return underEpoch == epoch ? new KeptEntry(told, epoch, countBefore) : new KeptEntry(told, underEpoch, count());
    }
}
