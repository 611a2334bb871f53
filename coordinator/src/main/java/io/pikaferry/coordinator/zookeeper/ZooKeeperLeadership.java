package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.stored.v1.StoredCoordinator;
import io.pikaferry.proto.stored.v1.StoredLeader;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.recipes.leader.LeaderLatch;
import org.apache.curator.framework.recipes.leader.LeaderLatchListener;
import org.apache.curator.framework.recipes.leader.Participant;
import org.apache.curator.framework.state.ConnectionState;
import org.apache.zookeeper.CreateMode;
import org.apache.zookeeper.KeeperException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * Leads while it holds the latch. The latch alone is not trusted: taking office begins a {@link ZooKeeperTerm}, whose
 * number fences every write.
 *
 * <p>Whenever the connection to ZooKeeper is in doubt, the term is over at once; when it is back, the latch decides
 * anew and there is another term. A term that a later one of another process has ended (which takes two that both
 * believe to hold the latch) is given up, and taken up again if the latch is still ours.
 *
 * <p>Threads: terms begin and end on one thread of ours; ZooKeeper's event thread only marks a term as over.
 */
public final class ZooKeeperLeadership implements Leadership, AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ZooKeeperLeadership.class);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Duration LEADER_REMEMBERED = Duration.ofMillis(500);

    private record Term(ZooKeeperTerm fence, Office office) {}

    private record LastLook(Optional<String> leader, long nanoTime) {}

    private final CuratorFramework zookeeper;
    private final String id;
    private final String address;
    private final Function<ZooKeeperTerm, Office> offices;
    private final Consumer<FerryException> fatal;
    private final LeaderLatch latch;
    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "leadership"));
    private volatile Optional<Term> term = Optional.empty(); // set by the thread, taken back by anyone
    private volatile LastLook lastLook =
            new LastLook(Optional.empty(), System.nanoTime() - LEADER_REMEMBERED.toNanos());
    private volatile boolean closed;

    /**
     * @param address where the coordinator is reached
     * @param offices makes the office of a term, not started
     * @param fatal told when this coordinator can never lead
     */
    public ZooKeeperLeadership(
            CuratorFramework zookeeper,
            String id,
            String address,
            Function<ZooKeeperTerm, Office> offices,
            Consumer<FerryException> fatal) {
        this.zookeeper = requireNonNull(zookeeper, "zookeeper is null");
        this.id = requireNonNull(id, "id is null");
        this.address = requireNonNull(address, "address is null");
        this.offices = requireNonNull(offices, "offices is null");
        this.fatal = requireNonNull(fatal, "fatal is null");
        this.latch = new LeaderLatch(zookeeper, ZooKeeperPaths.LEADER, id);
    }

    /** Announces the coordinator and stands for election. ZooKeeper must be connected. */
    public void start() {
        try {
            ZooKeeperTerm.ensure(zookeeper, ZooKeeperPaths.COORDINATORS);
            announce();
            zookeeper.getConnectionStateListenable().addListener((client, state) -> connectionIs(state));
            latch.addListener(new LeaderLatchListener() {
                @Override
                public void isLeader() {
                    onThread(ZooKeeperLeadership.this::takeOffice, Duration.ZERO);
                }

                @Override
                public void notLeader() {
                    end("the latch is lost");
                }
            });
            latch.start();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("stand for election", e);
        }
    }

    private void connectionIs(ConnectionState state) {
        if (state == ConnectionState.SUSPENDED || state == ConnectionState.LOST) {
            end("the connection to ZooKeeper is " + state);
        } else if (state == ConnectionState.RECONNECTED) {
            log.info("connected to ZooKeeper again");
            onThread(this::announceAgain, Duration.ZERO);
        }
    }

    private void onThread(Runnable task, Duration delay) {
        try {
            var unused = thread.schedule(
                    () -> {
                        try {
                            task.run();
                        } catch (RuntimeException e) {
                            log.error("leadership is in trouble", e);
                        }
                    },
                    delay.toMillis(),
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            log.debug("closed already");
        }
    }

    private void takeOffice() {
        if (closed || term.isPresent() || !latch.hasLeadership()) {
            return;
        }
        try {
            ZooKeeperTerm fence = ZooKeeperTerm.begin(zookeeper, latch.getOurPath(), leader(), this::deposed);
            term = Optional.of(new Term(fence, openOffice(fence)));
            if (!latch.hasLeadership()) {
                end("the latch was lost meanwhile");
                return;
            }
            log.atInfo().addKeyValue("term", fence.number()).log("leading");
        } catch (FerryException e) {
            if (e.code() == ErrorCode.SECRET_UNREADABLE) {
                fatal.accept(e);
                return;
            }
            log.atWarn().addKeyValue("error", e.code().id()).log("could not take office: {}", e.getMessage());
            onThread(this::takeOffice, RETRY);
        } catch (RuntimeException e) {
            log.error("could not take office", e);
            onThread(this::takeOffice, RETRY);
        }
    }

    private Office openOffice(ZooKeeperTerm fence) {
        Office office = offices.apply(fence);
        try {
            office.start();
            return office;
        } catch (RuntimeException e) {
            fence.end();
            office.close();
            throw e;
        }
    }

    private StoredLeader leader() {
        return StoredLeader.newBuilder()
                .setCoordinatorId(id)
                .setAddress(address)
                .setSinceMillis(System.currentTimeMillis())
                .build();
    }

    private void deposed() {
        end("another coordinator has begun a term");
        onThread(this::takeOffice, RETRY);
    }

    /** From now on nothing is written and nobody is answered; cleaning up takes its time elsewhere. */
    private void end(String why) {
        Optional<Term> ended;
        synchronized (this) {
            ended = term;
            term = Optional.empty();
        }
        ended.ifPresent(over -> {
            over.fence().end();
            log.atLevel(closed ? Level.INFO : Level.WARN)
                    .addKeyValue("term", over.fence().number())
                    .log("no longer leading: {}", why);
            onThread(over.office()::close, Duration.ZERO);
        });
    }

    @Override
    public Office office() {
        return term.map(Term::office)
                .orElseThrow(
                        () -> new FerryException(ErrorCode.NOT_LEADER, "coordinator %s does not lead".formatted(id)));
    }

    @Override
    public Optional<String> leaderAddress() {
        if (closed) {
            return Optional.empty();
        }
        if (term.isPresent()) {
            return Optional.of(address);
        }
        LastLook last = lastLook;
        if (System.nanoTime() - last.nanoTime() >= LEADER_REMEMBERED.toNanos()) {
            last = new LastLook(lookForLeader(), System.nanoTime());
            lastLook = last;
        }
        return last.leader();
    }

    private Optional<String> lookForLeader() {
        if (!zookeeper.getZookeeperClient().isConnected()) {
            return Optional.empty(); // asking would block
        }
        try {
            Participant leader = latch.getLeader();
            return leader.isLeader()
                            && !leader.getId().equals(id) // we may hold the latch and not yet, or no longer, lead
                    ? find(leader.getId()).map(StoredCoordinator::getAddress)
                    : Optional.empty();
        } catch (Exception e) {
            log.debug("could not find out who leads", e);
            return Optional.empty();
        }
    }

    @Override
    public List<Coordinator> coordinators() {
        try {
            String leader = latch.getLeader().getId();
            List<Coordinator> all = new ArrayList<>();
            for (String name : zookeeper.getChildren().forPath(ZooKeeperPaths.COORDINATORS).stream()
                    .sorted()
                    .toList()) {
                find(name)
                        .ifPresent(coordinator -> all.add(new Coordinator(
                                coordinator.getId(),
                                coordinator.getAddress(),
                                coordinator.getId().equals(leader))));
            }
            return all;
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("list coordinators", e);
        }
    }

    private Optional<StoredCoordinator> find(String coordinator) throws Exception {
        String path = ZooKeeperPaths.coordinator(coordinator);
        try {
            return Optional.of(Json.read(path, zookeeper.getData().forPath(path), StoredCoordinator.newBuilder())
                    .build());
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        }
    }

    private void announceAgain() {
        if (closed) {
            return;
        }
        try {
            announce();
        } catch (Exception e) {
            log.atWarn().log("could not announce this coordinator, will try again: {}", e.getMessage());
            onThread(this::announceAgain, RETRY);
        }
    }

    /** In place of what an earlier session, maybe of an earlier process of that id, has left. */
    private void announce() throws Exception {
        String path = ZooKeeperPaths.coordinator(id);
        byte[] json = Json.bytes(
                StoredCoordinator.newBuilder().setId(id).setAddress(address).build());
        try {
            zookeeper.delete().forPath(path);
        } catch (KeeperException.NoNodeException e) {
            // as it should be
        }
        zookeeper.create().withMode(CreateMode.EPHEMERAL).forPath(path, json);
    }

    /** Resigns: a standby takes over at once. */
    @Override
    public void close() {
        closed = true;
        Optional<Term> last = term;
        last.ifPresent(ending -> ending.office().close());
        end("this coordinator is shutting down");
        try {
            latch.close();
        } catch (IOException | IllegalStateException e) {
            log.debug("latch was not held", e);
        }
        thread.shutdown();
        try {
            if (!thread.awaitTermination(5, TimeUnit.SECONDS)) {
                thread.shutdownNow();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
