package io.pikaferry.worker.ledger;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.sender.Refused;

/**
 * What the coordinator is to be told of one thing that could not be applied.
 *
 * @param again whether an earlier holder of the job, or this one before, may have told it already: then it counts once
 */
public record LedgerEntry(Refused what, State state, boolean again) {

    /** What has become of it. */
    public enum State {
        /** It is as it was. */
        OPEN,
        /** The key has been made equal to the source's since. */
        RESOLVED
    }

    public LedgerEntry {
        requireNonNull(what, "what is null");
        requireNonNull(state, "state is null");
    }

    public String id() {
        return what.id();
    }
}
