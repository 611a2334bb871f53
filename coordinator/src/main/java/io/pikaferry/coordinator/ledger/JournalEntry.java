package io.pikaferry.coordinator.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;
import java.time.Instant;
import java.util.Optional;

/**
 * One line of a job's journal.
 *
 * @param kind one word, for filtering: submitted, assigned, failover …
 * @param epoch the job's when it was written
 * @param worker whom it concerns
 * @param actor who did it: operator, coordinator c1, worker w1
 */
public record JournalEntry(
        Instant at, String kind, String message, long epoch, Optional<WorkerId> worker, String actor) {

    /** So that a full journal fits a znode. */
    private static final int MAX_MESSAGE = 1_000;

    public JournalEntry {
        requireNonNull(at, "at is null");
        requireNonNull(kind, "kind is null");
        requireNonNull(worker, "worker is null");
        requireNonNull(actor, "actor is null");
        message = Shortened.to(MAX_MESSAGE, message);
        kind = Shortened.to(40, kind);
        actor = Shortened.to(100, actor);
    }
}
