package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.snapshot.SnapshotDestination;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.snapshot.SnapshotSink;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Brings a dump into the lanes. A key is replaced, never merged into what stands there, unless the target is known to be empty;
 * its expiry follows its last piece, in the same lane. Units that are in the target whole, from an earlier try at the same
 * snapshot, are left out.
 *
 * <p>Threads: called by all threads of a scan; each unit is fed by one of them.
 */
public final class SnapshotFeed implements SnapshotDestination {

    private final SenderPool pool;
    private final Pace pace;
    private final IntUnaryOperator targetDb;
    private final LoadCommands commands;
    private final Refusals refusals;
    private final Map<String, Summary> broughtOver;

    /**
     * @param replace whether there may be something under the keys
     * @param xsetidTakesCounts Redis 7 and newer
     * @param broughtOver what is whole in the target already; then {@code replace} has to be true
     */
    public SnapshotFeed(
            SenderPool pool,
            Pace pace,
            IntUnaryOperator targetDb,
            boolean replace,
            boolean xsetidTakesCounts,
            Refusals refusals,
            Map<String, Summary> broughtOver) {
        this.pool = requireNonNull(pool, "pool is null");
        this.pace = requireNonNull(pace, "pace is null");
        this.targetDb = requireNonNull(targetDb, "targetDb is null");
        this.commands = new LoadCommands(replace, xsetidTakesCounts);
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.broughtOver = Map.copyOf(broughtOver);
        if (!replace && !broughtOver.isEmpty()) {
            throw new IllegalArgumentException("units are there already, but nothing is to be replaced");
        }
    }

    @Override
    public Optional<Summary> broughtOver(String unit) {
        Optional<Summary> before = Optional.ofNullable(broughtOver.get(unit));
        before.ifPresent(what -> pool.loadedBefore(what.keys(), what.elements()));
        return before;
    }

    @Override
    public SnapshotSink sink(String unit) {
        return new UnitFeed(unit, pool, pace, targetDb, commands, refusals);
    }
}
