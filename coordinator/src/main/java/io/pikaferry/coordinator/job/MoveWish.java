package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.WorkerId;
import java.util.Optional;

/**
 * The operator wants a job to run elsewhere; kept until it is assigned the next time.
 *
 * @param from where it was when that was said; empty if nobody held it
 * @param to where to; empty for anywhere else
 */
public record MoveWish(Optional<WorkerId> from, Optional<WorkerId> to) {

    public MoveWish {
        requireNonNull(from, "from is null");
        requireNonNull(to, "to is null");
    }
}
