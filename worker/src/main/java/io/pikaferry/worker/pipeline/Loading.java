package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.pipeline.JobStatus.Phase;
import io.pikaferry.worker.sender.KeyFilter;
import io.pikaferry.worker.sender.KeySweep;
import io.pikaferry.worker.sender.SenderPool;
import io.pikaferry.worker.sender.SnapshotFeed;
import io.pikaferry.worker.snapshot.SnapshotScan;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.target.TargetCheck;
import io.pikaferry.worker.target.TargetState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a snapshot into the target. The marks are written when all of it is confirmed, and not before. A load that is
 * interrupted goes on with the units of the dump that are not whole in the target, with every key replaced; another snapshot
 * is loaded over a target that was cleared of the one before.
 *
 * <p>Threads: the job's.
 */
final class Loading {

    /** Expiries nearer than this are held back until the stream has caught up. */
    static final Duration HOLD_EXPIRIES_WITHIN = Duration.ofHours(1);

    private static final Logger LOG = LoggerFactory.getLogger(Loading.class);

    private final Footing footing;
    private final SnapshotScan scan;
    private final Set<Integer> targetDbs;
    private final boolean boundaryDoubted;

    /** @param boundaryDoubted whether the snapshot may hold the effect of items that come after it */
    Loading(Footing footing, SnapshotScan scan, Set<Integer> targetDbs, boolean boundaryDoubted) {
        this.footing = requireNonNull(footing, "footing is null");
        this.scan = requireNonNull(scan, "scan is null");
        this.targetDbs = new TreeSet<>(targetDbs);
        this.boundaryDoubted = boundaryDoubted;
    }

    /**
     * @param name of the snapshot, as the target has it since before the load
     * @param begun whether an earlier load may have left something in the target
     * @param exclusive whether everything in the target is the job's own
     * @return what the target says from now on
     */
    TargetState load(String name, ReceivedSnapshot snapshot, boolean begun, boolean exclusive)
            throws InterruptedException {
        Progress progress = footing.progress();
        progress.enter(Phase.LOAD);
        Map<String, Summary> broughtOver = begun ? broughtOver(name) : Map.of();
        boolean clean = broughtOver.isEmpty() && exclusive && (!begun || clear());
        footing.keeper().beginLoad(footing.control(), name);
        footing.ledger().loadBegins();
        Summary summary;
        try (SenderPool pool = footing.loadPool()) {
            pool.holdExpiriesWithin(HOLD_EXPIRIES_WITHIN);
            progress.counting(pool::commandsApplied);
            progress.fullSyncBegins(pool::keysLoaded, pool::elementsLoaded);
            progress.retrying(Optional.empty());
            pool.start();
            SnapshotFeed feed = new SnapshotFeed(
                    pool,
                    footing.pace(),
                    footing.settings()::targetDb,
                    !clean,
                    footing.abilities().xsetidTakesCounts(),
                    footing.ledger(),
                    broughtOver);
            try {
                summary = scan.run(snapshot.directories(), SnapshotOnDisk.takenAtSeconds(snapshot), feed, progress);
            } catch (InterruptedException | FerryException e) {
                pool.check(); // the lane's own reason is the better one
                throw e;
            }
            pool.drain();
            progress.fullSyncEnds(summary.skipped());
        }
        LOG.atInfo().log(
                "loaded {} keys with {} elements, {} skipped", summary.keys(), summary.elements(), summary.skipped());
        TargetState loaded = TargetState.following(
                        Marks.level(footing.settings().lanes(), snapshot.positions()),
                        exclusive,
                        footing.source().identity())
                .withBoundaryDoubted(boundaryDoubted);
        // What could not be loaded stands in the target already, beside the notes of the units it is in.
        footing.keeper().loaded(footing.control(), name, loaded);
        return loaded;
    }

    private Map<String, Summary> broughtOver(String name) {
        Map<String, Summary> units = new HashMap<>();
        footing.keeper()
                .unitsLoaded(footing.control(), name)
                .forEach((unit, counts) -> units.put(unit, Summary.parse(counts)));
        if (!units.isEmpty()) {
            LOG.atInfo().log("{} units of the snapshot are in the target already", units.size());
        }
        return units;
    }

    /** What an interrupted load left is removed, where nothing else can be in the target. */
    private boolean clear() {
        TargetCheck check =
                new TargetCheck(footing.control(), footing.settings().target());
        if (check.sharedWithOtherJobs(targetDbs, footing.tenure().job())) {
            LOG.atWarn().log("other jobs write to the same database: keys that are gone from the source may stay");
            return false;
        }
        long removed = 0;
        for (int db : targetDbs) {
            removed +=
                    new KeySweep(footing.control(), footing.settings().target().controlDb()).run(db, KeyFilter.all());
        }
        footing.keeper().forgetKeys(footing.control());
        LOG.atInfo().log("removed {} keys of an earlier, unfinished load", removed);
        return true;
    }
}
