package io.pikaferry.worker.snapshot;

import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.util.Optional;

/** Where a dump goes, unit by unit. Several threads ask at once. */
@FunctionalInterface
public interface SnapshotDestination {

    /**
     * What was in a unit, a part of the dump, that is known to be brought over: then it is not handed over again.
     *
     * @param unit the same for the same part of the same dump, whenever it is scanned
     */
    default Optional<Summary> broughtOver(String unit) {
        return Optional.empty();
    }

    /** What takes the keys of a unit, all of which one thread hands over. */
    SnapshotSink sink(String unit);
}
