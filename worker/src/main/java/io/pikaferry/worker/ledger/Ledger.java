package io.pikaferry.worker.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.ledger.LedgerEntry.State;
import io.pikaferry.worker.sender.Refusals;
import io.pikaferry.worker.sender.Refused;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * Collects a job's refusals until the coordinator has stored them, and what an operator wants done about them. Safe for use by
 * many threads.
 *
 * <p>The number of entries waiting is bounded; further ones are counted in one last entry, so that nothing goes without a trace.
 */
public final class Ledger implements Refusals {

    private static final int MAX_WAITING = 2_000;
    private static final int MAX_COUNTED = 10_000;
    private static final String OVERFLOW = "overflow";

    private final Clock clock;
    private final Consumer<Optional<FerryException>> onWaiting;
    private final Consumer<Refused> onEntry;
    private final Map<String, LedgerEntry> waiting = new LinkedHashMap<>(); // this and all below: guarded by this
    private final Map<String, Long> counts = new HashMap<>(); // of entries met more than once under this assignment
    private final Map<String, Refused> asked = new HashMap<>(); // being read again at an operator's wish
    private final List<Refused> stored = new ArrayList<>(); // told, and still standing in the target
    private long overflowed;

    /**
     * @param onWaiting hears when the target cannot take anything, and when it can again
     * @param onEntry hears of each new entry when it cannot be lost any more; must not wait
     */
    public Ledger(Clock clock, Consumer<Optional<FerryException>> onWaiting, Consumer<Refused> onEntry) {
        this.clock = requireNonNull(clock, "clock is null");
        this.onWaiting = requireNonNull(onWaiting, "onWaiting is null");
        this.onEntry = requireNonNull(onEntry, "onEntry is null");
    }

    @Override
    public synchronized Refused refused(Refused what) {
        boolean wished = asked.remove(what.id()) != null;
        if (waiting.size() >= MAX_WAITING && !waiting.containsKey(what.id())) {
            overflowed++;
            return put(overflow(what));
        }
        long before = counts.getOrDefault(what.id(), 0L);
        boolean replayed = what.position().isPresent() && !wished; // the same item, met again after a failed try
        long count = replayed ? Math.max(1, before) : before + 1;
        if (count > 1 || what.position().isEmpty()) {
            remember(what.id(), count);
        }
        return put(what.met(count, clock.millis()));
    }

    /** What was met in an earlier try is met again, or its unit is whole and it is not: either way it counts once. */
    public synchronized void loadBegins() {
        counts.keySet().removeIf(Refused::isOfSnapshot);
    }

    private void remember(String id, long count) {
        if (counts.size() < MAX_COUNTED || counts.containsKey(id)) {
            counts.put(id, count);
        }
    }

    private Refused overflow(Refused what) {
        return new Refused(
                        OVERFLOW,
                        what.code(),
                        "",
                        "more was refused in a short time than could be written down one by one",
                        Bytes.utf8(""),
                        what.db(),
                        what.stream(),
                        Optional.empty(),
                        1,
                        0)
                .met(overflowed, clock.millis());
    }

    private Refused put(Refused what) {
        stored.removeIf(told -> told.id().equals(what.id()));
        waiting.put(what.id(), new LedgerEntry(what, State.OPEN, false));
        return what;
    }

    @Override
    public void writtenDown(Refused what) {
        onEntry.accept(what);
    }

    @Override
    public synchronized void found(Refused what) {
        waiting.putIfAbsent(what.id(), new LedgerEntry(what, State.OPEN, true));
    }

    @Override
    public synchronized boolean isUntold(String id) {
        LedgerEntry entry = waiting.get(id);
        return entry != null && entry.state() == State.OPEN;
    }

    @Override
    public void waiting(Optional<FerryException> why) {
        onWaiting.accept(why);
    }

    // ------------------------------------------------------------------ told to the coordinator

    /** What the coordinator has not stored yet, oldest first. */
    public synchronized List<LedgerEntry> unreported() {
        return new ArrayList<>(waiting.values());
    }

    @Override
    public synchronized List<byte[]> standing() {
        return waiting.values().stream()
                .filter(entry -> entry.state() == State.OPEN)
                .flatMap(entry -> Stream.of(entry.what().field(), entry.what().value()))
                .toList();
    }

    /** The coordinator has stored them. */
    public synchronized void stored(List<LedgerEntry> entries) {
        for (LedgerEntry entry : entries) {
            if (waiting.remove(entry.id(), entry)) { // else it has changed since it was told
                stored.add(entry.what());
            }
        }
    }

    /** What the coordinator has stored since the last call: it need not stand in the target any more. */
    public synchronized List<Refused> takeStored() {
        List<Refused> taken = List.copyOf(stored);
        stored.clear();
        return taken;
    }

    // ------------------------------------------------------------------ wished by an operator

    /**
     * An operator wants the keys of these entries read again; to be repeated until they have been answered.
     *
     * @return those of which that has not begun
     */
    public synchronized List<Refused> begin(List<Refused> wished) {
        List<Refused> fresh = new ArrayList<>();
        for (Refused entry : wished) {
            if (!asked.containsKey(entry.id()) && !waiting.containsKey(entry.id())) {
                asked.put(entry.id(), entry);
                remember(entry.id(), entry.count());
                fresh.add(entry);
            }
        }
        return fresh;
    }

    /** Whatever was begun will have to be wished again. */
    public synchronized void forgetBegun() {
        asked.clear();
    }

    @Override
    public synchronized void reconciled(List<String> ids) {
        for (String id : ids) {
            Refused entry = asked.remove(id);
            if (entry != null) {
                waiting.put(
                        id,
                        new LedgerEntry(
                                entry.met(Math.max(1, counts.getOrDefault(id, 1L)), clock.millis()),
                                State.RESOLVED,
                                true));
            }
        }
    }
}
