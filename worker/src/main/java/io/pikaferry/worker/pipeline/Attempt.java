package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pipeline.JobSettings.OnExistingKeys;
import io.pikaferry.worker.pipeline.JobStatus.Phase;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Slots;
import io.pikaferry.worker.sender.KeyFilter;
import io.pikaferry.worker.sender.KeySweep;
import io.pikaferry.worker.sender.MarkBoard;
import io.pikaferry.worker.sender.SenderPool;
import io.pikaferry.worker.sender.SnapshotFeed;
import io.pikaferry.worker.sender.StreamFeed;
import io.pikaferry.worker.snapshot.SnapshotScan;
import io.pikaferry.worker.target.Fence;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetCheck;
import io.pikaferry.worker.target.TargetCheck.Abilities;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.target.Tenure;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One try at a job, from the fence to the end of the conversation with the master.
 *
 * <p>The order of things is the guarantee: the fence is taken before the marks are read (P4), the binlog is followed before
 * the snapshot is loaded (nothing can be purged in between), the marks are written after the whole load is confirmed (P1).
 *
 * <p>Threads: {@link #run} by the job's thread; {@link #wind}, {@link #abandon} and {@link #publishProgress} by any.
 */
final class Attempt implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Attempt.class);
    private static final Duration LOOK_AROUND = Duration.ofMillis(50);
    private static final long ADVANCE_NANOS = Duration.ofMillis(500).toNanos();

    private final Assignment assignment;
    private final JobSettings settings;
    private final Progress progress;
    private final Ledger ledger;
    private final Stages stages;
    private final Tenure tenure;
    private final TargetLinks links;
    private final TargetKeys keys;
    private final StateKeeper keeper;
    private final Fence fence;
    private final SnapshotOnDisk disk;
    private final Deque<AutoCloseable> open = new ArrayDeque<>(); // used by the job's thread
    private volatile boolean winding;
    private volatile boolean interruptible = true;
    private volatile Thread runner;
    private volatile Optional<StreamFeed> feed = Optional.empty();
    private volatile boolean applied;

    Attempt(Assignment assignment, long number, Progress progress, Ledger ledger, Stages stages, SnapshotOnDisk disk) {
        this.assignment = requireNonNull(assignment, "assignment is null");
        this.settings = assignment.settings();
        this.progress = requireNonNull(progress, "progress is null");
        this.ledger = requireNonNull(ledger, "ledger is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.disk = requireNonNull(disk, "disk is null");
        this.tenure = new Tenure(assignment.job(), assignment.epoch(), number);
        this.links = stages.targets().apply(settings);
        this.keys = new TargetKeys(assignment.job());
        this.keeper = new StateKeeper(links, keys);
        this.fence = new Fence(links, keys, tenure);
    }

    /** Returns when the job has been wound up; throws when it cannot go on. */
    void run() throws InterruptedException {
        runner = Thread.currentThread();
        progress.enter(Phase.PRECHECK);
        TargetLink control = closing(links.open(tenure.connectionName()));
        fence.take(control);
        TargetCheck check = new TargetCheck(control, settings.target());
        Abilities abilities = check.abilities();
        Optional<TargetState> state = keeper.read(control);
        Master master = closing(stages.masters()
                .dial(new SourceAccess(settings.source(), settings.sourcePassword()), disk.workDirectory()));
        SourceInfo source = master.info();
        progress.source(source);
        progress.enter(Phase.HANDSHAKE);
        check.requireSelectable(targetDbs(source));
        ResumePlan plan = ResumePlan.decide(assignment, source, state, disk.name());
        LOG.atInfo().log("source {} is Pika {}; plan: {}", settings.source(), source.version(), plan);

        if (plan instanceof ResumePlan.Follow follow) {
            noticeRewind(follow.marks());
            ReplicationSession session = closing(master.follow(follow.marks().resumeAfter()));
            follow(
                    master,
                    session,
                    abilities,
                    TargetState.following(follow.marks(), follow.exclusive(), source.identity()));
        } else if (plan instanceof ResumePlan.FollowFromStart fromStart) {
            boolean exclusive = requireAcceptableTarget(check, source);
            ReplicationSession session = closing(master.follow(fromStart.positions()));
            TargetState fresh = TargetState.following(
                    Marks.level(settings.lanes(), fromStart.positions()), exclusive, source.identity());
            keeper.write(control, fresh);
            follow(master, session, abilities, fresh);
        } else if (plan instanceof ResumePlan.LoadAgain again) {
            loadAgain(master, control, check, abilities, again);
        } else if (plan instanceof ResumePlan.TakeSnapshot take) {
            takeSnapshot(master, control, check, abilities, take);
        }
    }

    private Set<Integer> targetDbs(SourceInfo source) {
        Map<Integer, Integer> bySource = new TreeMap<>();
        source.streams().forEach(stream -> bySource.put(stream.db(), settings.targetDb(stream.db())));
        Set<Integer> dbs = new TreeSet<>(bySource.values());
        if (dbs.size() < bySource.size()) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT,
                    "several databases of source %s would go to the same one of the target: %s"
                            .formatted(settings.source(), bySource));
        }
        return dbs;
    }

    /** P1: the target may have been set back by a restart or a failover; then so are we, and say so. */
    private void noticeRewind(Marks marks) {
        Map<StreamId, BinlogPosition> from = marks.resumeAfter();
        Map<StreamId, BinlogPosition> known = new TreeMap<>(assignment.checkpoint());
        known.putAll(progress.confirmed());
        known.forEach((stream, position) -> {
            BinlogPosition now = from.get(stream);
            if (now != null && position.isAfter(now)) {
                LOG.atWarn()
                        .log("target had confirmed {} of {} and now stands at {}: going back", position, stream, now);
                progress.rewound();
            }
        });
    }

    /** @return whether everything in the target will be the job's */
    private boolean requireAcceptableTarget(TargetCheck check, SourceInfo source) {
        long foreign = check.foreignKeys(targetDbs(source));
        if (foreign > 0 && settings.onExistingKeys() == OnExistingKeys.FAIL) {
            throw new FerryException(
                    ErrorCode.TARGET_NOT_EMPTY,
                    "target %s holds %d keys in database %s"
                            .formatted(settings.target(), foreign, join(targetDbs(source))));
        }
        return foreign == 0 && !check.sharedWithOtherJobs(targetDbs(source), assignment.job());
    }

    private static String join(Set<Integer> dbs) {
        return String.join(", ", dbs.stream().map(String::valueOf).toList());
    }

    private void takeSnapshot(
            Master master, TargetLink control, TargetCheck check, Abilities abilities, ResumePlan.TakeSnapshot take)
            throws InterruptedException {
        if (take.begun() && settings.fullSync() == JobSettings.FullSync.NEVER) {
            throw new FerryException(
                    ErrorCode.FULL_SYNC_NOT_ALLOWED,
                    "job %s was interrupted while loading and is not allowed to take a snapshot"
                            .formatted(assignment.job()));
        }
        boolean exclusive = take.begun() ? take.exclusive() : requireAcceptableTarget(check, master.info());
        String name = "%s-%d.%d".formatted(assignment.job(), tenure.epoch(), tenure.attempt());
        keeper.write(
                control,
                TargetState.loading(
                        settings.lanes(), exclusive, name, master.info().identity()));
        disk.prepare();
        progress.fullSyncBegins(() -> 0, () -> 0);
        ReceivedSnapshot snapshot = master.takeSnapshot(disk.directory(), progress);
        disk.label(name, snapshot);
        ReplicationSession session = closing(master.follow(snapshot.positions()));
        load(master, session, control, check, abilities, snapshot, take.begun(), exclusive);
    }

    private void loadAgain(
            Master master, TargetLink control, TargetCheck check, Abilities abilities, ResumePlan.LoadAgain again)
            throws InterruptedException {
        ReceivedSnapshot snapshot = disk.snapshot();
        ReplicationSession session;
        try {
            session = closing(master.follow(snapshot.positions()));
        } catch (FerryException e) {
            if (e.code() == ErrorCode.BINLOG_PURGED) {
                disk.clear(); // of no use any more: the next try takes another
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE, "the snapshot on disk is older than the source's binlog", e);
            }
            throw e;
        }
        load(master, session, control, check, abilities, snapshot, true, again.exclusive());
    }

    /** @param begun whether an earlier load may have left something in the target */
    private void load(
            Master master,
            ReplicationSession session,
            TargetLink control,
            TargetCheck check,
            Abilities abilities,
            ReceivedSnapshot snapshot,
            boolean begun,
            boolean exclusive)
            throws InterruptedException {
        progress.enter(Phase.LOAD);
        Set<Integer> dbs = targetDbs(master.info());
        boolean clean = exclusive && begun && clear(control, check, dbs);
        boolean replace = !exclusive || (begun && !clean);
        SnapshotScan.Summary summary;
        try (SenderPool pool = pool(Optional.empty(), abilities)) {
            progress.counting(pool::commandsApplied);
            progress.fullSyncBegins(pool::keysLoaded, pool::elementsLoaded);
            pool.start();
            SnapshotFeed snapshotFeed =
                    new SnapshotFeed(pool, settings::targetDb, replace, abilities.xsetidTakesCounts(), ledger);
            try {
                summary = stages.scans()
                        .apply(settings)
                        .run(snapshot.directories(), SnapshotOnDisk.takenAtSeconds(snapshot), snapshotFeed, progress);
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
                Marks.level(settings.lanes(), snapshot.positions()),
                exclusive,
                master.info().identity());
        keeper.write(control, loaded);
        disk.clear();
        follow(master, session, abilities, loaded);
    }

    /** What an interrupted load left is removed, where nothing else can be in the target. */
    private boolean clear(TargetLink control, TargetCheck check, Set<Integer> dbs) {
        if (check.sharedWithOtherJobs(dbs, assignment.job())) {
            LOG.atWarn().log("other jobs write to the same database: keys that are gone from the source may stay");
            return false;
        }
        long removed = 0;
        for (int db : dbs) {
            removed += new KeySweep(control, settings.target().controlDb()).run(db, KeyFilter.all());
        }
        LOG.atInfo().log("removed {} keys of an earlier, unfinished load", removed);
        return true;
    }

    private SenderPool pool(Optional<MarkBoard> board, Abilities abilities) {
        Thread job = Thread.currentThread();
        return new SenderPool(
                "job-" + assignment.job(),
                stages.senders().apply(settings),
                settings.target().controlDb(),
                abilities.setTakesPxat(),
                board,
                fence::open,
                ledger,
                job::interrupt);
    }

    private void follow(Master master, ReplicationSession session, Abilities abilities, TargetState state)
            throws InterruptedException {
        progress.enter(Phase.CATCH_UP);
        SourceInfo source = master.info();
        CommandMapper mapper = source.slots() > 1
                ? CommandMapper.forShardedSource(source.version(), source.slots())
                : CommandMapper.forSource(source.version());
        MarkBoard board = new MarkBoard(keys, keeper, state, tenure.epoch());
        try (SenderPool pool = pool(Optional.of(board), abilities)) {
            progress.counting(pool::commandsApplied);
            StreamFeed streams = new StreamFeed(
                    pool,
                    state.marks().orElseThrow(),
                    settings::targetDb,
                    source.slots() > 1 ? Optional.of(slotFilter(source)) : Optional.empty(),
                    ledger,
                    session::confirm);
            feed = Optional.of(streams);
            pool.start();
            try (SourcePulse pulse =
                    new SourcePulse("job-" + assignment.job(), master::producerPositions, this::sourceEnds)) {
                pulse.start();
                interruptible = false;
                try {
                    feedUntilWound(session, mapper, pool, streams);
                } catch (InterruptedException e) {
                    pool.check(); // a lane failed and woke us
                    throw e;
                }
            }
            windUp(pool, streams);
        }
    }

    private static StreamFeed.SlotFilter slotFilter(SourceInfo source) {
        Slots slots = new Slots(source.slots());
        return (stream, key) -> slots.has(stream.slot(), key);
    }

    private void feedUntilWound(ReplicationSession session, CommandMapper mapper, SenderPool pool, StreamFeed streams)
            throws InterruptedException {
        long advanceAt = System.nanoTime() + ADVANCE_NANOS;
        boolean fed = false;
        while (!winding) {
            Optional<BinlogItem> item = session.next(LOOK_AROUND);
            if (item.isPresent()) {
                streams.feed(item.get(), mapper.map(item.get()));
                fed = true;
            }
            if (item.isEmpty() || System.nanoTime() > advanceAt) {
                pool.check();
                if (fed && !applied && pool.commandsApplied() > 0) {
                    applied = true;
                }
                if (System.nanoTime() > advanceAt) {
                    streams.advance();
                    progress.retrying(Optional.empty());
                    advanceAt = System.nanoTime() + ADVANCE_NANOS;
                }
            }
        }
    }

    /** What has been put in is still confirmed, and the marks of all lanes follow: the successor has nothing to repeat. */
    private void windUp(SenderPool pool, StreamFeed streams) throws InterruptedException {
        streams.advance();
        pool.drain();
        publishProgress();
    }

    private void sourceEnds(Map<StreamId, BinlogPosition> ends) {
        progress.sourceEnds(ends);
        Optional<StreamFeed> streams = feed;
        if (progress.phase() != Phase.CATCH_UP || streams.isEmpty()) {
            return;
        }
        Map<StreamId, BinlogPosition> confirmed = streams.get().confirmed();
        boolean there = ends.entrySet().stream()
                .allMatch(end ->
                        confirmed.containsKey(end.getKey()) && !end.getValue().isAfter(confirmed.get(end.getKey())));
        if (there) {
            progress.enter(Phase.TAIL);
        }
    }

    /** Puts down how far the streams are. */
    void publishProgress() {
        feed.ifPresent(streams -> {
            Map<StreamId, Long> oldest = new TreeMap<>();
            Map<StreamId, BinlogPosition> confirmed = streams.confirmed();
            confirmed.keySet().forEach(stream -> oldest.put(stream, streams.oldestOnItsWay(stream)));
            progress.confirmed(confirmed, oldest);
        });
    }

    /** Whether it got anything into the target. */
    boolean hasApplied() {
        return applied;
    }

    /** Comes to an end: a stream after confirming what is on its way; anything else at once. */
    void wind() {
        winding = true;
        Thread running = runner;
        if (interruptible && running != null) {
            running.interrupt();
        }
    }

    /** Comes to an end at once. */
    void abandon() {
        Thread running = runner;
        if (running != null) {
            running.interrupt();
        }
    }

    private <T extends AutoCloseable> T closing(T resource) {
        open.push(resource);
        return resource;
    }

    /** Closes what was opened, last first: the conversation with the master ends before the target is let go. */
    @Override
    public void close() {
        boolean interrupted = Thread.interrupted(); // closing must not be cut short by what made us close
        publishProgress();
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (Exception e) {
                LOG.atDebug().setCause(e).log("could not close");
            }
        }
        if (interrupted) {
            LOG.atDebug().log("was interrupted");
        }
    }
}
