package io.pikaferry.worker.snapshot;

import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.nio.file.Path;
import java.util.Map;

/** Scans of a written dump, the way tests mostly want them. */
final class Scans {

    /** The clock of written dumps, in seconds. */
    static final long AS_OF = 1_800_000_000L;

    private Scans() {}

    static CollectingSink scan(Path directory, SnapshotConfig config) throws InterruptedException {
        CollectingSink sink = new CollectingSink(config.chunkElements());
        scan(directory, config, unit -> sink);
        return sink;
    }

    static Summary scan(Path directory, SnapshotConfig config, SnapshotDestination destination)
            throws InterruptedException {
        return new ParallelScan(config).run(Map.of(StreamId.ONLY, directory), AS_OF, destination, (done, total) -> {});
    }
}
