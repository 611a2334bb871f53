package io.pikaferry.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.GetClusterRequest;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobsGrpc;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The process as people start it: what it says when it cannot start, and that it can. */
@Timeout(120)
class CoordinatorMainTest {

    @TempDir
    private Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private final StringWriter err = new StringWriter();

    @AfterEach
    void closeAll() throws Exception {
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    /** Runs the command line up to the point where the process would wait. */
    private int run(String... args) {
        CommandLine line = CoordinatorCommand.commandLine(config -> {
            CoordinatorMain coordinator = new CoordinatorMain(config);
            open.add(coordinator);
            coordinator.start();
        });
        return line.setErr(new PrintWriter(err, true)).execute(args);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private ManagedChannel dial(int port) {
        ManagedChannel channel =
                NettyChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
        open.add(channel::shutdownNow);
        return channel;
    }

    private static ClusterView awaitLeader(ManagedChannel channel) {
        AtomicReference<ClusterView> view = new AtomicReference<>();
        await().atMost(Duration.ofSeconds(60)).ignoreExceptions().until(() -> {
            view.set(ClusterGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(5, TimeUnit.SECONDS)
                    .getCluster(GetClusterRequest.getDefaultInstance()));
            return true;
        });
        return view.get();
    }

    @Test
    void aCoordinatorWithItsOwnZooKeeperKeepsJobsOverARestart() throws Exception {
        int port = freePort();
        String listen = "127.0.0.1:" + port;
        assertThat(run("--listen", listen, "--embedded-zookeeper", folder.toString()))
                .isZero();
        ManagedChannel channel = dial(port);
        ClusterView first = awaitLeader(channel);
        var unused = JobsGrpc.newBlockingStub(channel)
                .submitJob(SubmitJobRequest.newBuilder()
                        .setSpec(JobSpec.newBuilder()
                                .setName("orders")
                                .setSource(
                                        Source.newBuilder().setHost("10.0.0.5").setPort(9221))
                                .setTarget(Target.newBuilder().setUri("redis://10.0.0.9:6379")))
                        .build());

        open.remove(0).close();
        assertThat(run("--listen", listen, "--embedded-zookeeper", folder.toString()))
                .isZero();

        ClusterView second = awaitLeader(channel);
        assertThat(second.getTerm()).isGreaterThan(first.getTerm());
        assertThat(second.getLeader()).isEqualTo(listen);
        assertThat(JobsGrpc.newBlockingStub(channel)
                        .listJobs(ListJobsRequest.getDefaultInstance())
                        .getJobsList())
                .singleElement()
                .satisfies(job -> assertThat(job.getSpec().getName()).isEqualTo("orders"));
    }

    @Test
    void anUnreachableZooKeeperIsNamed() throws Exception {
        int port = freePort();
        Path config = Files.writeString(
                folder.resolve("c"),
                "zookeeper.connect-patience = 300ms\nsecret.key-file = %s\n".formatted(folder.resolve("key")));

        int exit = run(
                "--listen",
                "127.0.0.1:" + freePort(),
                "--zookeeper",
                "127.0.0.1:" + port + "/ferry",
                "--config",
                config.toString());

        assertThat(exit).isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo("pikaferry-coordinator: FERRY-1201: no ZooKeeper answered at 127.0.0.1:%d within 300 ms"
                                .formatted(port)
                        + " (check the ZooKeeper ensemble and the --zookeeper addresses)\n");
    }

    @Test
    void aPortThatIsTakenIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String listen = "127.0.0.1:" + taken.getLocalPort();

            int exit = run("--listen", listen, "--embedded-zookeeper", folder.toString());

            assertThat(exit).isEqualTo(1);
            assertThat(err.toString())
                    .startsWith("pikaferry-coordinator: FERRY-1008: cannot listen on %s: ".formatted(listen))
                    .contains("Address already in use")
                    .endsWith("(choose another address or port, or end what holds it)\n");
        }
    }

    /** P7. */
    @Test
    void plainTextDoesNotLeaveTheMachineUnasked() throws Exception {
        int port = freePort();

        assertThat(run("--listen", "0.0.0.0:" + port, "--embedded-zookeeper", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(
                        ("pikaferry-coordinator: FERRY-1004: --listen 0.0.0.0:%d can be reached by others, and what is"
                                        + " sent there, passwords included, is plain text; listen on a loopback address, or say"
                                        + " --insecure if the network is trusted (correct what the message names)\n")
                                .formatted(port));
        assertThat(folder).isEmptyDirectory();

        assertThat(run("--listen", "0.0.0.0:" + port, "--embedded-zookeeper", folder.toString(), "--insecure"))
                .isZero();
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThat(run("--listen", "no.such.host.invalid:7070", "--embedded-zookeeper", folder.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .startsWith(
                        "pikaferry-coordinator: FERRY-1008: cannot listen on no.such.host.invalid:7070: unknown host");
    }

    @Test
    void anUnknownConfigurationKeyIsNamedWithASuggestion() throws Exception {
        Path config = Files.writeString(folder.resolve("c"), "worker.leas = 6s\n");

        assertThat(run("--listen", "127.0.0.1:7070", "--zookeeper", "zk:2181", "--config", config.toString()))
                .isEqualTo(1);
        assertThat(err.toString())
                .isEqualTo(("pikaferry-coordinator: FERRY-1005: %s:1: unknown configuration key 'worker.leas';"
                                + " did you mean 'worker.lease'? (correct the key; the message names the nearest known"
                                + " one)\n")
                        .formatted(config));
    }

    @Test
    void wrongUsageIsExitCodeTwo() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("--listen", "127.0.0.1:7070")).isEqualTo(2);
        assertThat(run("--listen", "nowhere", "--zookeeper", "zk:2181")).isEqualTo(2);
        assertThat(run("--listen", "127.0.0.1:7070", "--zookeeper", "zk:2181", "--embedded-zookeeper", "d"))
                .isEqualTo(2);
        assertThat(err.toString()).contains("expected HOST:PORT, got 'nowhere'");
    }
}
