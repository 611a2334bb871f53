package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.ReplicationSession;
import io.pikaferry.worker.master.SourceAccess;
import io.pikaferry.worker.pipeline.JobStatus.Phase;
import io.pikaferry.worker.reconcile.KeyReader;
import io.pikaferry.worker.reconcile.Rereads;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Mapped;
import io.pikaferry.worker.routing.Slots;
import io.pikaferry.worker.sender.Refused;
import io.pikaferry.worker.sender.SenderPool;
import io.pikaferry.worker.sender.StreamFeed;
import io.pikaferry.worker.target.TargetState;
import io.pikaferry.worker.threads.Threads;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Follows the binlog: from the session through the mapper into the lanes, until it is wound up or something fails.
 *
 * <p>Threads: {@link #run} the job's; {@link #wind} and {@link #publish} any.
 */
final class Following {

    private static final Duration LOOK_AROUND = Duration.ofMillis(20);
    private static final long ADVANCE_NANOS = Duration.ofMillis(500).toNanos();
    private static final long LOOK_AT_TARGET_NANOS = Duration.ofSeconds(5).toNanos();

    /** An expiry nearer than this is held back: about as long as a failover takes, with some to spare. */
    private static final Duration HOLD_EXPIRIES_WITHIN = Duration.ofSeconds(15);

    /** How far the source's clock may be behind ours. */
    private static final long CLOCK_SKEW_SECONDS = 1;

    private final Footing footing;
    private final ReplicationSession session;
    private final Clock clock;
    private final BoundaryDoubt doubt;
    private final SelfMoves selfMoves;
    private final RetentionGuard retention;
    private long fedAtLastEnd = -1; // of the pulse
    private volatile boolean winding;
    private volatile boolean applied;
    private volatile Optional<StreamFeed> feed = Optional.empty();
    private volatile Optional<SenderPool> lanes = Optional.empty();

    Following(Footing footing, ReplicationSession session, BoundaryDoubt doubt) {
        this.footing = requireNonNull(footing, "footing is null");
        this.session = requireNonNull(session, "session is null");
        this.clock = footing.environment().clock();
        this.doubt = requireNonNull(doubt, "doubt is null");
        this.selfMoves = SelfMoves.of(footing.source().version());
        this.retention =
                new RetentionGuard(footing.master()::setting, footing.source().generation());
    }

    void run(TargetState state) throws InterruptedException {
        footing.progress().enter(Phase.CATCH_UP);
        String name = "job-" + footing.tenure().job();
        Threads threads = footing.environment().threads();
        try (SenderPool pool = footing.followPool(state)) {
            pool.holdExpiriesWithin(HOLD_EXPIRIES_WITHIN);
            pool.adopt(footing.control(), footing.settings()::targetDb);
            footing.progress().counting(pool::commandsApplied);
            StreamFeed streams = new StreamFeed(
                    pool, state.goOnFrom(), footing.settings()::targetDb, slotFilter(), session::confirm);
            feed = Optional.of(streams);
            lanes = Optional.of(pool);
            pool.start();
            try (SourcePulse pulse = new SourcePulse(threads, name, this::sourceEnds);
                    Rereads rereads = new Rereads(
                            threads, name, pool, streams, keyReader(), footing.master()::producerPositions)) {
                pulse.start();
                rereads.start();
                streams.advance(); // expiries that came near while nobody looked, before the first item
                feedUntilWound(pool, streams);
                streams.letGo();
                pool.drain();
            } catch (InterruptedException e) {
                pool.check(); // a lane failed and woke us
                throw e;
            } finally {
                footing.ledger().forgetBegun();
                publish();
            }
        }
    }

    private Optional<StreamFeed.SlotFilter> slotFilter() {
        if (footing.source().slots() == 1) {
            return Optional.empty();
        }
        Slots slots = new Slots(footing.source().slots());
        return Optional.of((stream, key) -> slots.has(stream.slot(), key));
    }

    private KeyReader keyReader() {
        SourceAccess source =
                new SourceAccess(footing.settings().source(), footing.settings().sourcePassword());
        return footing.readers().of(source, footing.source().generation());
    }

    private void feedUntilWound(SenderPool pool, StreamFeed streams) throws InterruptedException {
        CommandMapper mapper = footing.mapper();
        Threads threads = footing.environment().threads();
        long advanceAt = threads.nanos() + ADVANCE_NANOS;
        boolean gettingOn = false;
        TargetWatch watch = new TargetWatch(footing.settings().target(), footing.keeper(), footing.control());
        long lookAt = threads.nanos() + LOOK_AT_TARGET_NANOS;
        boolean doubted = doubt.isPossible();
        Optional<Meant> inHand = Optional.empty();
        while (!winding) {
            if (inHand.isEmpty()) {
                inHand = next(streams).map(item -> new Meant(item, meaning(mapper, item)));
            }
            if (inHand.isPresent() && mayPass(inHand.get(), streams)) {
                streams.feed(inHand.get().item(), inHand.get().mapped());
                inHand = Optional.empty();
            }
            streams.serveOffers();
            if (threads.nanos() - advanceAt >= 0) {
                pool.check();
                streams.advance();
                streams.forget(footing.ledger().takeStored());
                if (doubted && doubt.isOver(streams.confirmed())) {
                    footing.keeper().boundaryPassed(footing.control());
                    doubted = false;
                }
                applied |= pool.commandsApplied() > 0;
                if (!gettingOn && (applied || footing.progress().phase() == Phase.TAIL)) {
                    footing.progress().retrying(Optional.empty()); // once: from now on a reason is a lane's
                    gettingOn = true;
                }
                advanceAt = threads.nanos() + ADVANCE_NANOS;
            }
            if (threads.nanos() - lookAt >= 0) {
                watch.look(pool.confirmedMarks());
                lookAt = threads.nanos() + LOOK_AT_TARGET_NANOS;
            }
        }
    }

    /** Lanes are given what they have before we wait ourselves. */
    private Optional<BinlogItem> next(StreamFeed streams) throws InterruptedException {
        Optional<BinlogItem> atHand = session.next(Duration.ZERO);
        if (atHand.isPresent()) {
            return atHand;
        }
        streams.rouse();
        return session.next(LOOK_AROUND);
    }

    /** An item, and what it means; while it may not pass yet, everything else goes on. */
    private record Meant(BinlogItem item, Mapped mapped) {}

    private boolean mayPass(Meant next, StreamFeed streams) throws InterruptedException {
        long commands = next.mapped() instanceof Mapped.Commands some
                ? some.commands().size()
                : next.mapped() instanceof Mapped.Nothing ? 0 : 1;
        if (!footing.pace().isFree()) {
            streams.rouse();
        }
        return footing.pace().tryTake(commands, next.item().content().length, LOOK_AROUND);
    }

    private Mapped meaning(CommandMapper mapper, BinlogItem item) {
        return doubt.about(item, selfMoves.about(item, mapper.map(item)));
    }

    private void sourceEnds() {
        Optional<StreamFeed> streams = feed;
        long fed = streams.map(StreamFeed::itemsFed).orElse(-1L);
        long askedAt = clock.millis() / 1000;
        Map<StreamId, BinlogPosition> ends = footing.master().producerPositions();
        footing.progress().sourceEnds(ends);
        streams.ifPresent(fedSoFar -> lookAfterRetention(fedSoFar.confirmed(), ends));
        if (streams.isEmpty()) {
            return;
        }
        Map<StreamId, BinlogPosition> confirmed = streams.get().confirmed();
        boolean everywhere = true;
        for (Map.Entry<StreamId, BinlogPosition> end : ends.entrySet()) {
            BinlogPosition ours = confirmed.get(end.getKey());
            if (ours != null && !end.getValue().isAfter(ours)) {
                streams.get().quiet(end.getKey(), askedAt - CLOCK_SKEW_SECONDS);
            } else {
                everywhere = false;
            }
        }
        if (everywhere && footing.progress().phase() == Phase.CATCH_UP) {
            footing.progress().enter(Phase.TAIL);
        }
        if (everywhere && fed == fedAtLastEnd) {
            streams.get().idle(fed);
        }
        fedAtLastEnd = everywhere ? fed : -1;
    }

    private void lookAfterRetention(Map<StreamId, BinlogPosition> confirmed, Map<StreamId, BinlogPosition> ends) {
        confirmed.forEach((stream, position) -> {
            BinlogPosition end = ends.get(stream);
            if (end != null) {
                retention.look(stream, position, end, clock.millis()).ifPresent(left -> footing.progress()
                        .retention(stream, left));
            }
        });
    }

    /** An operator wants the keys of these entries of the ledger read again. */
    void mend(List<Refused> wished) {
        feed.ifPresent(streams -> footing.ledger().begin(wished).forEach(streams::mend));
    }

    /** Comes to an end after confirming what is on its way. */
    void wind() {
        winding = true;
    }

    /** Whether it got anything into the target. */
    boolean hasApplied() {
        return applied;
    }

    /** Puts down how far the streams are. */
    void publish() {
        Optional<StreamFeed> streams = feed;
        Optional<SenderPool> pool = lanes;
        if (streams.isEmpty() || pool.isEmpty()) {
            return;
        }
        Map<StreamId, Long> oldest = new TreeMap<>();
        Map<StreamId, BinlogPosition> confirmed = streams.get().confirmed();
        confirmed.keySet().forEach(stream -> oldest.put(stream, streams.get().oldestOnItsWay(stream)));
        footing.progress()
                .confirmed(
                        confirmed,
                        oldest,
                        pool.get().heldExpiries(),
                        pool.get().dirtyKeys(),
                        pool.get().keysRepaired());
    }
}
