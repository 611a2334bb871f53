package io.pikaferry.coordinator.zookeeper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.grpc.Metadata;
import io.grpc.StatusRuntimeException;
import io.pikaferry.coordinator.leadership.FakeCluster;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.rpc.FakeWorker;
import io.pikaferry.coordinator.rpc.InProcessDoors;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.proto.stored.v1.StoredLeader;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import javax.crypto.spec.SecretKeySpec;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.test.TestingServer;
import org.apache.zookeeper.Watcher;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Several coordinators over one ZooKeeper, in one process; the workers move no data, all else is real. */
@Timeout(120)
class LeadershipTest {

    private static final Metadata.Key<String> LEADER = Metadata.Key.of("leader", Metadata.ASCII_STRING_MARSHALLER);
    private static final JobRequest ORDERS =
            JobRequest.newBuilder().setName("orders").build();

    private final List<Node> nodes = new ArrayList<>();
    private final List<FakeWorker> workers = new ArrayList<>();
    private TestingServer server;

    /** A coordinator. */
    private static final class Node implements AutoCloseable {
        private final CuratorFramework zookeeper;
        private final ZooKeeperLeadership leadership;
        private final InProcessDoors doors;
        private final List<FerryException> fatal = new CopyOnWriteArrayList<>();

        Node(String id, TestingServer server, Duration sessionTimeout, int key) {
            byte[] keyBytes = new byte[32];
            keyBytes[0] = (byte) key;
            zookeeper = ZooKeeperConnection.open(
                    server.getConnectString() + "/pika/test", sessionTimeout, Duration.ofSeconds(30));
            leadership = new ZooKeeperLeadership(
                    zookeeper,
                    id,
                    id + ".example:7070",
                    term -> new Office(
                            term.number(),
                            id,
                            ZooKeeperStores.of(term),
                            new SecretKeySpec(keyBytes, "AES"),
                            "secret.key",
                            FakeCluster.QUICK,
                            Instant::now),
                    fatal::add);
            doors = new InProcessDoors(leadership);
            leadership.start();
        }

        boolean leads() {
            try {
                leadership.office();
                return true;
            } catch (FerryException e) {
                return false;
            }
        }

        JobView orders() {
            return doors.jobs().getJob(ORDERS);
        }

        boolean ordersRun() {
            return leads() && orders().getState() == ObservedState.RUNNING;
        }

        @Override
        public void close() {
            leadership.close();
            doors.close();
            zookeeper.close();
        }
    }

    @BeforeEach
    void startZooKeeper() throws Exception {
        server = new TestingServer();
    }

    @AfterEach
    void stopAll() throws Exception {
        workers.forEach(FakeWorker::close);
        nodes.forEach(Node::close);
        server.close();
    }

    private Node node(String id) {
        return node(id, Duration.ofSeconds(4), 0);
    }

    private Node node(String id, Duration sessionTimeout, int key) {
        Node node = new Node(id, server, sessionTimeout, key);
        nodes.add(node);
        return node;
    }

    private Node leader(String id) {
        Node node = node(id);
        await().until(node::leads);
        return node;
    }

    private FakeWorker worker(String id) {
        FakeWorker worker = new FakeWorker(id, "first", 10);
        workers.add(worker);
        return worker;
    }

    private static void submit(Node node) {
        var unused = node.doors
                .jobs()
                .submitJob(SubmitJobRequest.newBuilder()
                        .setSpec(JobSpec.newBuilder()
                                .setName("orders")
                                .setSource(
                                        Source.newBuilder().setHost("10.0.0.5").setPort(9221))
                                .setTarget(Target.newBuilder().setUri("redis://10.0.0.9:6379")))
                        .build());
    }

    /** As when ZooKeeper takes the coordinator for dead while it lives. */
    private void killSession(Node node) throws Exception {
        ZooKeeper theirs = node.zookeeper.getZookeeperClient().getZooKeeper();
        CountDownLatch connected = new CountDownLatch(1);
        ZooKeeper twin = new ZooKeeper(
                server.getConnectString(),
                4_000,
                event -> {
                    if (event.getState() == Watcher.Event.KeeperState.SyncConnected) {
                        connected.countDown();
                    }
                },
                theirs.getSessionId(),
                theirs.getSessionPasswd());
        connected.await();
        twin.close();
    }

    /** A coordinator's death must never restart a job. */
    @Test
    void aStandbyTakesOverAndNoJobIsAssignedAgain() throws Exception {
        Node first = leader("c1");
        Node second = node("c2");
        FakeWorker worker = worker("w1").attach(first.doors.channel());
        submit(first);
        await().until(() -> first.ordersRun() && first.orders().getProgressAtMillis() > 0);

        killSession(first);
        await().until(second::leads);
        await().until(() -> !worker.connected());
        worker.attach(second.doors.channel());

        await().until(() -> second.orders().getProgressAtMillis() > 0);
        JobView orders = second.orders();
        assertThat(orders.getState()).isEqualTo(ObservedState.RUNNING);
        assertThat(orders.getEpoch()).isEqualTo(1);
        assertThat(orders.getFailovers()).isZero();
        assertThat(worker.held()).hasSize(1);
        assertThat(second.doors.jobs().listEvents(ORDERS).getEventsList())
                .extracting(Event::getKind)
                .containsExactly("submitted", "assigned");
        await().untilAsserted(() -> assertThatThrownBy(first::orders)
                .isInstanceOfSatisfying(
                        StatusRuntimeException.class,
                        e -> assertThat(e.getTrailers().get(LEADER)).isEqualTo("c2.example:7070")));
    }

    @Test
    void whoResignsIsFollowedAtOnce() {
        Node first = node("c1", Duration.ofSeconds(40), 0);
        await().until(first::leads);
        Node second = node("c2", Duration.ofSeconds(40), 0);

        nodes.remove(first);
        first.close();

        await().atMost(Duration.ofSeconds(20)).until(second::leads);
    }

    @Test
    void aStandbyNamesTheLeader() {
        Node first = leader("c1");
        Node second = node("c2");

        assertThatThrownBy(second::orders).isInstanceOfSatisfying(StatusRuntimeException.class, e -> assertThat(
                        e.getTrailers().get(LEADER))
                .isEqualTo("c1.example:7070"));
        var cluster = first.doors.cluster().getCluster(GetClusterRequest.getDefaultInstance());
        assertThat(cluster.getLeader()).isEqualTo("c1.example:7070");
        assertThat(cluster.getCoordinatorsList())
                .extracting(view -> view.getId() + " " + view.getLeading())
                .containsExactly("c1 true", "c2 false");
    }

    /** Two that both believe to hold the latch: the later term wins, and the earlier one writes nothing more. */
    @Test
    void aDeposedLeaderCannotWriteAndTakesOfficeAgainIfTheLatchIsItsOwn() throws Exception {
        Node first = leader("c1");
        submit(first);
        long term = first.leadership.office().term();
        String latch = "/pikaferry/leader/"
                + first.zookeeper.getChildren().forPath("/pikaferry/leader").get(0);
        ZooKeeperTerm intruder =
                ZooKeeperTerm.begin(first.zookeeper, latch, StoredLeader.getDefaultInstance(), () -> {});

        assertThatThrownBy(() -> first.doors.jobs().pauseJob(ORDERS)).hasMessageContaining("FERRY-1103");

        await().until(first::leads);
        assertThat(first.leadership.office().term()).isEqualTo(term + 2);
        assertThat(first.doors.jobs().pauseJob(ORDERS).getState()).isEqualTo(ObservedState.PAUSED);
        assertThatThrownBy(() ->
                        new ZooKeeperJobStore(intruder).create(io.pikaferry.coordinator.job.Jobs.pending("users")))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NOT_LEADER));
    }

    @Test
    void aCoordinatorThatLosesZooKeeperStopsLeadingAndComesBackByItself() throws Exception {
        Node only = leader("c1");
        FakeWorker worker = worker("w1").attach(only.doors.channel());
        submit(only);
        await().until(only::ordersRun);
        long term = only.leadership.office().term();

        server.stop();
        await().until(() -> !only.leads());
        assertThatThrownBy(only::orders).hasMessageContaining("FERRY-1103");
        server.restart();

        await().atMost(Duration.ofSeconds(40)).until(only::leads);
        assertThat(only.leadership.office().term()).isGreaterThan(term);
        worker.attach(only.doors.channel());
        await().until(() -> only.orders().getProgressAtMillis() > 0);
        assertThat(only.orders().getEpoch()).isEqualTo(1);
        assertThat(only.leadership.leaderAddress()).isEqualTo(Optional.of("c1.example:7070"));
    }

    @Test
    void aCoordinatorAnnouncesItselfAgainInANewSession() throws Exception {
        leader("c1");
        Node standby = node("c2");

        killSession(standby);

        await().untilAsserted(() -> assertThat(nodes.get(0).leadership.coordinators())
                .extracting(coordinator -> coordinator.id())
                .containsExactly("c1", "c2"));
        await().until(() ->
                standby.zookeeper.getChildren().forPath("/pikaferry/leader").size() == 2);
    }

    /** Who cannot read the passwords must not lead: it would block every job that has one. */
    @Test
    void aCoordinatorWithAnotherKeyDoesNotLead() {
        Node first = leader("c1");
        submit(first);
        first.leadership
                .office()
                .submission()
                .submit(
                        first.leadership
                                .office()
                                .jobs()
                                .find(new JobId("orders"))
                                .orElseThrow()
                                .value()
                                .spec(),
                        Optional.of(Bytes.utf8("hunter2")),
                        Optional.empty(),
                        false);
        Node second = node("c2", Duration.ofSeconds(4), 7);

        nodes.remove(first);
        first.close();

        await().until(() -> !second.fatal.isEmpty());
        assertThat(second.leads()).isFalse();
        assertThat(second.fatal.get(0).code()).isEqualTo(ErrorCode.SECRET_UNREADABLE);
    }
}
