package io.pikaferry.worker.pipeline;

import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.master.TransferProgress;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.pipeline.JobStatus.FullSyncStatus;
import io.pikaferry.worker.pipeline.JobStatus.Phase;
import io.pikaferry.worker.pipeline.JobStatus.StreamStatus;
import io.pikaferry.worker.snapshot.ScanProgress;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Where the stages of a job put down how they get on, for {@link #status} to read. Safe for use by many threads. */
final class Progress implements TransferProgress, ScanProgress {

    private final Clock clock;
    private final Pace pace;
    private final SnapshotTurn turn;
    private final Runnable onNews;

    // All guarded by this.
    private Phase phase = Phase.PRECHECK;
    private Optional<FerryException> retrying = Optional.empty();
    private long retryingSince;
    private boolean fullSync;
    private long fullSyncBegan;
    private long bytesDone;
    private long bytesTotal;
    private long keysSkipped;
    private long finished;
    private LongSupplier keys = () -> 0;
    private LongSupplier elements = () -> 0;
    private LongSupplier commands = () -> 0;
    private long commandsBefore;
    private long rateFrom;
    private long rateCommands;
    private double rate;
    private final Map<StreamId, BinlogPosition> confirmed = new TreeMap<>();
    private final Map<StreamId, BinlogPosition> source = new TreeMap<>();
    private final Map<StreamId, Long> oldest = new TreeMap<>();
    private final Map<StreamId, Retention> retentions = new TreeMap<>();
    private final Map<StreamId, Long> caughtUpAt = new TreeMap<>();
    private long binlogFileBytes = 100L << 20;
    private Optional<SourceInfo> info = Optional.empty();
    private boolean rewound;
    private boolean snapshotBegun;
    private long heldExpiries;
    private long dirtyKeys;
    private long keysRepaired;
    private long keysRepairedBefore;
    private Supplier<Optional<String>> trouble = Optional::empty;

    /** @param onNews hears of each phase that is entered; must not wait */
    Progress(Clock clock, Pace pace, SnapshotTurn turn, Runnable onNews) {
        this.turn = turn;
        this.onNews = onNews;
        this.clock = clock;
        this.pace = pace;
        this.rateFrom = clock.millis();
    }

    synchronized void enter(Phase next) {
        if (phase != next) {
            phase = next;
            onNews.run();
        }
    }

    synchronized Phase phase() {
        return phase;
    }

    synchronized void source(SourceInfo said) {
        info = Optional.of(said);
    }

    /** Something has to be waited for or tried again; empty: no more. */
    synchronized void retrying(Optional<FerryException> why) {
        if (why.isPresent() && retrying.isEmpty()) {
            retryingSince = clock.millis();
        }
        retrying = why;
    }

    /** Who knows why the worker has slowed the job down by itself. */
    synchronized void troubled(Supplier<Optional<String>> why) {
        trouble = why;
    }

    /** A snapshot is being taken under this assignment: what was forced has been begun. */
    synchronized void beginSnapshot() {
        snapshotBegun = true;
    }

    synchronized boolean snapshotBegun() {
        return snapshotBegun;
    }

    synchronized void rewound() {
        rewound = true;
    }

    /** Commands that earlier pools of this assignment applied stay counted. */
    synchronized void counting(LongSupplier applied) {
        commandsBefore += commands.getAsLong();
        keysRepairedBefore += keysRepaired;
        keysRepaired = 0;
        commands = applied;
    }

    synchronized void fullSyncBegins(LongSupplier keysLoaded, LongSupplier elementsLoaded) {
        if (!fullSync || finished != 0) {
            fullSyncBegan = clock.millis();
        }
        fullSync = true;
        finished = 0;
        keys = keysLoaded;
        elements = elementsLoaded;
    }

    synchronized void fullSyncEnds(long skipped) {
        keysSkipped = skipped;
        finished = clock.millis();
        long loadedKeys = keys.getAsLong();
        long loadedElements = elements.getAsLong();
        keys = () -> loadedKeys;
        elements = () -> loadedElements;
        bytesDone = bytesTotal;
    }

    @Override
    public synchronized void waitingForDump() {
        enter(Phase.WAITING_DUMP);
        fullSync = true;
    }

    @Override
    public synchronized void transferring(long received, long total) {
        enter(Phase.TRANSFER);
        bytesDone = received;
        bytesTotal = total;
    }

    @Override
    public synchronized void scanned(long done, long total) {
        bytesDone = done;
        bytesTotal = total;
    }

    synchronized void confirmed(
            Map<StreamId, BinlogPosition> positions,
            Map<StreamId, Long> oldestOnItsWay,
            long held,
            long dirty,
            long repaired) {
        keysRepaired = repaired;
        heldExpiries = held;
        dirtyKeys = dirty;
        confirmed.putAll(positions);
        oldest.clear();
        oldest.putAll(oldestOnItsWay);
    }

    synchronized void sourceEnds(Map<StreamId, BinlogPosition> positions) {
        source.putAll(positions);
    }

    synchronized void retention(StreamId stream, Retention left) {
        retentions.put(stream, left);
    }

    synchronized Map<StreamId, BinlogPosition> confirmed() {
        return new TreeMap<>(confirmed);
    }

    synchronized JobStatus status() {
        long now = clock.millis();
        long applied = commandsBefore + commands.getAsLong();
        if (now - rateFrom >= 1000) {
            rate = (applied - rateCommands) * 1000.0 / (now - rateFrom);
            rateFrom = now;
            rateCommands = applied;
        }
        return new JobStatus(
                phase,
                retrying,
                retryingSince,
                fullSync ? Optional.of(fullSyncStatus(now)) : Optional.empty(),
                streams(now),
                applied,
                rate,
                info.map(said -> said.version().toString()).orElse(""),
                info.map(said -> said.generation().toString()).orElse(""),
                info.flatMap(SourceInfo::identity),
                rewound,
                heldExpiries,
                dirtyKeys,
                keysRepairedBefore + keysRepaired,
                pace.limits(),
                pace.holdsUp(),
                trouble.get(),
                turn.state());
    }

    private FullSyncStatus fullSyncStatus(long now) {
        long loaded = keys.getAsLong();
        long millis = Math.max(1, (finished == 0 ? now : finished) - fullSyncBegan);
        double keysPerSecond = loaded * 1000.0 / millis;
        long left = -1;
        if (finished != 0) {
            left = 0;
        } else if (phase == Phase.LOAD && bytesDone > 0 && bytesTotal > 0) {
            left = Math.round(millis / 1000.0 * (bytesTotal - bytesDone) / bytesDone);
        }
        return new FullSyncStatus(
                loaded, elements.getAsLong(), bytesDone, bytesTotal, keysPerSecond, keysSkipped, left, finished);
    }

    private List<StreamStatus> streams(long now) {
        List<StreamStatus> streams = new ArrayList<>();
        confirmed.forEach((stream, position) -> {
            Optional<BinlogPosition> end = Optional.ofNullable(source.get(stream));
            long lag = end.map(to -> bytesBetween(position, to)).orElse(-1L);
            if (lag == 0 || !caughtUpAt.containsKey(stream)) {
                caughtUpAt.put(stream, now);
            }
            long since = oldest.getOrDefault(stream, 0L);
            double seconds = lag < 0
                    ? -1
                    : lag == 0 ? 0 : Math.max(0, (now - (since > 0 ? since * 1000 : caughtUpAt.get(stream))) / 1000.0);
            streams.add(
                    new StreamStatus(stream, position, end, lag, seconds, Optional.ofNullable(retentions.get(stream))));
        });
        return streams;
    }

    /** Exact within a file; across files as if each were full. */
    private long bytesBetween(BinlogPosition from, BinlogPosition to) {
        if (!to.isAfter(from)) {
            return 0;
        }
        if (from.filenum() == to.filenum()) {
            return to.offset() - from.offset();
        }
        return Math.max(1, (to.filenum() - from.filenum()) * binlogFileBytes + to.offset() - from.offset());
    }
}
