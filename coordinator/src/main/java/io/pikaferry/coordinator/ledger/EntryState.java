package io.pikaferry.coordinator.ledger;

import java.util.Locale;
import java.util.Optional;

/**
 * What has become of an entry of an error ledger.
 *
 * <pre>
 *            reconcile              the worker: equal now
 *   ┌▶ OPEN ───────────▶ RETRYING ─────────────────────▶ RESOLVED
 *   │    │ ▲                │  the worker: refused again    │
 *   │    │ └────────────────┘                               │
 *   │    │ ignore (also a RETRYING one)                     │
 *   │    └─────────────▶ IGNORED                            │
 *   └───────────────────── met again ───────────────────────┘
 * </pre>
 *
 * An IGNORED one stays so when it is met again: a replay after a failure meets what it met before.
 */
public enum EntryState {
    OPEN,
    RETRYING,
    RESOLVED,
    IGNORED;

    /** Whether the target may differ from the source because of it, and nobody has said that this is all right. */
    public boolean unsettled() {
        return this == OPEN || this == RETRYING;
    }

    /** As messages and stored entries have it. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Empty for a word of another release. */
    public static Optional<EntryState> of(String word) {
        for (EntryState state : values()) {
            if (state.word().equals(word)) {
                return Optional.of(state);
            }
        }
        return Optional.empty();
    }
}
