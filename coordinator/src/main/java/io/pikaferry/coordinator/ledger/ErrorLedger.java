package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.ledger.ErrorLedgerStore.Ledger;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;

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
            return entries.stream()
                            .filter(kept -> kept.entry().state().unsettled())
                            .count()
                    + dropped;
        }

        /** Those a worker is to read the keys of again. */
        public List<KeptEntry> retrying() {
            return entries.stream()
                    .filter(kept -> kept.entry().state() == EntryState.RETRYING)
                    .toList();
        }
    }

    /**
     * What a worker tells.
     *
     * @param again whether an earlier report may have told it: then it counts only if it is not known
     */
    public record Told(LedgerEntry entry, boolean again) {
        public Told {
            requireNonNull(entry, "entry is null");
        }
    }

    /** What an operator wants done about some entries. */
    public enum Settlement {
        /** Have the worker read their keys again from the source. */
        RECONCILE,
        /** Close them. */
        IGNORE
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

    /**
     * Keeps the entries, told by a worker under the epoch.
     *
     * @return the first of those that were not known before, if any were
     */
    public Optional<LedgerEntry> record(JobId job, long epoch, List<Told> entries) {
        return entries.isEmpty() ? Optional.empty() : book(job).record(epoch, entries);
    }

    /**
     * Does what an operator wants about the entries with these ids; closed ones can be reconciled too, but not by all.
     *
     * @param ids empty: all that are not closed; ignoring all also forgets how many did not fit
     * @return the entries, as they are now
     * @throws FerryException INVALID_ARGUMENT for an id that is not there, or a key that is not here whole
     */
    public List<KeptEntry> settle(JobId job, Settlement settlement, List<String> ids) {
        return book(job).settle(settlement, ids);
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

        synchronized Optional<LedgerEntry> record(long epoch, List<Told> told) {
            Set<Integer> changedPages = new TreeSet<>();
            long droppedBefore = dropped;
            Optional<LedgerEntry> fresh = Optional.empty();
            for (Told each : told) {
                boolean known = places.containsKey(each.entry().id())
                        || lastDropped.contains(each.entry().id());
                take(each, epoch, changedPages);
                if (!known && fresh.isEmpty()) {
                    fresh = Optional.of(each.entry());
                }
            }
            if (!changedPages.isEmpty() || dropped != droppedBefore) {
                write(changedPages);
            }
            return fresh;
        }

        synchronized List<KeptEntry> settle(Settlement settlement, List<String> ids) {
            List<Integer> chosen = ids.isEmpty() ? unsettled() : chosen(ids);
            if (settlement == Settlement.RECONCILE && !ids.isEmpty()) {
                chosen.forEach(place -> requireWholeKey(entries.get(place)));
            }
            Set<Integer> changedPages = new TreeSet<>();
            long droppedBefore = dropped;
            List<KeptEntry> settled = new ArrayList<>();
            for (int place : chosen) {
                KeptEntry before = entries.get(place);
                if (settlement == Settlement.RECONCILE && !before.entry().hasWholeKey()) {
                    continue;
                }
                KeptEntry after =
                        before.in(settlement == Settlement.RECONCILE ? EntryState.RETRYING : EntryState.IGNORED);
                if (!after.equals(before)) {
                    entries.set(place, after);
                    changedPages.add(place / PAGE);
                }
                settled.add(after);
            }
            if (settlement == Settlement.IGNORE && ids.isEmpty()) {
                dropped = 0;
            }
            if (!changedPages.isEmpty() || dropped != droppedBefore) {
                write(changedPages);
            }
            return settled;
        }

        private List<Integer> unsettled() {
            return IntStream.range(0, entries.size())
                    .filter(place -> entries.get(place).entry().state().unsettled())
                    .boxed()
                    .toList();
        }

        private List<Integer> chosen(List<String> ids) {
            return ids.stream()
                    .distinct()
                    .map(id -> Optional.ofNullable(places.get(id))
                            .orElseThrow(() -> new FerryException(
                                    ErrorCode.INVALID_ARGUMENT,
                                    "the error ledger of job %s has no entry %s".formatted(job, id))))
                    .toList();
        }

        private void requireWholeKey(KeptEntry kept) {
            if (!kept.entry().hasWholeKey()) {
                throw new FerryException(
                        ErrorCode.INVALID_ARGUMENT,
                        "the key of entry %s is %d bytes long, and the ledger keeps %d of them: it cannot be asked for"
                                .formatted(
                                        kept.entry().id(),
                                        kept.entry().keyBytes(),
                                        kept.entry().key().length()));
            }
        }

        private void write(Set<Integer> changedPages) {
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

        private void take(Told each, long epoch, Set<Integer> changedPages) {
            LedgerEntry told = each.entry();
            Integer place = places.get(told.id());
            if (place != null) {
                KeptEntry before = entries.get(place);
                KeptEntry after =
                        each.again() && told.state() == EntryState.OPEN ? before : before.toldAgain(told, epoch);
                if (!after.equals(before)) {
                    entries.set(place, after);
                    changedPages.add(place / PAGE);
                }
            } else if (entries.size() < capacity) {
                places.put(told.id(), entries.size());
                changedPages.add(entries.size() / PAGE);
                entries.add(new KeptEntry(told, epoch, 0, told.at()));
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
