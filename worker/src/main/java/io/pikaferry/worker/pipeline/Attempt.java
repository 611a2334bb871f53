package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.ledger.Ledger;
import io.pikaferry.worker.master.Master;
import io.pikaferry.worker.master.ReceivedSnapshot;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.pipeline.JobSettings.OnExistingKeys;
import io.pikaferry.worker.pipeline.JobStatus.Phase;
import io.pikaferry.worker.sender.Refused;
import io.pikaferry.worker.target.Fence;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetCheck;
import io.pikaferry.worker.target.TargetCheck.Abilities;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.target.Tenure;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
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

    private final Assignment assignment;
    private final JobSettings settings;
    private final Progress progress;
    private final Ledger ledger;
    private final Pace pace;
    private final SnapshotTurn turn;
    private final Stages stages;
    private final SnapshotOnDisk disk;
    private final JobEnvironment environment;
    private final Tenure tenure;
    private final Deque<AutoCloseable> open = new ArrayDeque<>(); // used by the job's thread
    private volatile Optional<Following> following = Optional.empty();
    private volatile boolean winding;
    private volatile Thread runner;

    Attempt(
            Assignment assignment,
            long number,
            Progress progress,
            Ledger ledger,
            Pace pace,
            SnapshotTurn turn,
            Stages stages,
            SnapshotOnDisk disk,
            JobEnvironment environment) {
        this.assignment = requireNonNull(assignment, "assignment is null");
        this.settings = assignment.settings();
        this.progress = requireNonNull(progress, "progress is null");
        this.ledger = requireNonNull(ledger, "ledger is null");
        this.pace = requireNonNull(pace, "pace is null");
        this.turn = requireNonNull(turn, "turn is null");
        this.stages = requireNonNull(stages, "stages is null");
        this.disk = requireNonNull(disk, "disk is null");
        this.environment = requireNonNull(environment, "environment is null");
        this.tenure = new Tenure(assignment.job(), assignment.epoch(), number);
    }

    /** Returns when the job has been wound up; throws when it cannot go on. */
    void run() throws InterruptedException {
        runner = Thread.currentThread();
        progress.enter(Phase.PRECHECK);
        TargetLinks links = stages.targets().apply(settings);
        TargetKeys keys = new TargetKeys(assignment.job());
        StateKeeper keeper = new StateKeeper(links, keys);
        Fence fence = new Fence(links, keys, tenure);
        TargetLink control = closing(links.open(tenure.connectionName()));
        fence.take(control);
        TargetCheck check = new TargetCheck(control, settings.target());
        Abilities abilities = check.abilities();
        boolean force = assignment.forceFullSync() && !progress.snapshotBegun();
        Optional<TargetState> state = force ? keeper.readIfWhole(control) : keeper.read(control);
        Master master = closing(stages.masters()
                .dial(new SourceAccess(settings.source(), settings.sourcePassword()), disk.workDirectory()));
        SourceInfo source = master.info();
        progress.source(source);
        progress.enter(Phase.HANDSHAKE);
        check.requireSelectable(targetDbs(source));
        ResumePlan plan = ResumePlan.decide(known(), force, source, state, disk.name());
        LOG.atInfo().log("source {} is Pika {}; plan: {}", settings.source(), source.version(), plan);
        go(
                plan,
                check,
                new Footing(
                        settings,
                        tenure,
                        keys,
                        keeper,
                        fence,
                        control,
                        abilities,
                        master,
                        Footing.mapper(source),
                        stages.senders().apply(settings),
                        stages.readers(),
                        progress,
                        ledger,
                        pace,
                        environment));
    }

    private void go(ResumePlan plan, TargetCheck check, Footing footing) throws InterruptedException {
        Master master = footing.master();
        if (plan instanceof ResumePlan.Follow follow) {
            noticeRewind(follow.state().marks().orElseThrow());
            disk.clear(); // of a load that was finished elsewhere
            TargetState state = follow.state();
            ReplicationSession session = closing(master.follow(state.goOnFrom().resumeAfter()));
            follow(footing, session, state, BoundaryDoubt.leftBy(state));
        } else if (plan instanceof ResumePlan.FollowFromStart fromStart) {
            boolean exclusive = requireAcceptableTarget(check, footing.source());
            ReplicationSession session = closing(master.follow(fromStart.positions()));
            TargetState fresh = TargetState.following(
                    Marks.level(settings.lanes(), fromStart.positions()),
                    exclusive,
                    footing.source().identity());
            footing.keeper().write(footing.control(), fresh);
            follow(footing, session, fresh, BoundaryDoubt.none());
        } else if (plan instanceof ResumePlan.LoadAgain again) {
            ReceivedSnapshot snapshot = disk.snapshot();
            ReplicationSession session = followSnapshotOnDisk(master, snapshot);
            load(footing, session, again.snapshot(), snapshot, true, again.exclusive());
        } else if (plan instanceof ResumePlan.TakeSnapshot take) {
            takeSnapshot(take, check, footing);
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

    /** The assignment, with what the target has confirmed to this process since: a checkpoint it need not be told. */
    private Assignment known() {
        Map<StreamId, BinlogPosition> positions = new TreeMap<>(assignment.checkpoint());
        positions.putAll(progress.confirmed());
        return new Assignment(assignment.job(), assignment.epoch(), settings, positions, assignment.forceFullSync());
    }

    /** P1: the target may have been set back by a restart or a failover; then so are we, and say so. */
    private void noticeRewind(Marks marks) {
        known().checkpoint().forEach((stream, position) -> {
            if (marks.streams().contains(stream) && position.isAfter(marks.furthest(stream))) {
                LOG.atWarn()
                        .log(
                                "target had confirmed {} of {} and now stands at {}: going back",
                                position,
                                stream,
                                marks.furthest(stream));
                progress.rewound();
            }
        });
    }

    /** @return whether everything in the target will be the job's */
    private boolean requireAcceptableTarget(TargetCheck check, SourceInfo source) {
        Set<Integer> dbs = targetDbs(source);
        long foreign = check.foreignKeys(dbs);
        if (foreign > 0 && settings.onExistingKeys() == OnExistingKeys.FAIL) {
            throw new FerryException(
                    ErrorCode.TARGET_NOT_EMPTY,
                    "target %s holds %d keys in database %s"
                            .formatted(
                                    settings.target(),
                                    foreign,
                                    String.join(
                                            ", ",
                                            dbs.stream().map(String::valueOf).toList())));
        }
        return foreign == 0 && !check.sharedWithOtherJobs(dbs, assignment.job());
    }

    private void takeSnapshot(ResumePlan.TakeSnapshot take, TargetCheck check, Footing footing)
            throws InterruptedException {
        boolean allowed = assignment.forceFullSync() || settings.fullSync() != JobSettings.FullSync.NEVER;
        if (!allowed) {
            throw new FerryException(
                    ErrorCode.FULL_SYNC_NOT_ALLOWED,
                    "job %s was interrupted while loading and is not allowed to take a snapshot"
                            .formatted(assignment.job()));
        }
        boolean exclusive = take.begun() ? take.exclusive() : requireAcceptableTarget(check, footing.source());
        if (turn.await()) {
            // Begun anew with the turn in hand: connections may not have lived through it, nor what was seen through
            // them.
            throw new FerryException(
                    ErrorCode.FULL_SYNC_WAITS, "job %s has its turn to take a snapshot".formatted(assignment.job()));
        }
        String name = "%s-%d.%d".formatted(assignment.job(), tenure.epoch(), tenure.attempt());
        footing.keeper()
                .write(
                        footing.control(),
                        TargetState.loading(
                                settings.lanes(),
                                exclusive,
                                name,
                                footing.source().identity()));
        progress.beginSnapshot();
        disk.prepare();
        progress.fullSyncBegins(() -> 0, () -> 0);
        ReceivedSnapshot snapshot = footing.master().takeSnapshot(disk.directory(), progress);
        turn.over();
        disk.label(name, snapshot);
        ReplicationSession session = closing(footing.master().follow(snapshot.positions()));
        load(footing, session, name, snapshot, take.begun(), exclusive);
    }

    private ReplicationSession followSnapshotOnDisk(Master master, ReceivedSnapshot snapshot)
            throws InterruptedException {
        try {
            return closing(master.follow(snapshot.positions()));
        } catch (FerryException e) {
            if (e.code() == ErrorCode.BINLOG_PURGED) {
                disk.clear(); // of no use any more: the next try takes another
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE, "the snapshot on disk is older than the source's binlog", e);
            }
            throw e;
        }
    }

    private void load(
            Footing footing,
            ReplicationSession session,
            String name,
            ReceivedSnapshot snapshot,
            boolean begun,
            boolean exclusive)
            throws InterruptedException {
        BoundaryDoubt doubt = BoundaryDoubt.afterSnapshotOf(footing.source().version());
        Loading loading =
                new Loading(footing, stages.scans().apply(settings), targetDbs(footing.source()), doubt.isPossible());
        TargetState loaded;
        try {
            loaded = loading.load(name, snapshot, begun, exclusive);
        } catch (FerryException e) {
            if (e.code() == ErrorCode.SNAPSHOT_INCOMPLETE || e.code() == ErrorCode.SNAPSHOT_CORRUPT) {
                disk.clear(); // loading it again would end the same way
            }
            throw e;
        }
        disk.clear();
        follow(footing, session, loaded, doubt);
    }

    private void follow(Footing footing, ReplicationSession session, TargetState state, BoundaryDoubt doubt)
            throws InterruptedException {
        Following stream = new Following(footing, session, doubt);
        following = Optional.of(stream);
        if (winding) {
            stream.wind();
        }
        stream.run(state);
    }

    /** Puts down how far the streams are. */
    void publishProgress() {
        following.ifPresent(Following::publish);
    }

    /** An operator wants the keys of these entries of the ledger read again; passed over while there is no stream yet. */
    void mend(List<Refused> wished) {
        following.ifPresent(stream -> stream.mend(wished));
    }

    /** Whether it got anything into the target. */
    boolean hasApplied() {
        return following.map(Following::hasApplied).orElse(false);
    }

    /** Comes to an end: a stream after confirming what is on its way; anything else at once. */
    void wind() {
        winding = true;
        Optional<Following> stream = following;
        if (stream.isPresent()) {
            stream.get().wind();
        } else {
            abandon();
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
        runner = null;
        boolean interrupted = Thread.interrupted(); // closing must not be cut short by what made us close
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
