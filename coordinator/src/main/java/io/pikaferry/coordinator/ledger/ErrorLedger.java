package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.ledger.ErrorLedgerStore.Ledger;
import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What could not be applied, per job (P5): each entry once, with how often it was met, up to a limit; what comes after
 * that is counted. Entries are in the store when {@link #record} returns, so they may be acknowledged.
 *
 * <p>The counter of what did not fit errs upwards: a worker that was not acknowledged in time repeats its entries, and
 * only the last of them are recognised.
 */
public final class ErrorLedger {

    static final int PAGE = 50;
    private static final int DROPPED_REMEMBERED = 10_000;

    /**
     * A job's ledger as it is.
     *
     * @param dropped how many did not fit
     */
    public record Contents(List<KeptEntry> entries, long dropped) {
        public Contents {
            entries = List.copyOf(entries);
        }

        /** What did not fit is taken for open. */
        public long open() {
            return entries.stream().filter(kept -> kept.entry().open()).count() + dropped;
        }
    }

    private final ErrorLedgerStore store;
    private final int capacity;
    private final Map<JobId, Book> books = new ConcurrentHashMap<>();

    public ErrorLedger(ErrorLedgerStore store, int capacity) {
        this.store = requireNonNull(store, "store is null");
        if (capacity < 1) {
            throw new IllegalArgumentException("an error ledger must hold at least 1 entry, got " + capacity);
        }
        this.capacity = capacity;
    }

    /** Keeps the entries, told by a worker under the epoch. */
    public void record(JobId job, long epoch, List<LedgerEntry> entries) {
        if (!entries.isEmpty()) {
            book(job).record(epoch, entries);
        }
    }

    public Contents read(JobId job) {
        return book(job).contents();
    }

    /** The target was loaded anew: nothing that was written down holds any more. */
    public void clear(JobId job) {
        book(job).clear();
    }

    /** The job was removed. */
    public void forget(JobId job) {
        books.remove(job);
    }

    private Book book(JobId job) {
        return books.computeIfAbsent(job, Book::new);
    }

    /** One job's ledger. */
    private final class Book {

        private final JobId job;
        private final List<KeptEntry> entries = new ArrayList<>(); // all fields: guarded by this
        private final Map<String, Integer> places = new HashMap<>();
        private final Set<String> lastDropped = new LinkedHashSet<>();
        private long dropped;

        Book(JobId job) {
            this.job = job;
            load();
        }

        private void load() {
            entries.clear();
            places.clear();
            Ledger stored = store.read(job);
            stored.pages().forEach(entries::addAll);
            for (int i = 0; i < entries.size(); i++) {
                places.put(entries.get(i).entry().id(), i);
            }
            dropped = stored.dropped();
        }

        synchronized void record(long epoch, List<LedgerEntry> told) {
            Set<Integer> changedPages = new TreeSet<>();
            long droppedBefore = dropped;
            for (LedgerEntry entry : told) {
                take(entry, epoch, changedPages);
            }
            if (changedPages.isEmpty() && dropped == droppedBefore) {
                return;
            }
            Map<Integer, List<KeptEntry>> pages = new LinkedHashMap<>();
            for (int page : changedPages) {
                pages.put(page, List.copyOf(entries.subList(page * PAGE, Math.min(entries.size(), (page + 1) * PAGE))));
            }
            try {
                store.write(job, pages, dropped);
            } catch (RuntimeException e) {
                books.remove(job, this); // what is stored is not known: read again next time
                throw e;
            }
        }

        private void take(LedgerEntry told, long epoch, Set<Integer> changedPages) {
            Integer place = places.get(told.id());
            if (place != null) {
                KeptEntry before = entries.get(place);
                KeptEntry after = before.toldAgain(told, epoch);
                if (!after.equals(before)) {
                    entries.set(place, after);
                    changedPages.add(place / PAGE);
                }
            } else if (entries.size() < capacity) {
                places.put(told.id(), entries.size());
                changedPages.add(entries.size() / PAGE);
                entries.add(new KeptEntry(told, epoch, 0));
            } else if (lastDropped.add(told.id())) {
                dropped++;
                if (lastDropped.size() > DROPPED_REMEMBERED) {
                    lastDropped.remove(lastDropped.iterator().next());
                }
            }
        }

        synchronized Contents contents() {
            return new Contents(entries, dropped);
        }

        synchronized void clear() {
            try {
                store.clear(job);
            } catch (RuntimeException e) {
                books.remove(job, this);
                throw e;
            }
            entries.clear();
            places.clear();
            lastDropped.clear();
            dropped = 0;
        }
    }
}
