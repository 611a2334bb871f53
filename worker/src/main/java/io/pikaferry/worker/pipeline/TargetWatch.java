package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetState;
import java.util.Optional;

/**
 * Looks now and then whether the target still has what it has confirmed (P1). While something is being written, a lane notices
 * at once; a target that was set back while the source was silent would be noticed only with the next write, after hours maybe.
 *
 * <p>Threads: one; the link is its own.
 */
final class TargetWatch {

    private final TargetAddress target;
    private final StateKeeper keeper;
    private final TargetLink link;

    /** @param link stands in the control database */
    TargetWatch(TargetAddress target, StateKeeper keeper, TargetLink link) {
        this.target = requireNonNull(target, "target is null");
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.link = requireNonNull(link, "link is null");
    }

    /**
     * @throws FerryException TARGET_UNREACHABLE if the target is gone or has lost some of it: the next try finds out from the marks
     *     what there is
     */
    void look(Marks confirmed) {
        Optional<TargetState> found;
        try {
            found = keeper.readIfWhole(link);
        } catch (FerryException e) {
            if (e.code() == ErrorCode.TARGET_UNREACHABLE) {
                throw e;
            }
            return; // it refuses to say, for a while: lanes are told the same, and wait
        }
        if (found.flatMap(TargetState::marks)
                .filter(marks -> reach(marks, confirmed))
                .isEmpty()) {
            throw new FerryException(
                    ErrorCode.TARGET_UNREACHABLE, "target %s has lost some of what it had confirmed".formatted(target));
        }
    }

    private static boolean reach(Marks found, Marks confirmed) {
        return found.lanes() == confirmed.lanes()
                && found.streams().containsAll(confirmed.streams())
                && confirmed.streams().stream().allMatch(stream -> {
                    for (int lane = 0; lane < confirmed.lanes(); lane++) {
                        if (confirmed.of(stream, lane).isAfter(found.of(stream, lane))) {
                            return false;
                        }
                    }
                    return true;
                });
    }
}
