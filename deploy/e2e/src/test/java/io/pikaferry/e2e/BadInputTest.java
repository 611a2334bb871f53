package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.e2e.cluster.Ports;
import io.pikaferry.e2e.cluster.Program;
import io.pikaferry.e2e.cluster.TestCluster;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.SubmitJobRequest;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an operator is told when something is wrong: to the letter, and through the whole product. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class BadInputTest {

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void startCluster() {
        cluster = TestCluster.start(directory, 1, 1);
    }

    @AfterAll
    static void endCluster() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void anUnknownHost() throws IOException {
        try (Migration job = Migration.of("unknown-host", directory)) {
            JobSpec.Builder spec = spec(job);
            spec.setSource(Source.newBuilder().setHost("pika.invalid").setPort(9221));
            cluster.submit(spec);

            assertBlocked(job, ErrorCode.UNKNOWN_HOST, "source pika.invalid:9221: host pika.invalid is not known");
        }
    }

    @Test
    void aPasswordThatIsMissing() throws IOException {
        try (Migration job =
                Migration.of("no-password", Migration.pika("3.0.16").password("right"), directory)) {
            cluster.submit(spec(job));

            assertBlocked(
                    job,
                    ErrorCode.SOURCE_AUTH,
                    "source " + addressOf(job) + " wants a password (requirepass) and none was given");
        }
    }

    /** P7: neither the right one nor the wrong one is shown. */
    @Test
    void aPasswordThatIsRefused() throws IOException {
        try (Migration job =
                Migration.of("wrong-password", Migration.pika("3.0.16").password("right-one"), directory)) {
            cluster.submit(SubmitJobRequest.newBuilder()
                    .setSpec(spec(job))
                    .setSourcePassword(ByteString.copyFromUtf8("wrong-one")));

            assertBlocked(
                    job,
                    ErrorCode.SOURCE_AUTH,
                    "source " + addressOf(job) + " refused the password: ERR invalid password");
            assertThat(cluster.program("w1").output()).doesNotContain("right-one", "wrong-one");
            assertThat(cluster.program("c1").output()).doesNotContain("right-one", "wrong-one");
        }
    }

    @Test
    void aSourceThatIsNoPika() throws IOException {
        try (Migration job = Migration.of("no-pika", directory);
                Migration other = Migration.of("other", directory)) {
            JobSpec.Builder spec = spec(job);
            spec.setSource(Source.newBuilder()
                    .setHost("127.0.0.1")
                    .setPort(other.target().port()));
            cluster.submit(spec);

            JobView blocked = cluster.awaitBlocked("no-pika", ErrorCode.SOURCE_VERSION_UNSUPPORTED);

            assertThat(blocked.getReason().getMessage())
                    .matches("source 127\\.0\\.0\\.1:\\d+ is Redis [\\d.]+ and not a Pika; "
                            + "supported are Pika 2\\.3, 3\\.0 – 3\\.5 and 4\\.0");
        }
    }

    @Test
    void aSourceWithoutBinlog() throws IOException {
        try (Migration job = Migration.of("no-binlog", directory)) {
            job.source().settings().with("write-binlog", "no");
            cluster.submit(spec(job));

            assertBlocked(
                    job,
                    ErrorCode.SOURCE_WITHOUT_BINLOG,
                    "source " + addressOf(job) + " has write-binlog no: it logs no writes that could be followed");

            job.source().settings().with("write-binlog", "yes");
            cluster.resume("no-binlog");
            cluster.awaitTail("no-binlog");
            cluster.delete("no-binlog");
        }
    }

    @Test
    void aTargetThatIsNotEmpty() throws IOException {
        try (Migration job = Migration.of("not-empty", directory)) {
            job.target().call("SET", "somebody", "else's");
            cluster.submit(spec(job));

            assertBlocked(
                    job,
                    ErrorCode.TARGET_NOT_EMPTY,
                    "target %s holds 1 keys in database 0"
                            .formatted(job.target().address() + "/0"));
            assertThat(job.target().call("DBSIZE"))
                    .as("it is left as it was, but for the fence")
                    .isEqualTo(2L);
        }
    }

    @Test
    void aWorkerWhosePortsAreTaken() throws IOException {
        List<ServerSocket> taken = new ArrayList<>();
        try (Migration job = Migration.of("no-ports", directory)) {
            for (int port : cluster.portsOf("w1")) {
                take(port + 1000, taken);
                take(port + 3000, taken);
            }
            cluster.submit(spec(job));

            JobView retrying = cluster.awaitRetrying("no-ports", ErrorCode.PORT_RANGE_EXHAUSTED);
            assertThat(retrying.getProgress().getRetrying().getMessage())
                    .matches("no port base is left in \\d+-\\d+ on 127\\.0\\.0\\.1: .* taken by other programs "
                            + "\\(base \\+ 1000 and base \\+ 3000 must be free\\)");

            close(taken);
            cluster.awaitTail("no-ports");
            cluster.delete("no-ports");
        } finally {
            close(taken);
        }
    }

    private static void take(int port, List<ServerSocket> taken) throws IOException {
        try {
            taken.add(new ServerSocket(port, 1, InetAddress.getByName("127.0.0.1")));
        } catch (BindException e) {
            // somebody has it: as good
        }
    }

    private static void close(List<ServerSocket> sockets) throws IOException {
        for (ServerSocket socket : sockets) {
            socket.close();
        }
    }

    @Test
    void aNameThatIsTakenByAnotherJob() throws IOException {
        try (Migration job = Migration.of("taken", directory)) {
            cluster.submit(spec(job));

            Program again = cluster.ferryctl(
                    "submit",
                    "--name",
                    "taken",
                    "--source",
                    addressOf(job),
                    "--target",
                    job.target().uri(),
                    "--lanes",
                    "7");

            assertThat(again.awaitExit()).isEqualTo(4);
            assertThat(again.output())
                    .contains("FERRY-1002")
                    .contains("job taken exists with another spec: its lanes is 4, submitted was 7");
            cluster.delete("taken");
        }
    }

    @Test
    void aConfigurationKeyThatIsMisspelt() throws IOException {
        Path config = Files.writeString(directory.resolve("misspelt.properties"), "worker.leese = 6s\n");

        Program coordinator = TestCluster.run(
                "pikaferry-coordinator",
                directory.resolve("misspelt.log"),
                List.of(
                        "--listen",
                        "127.0.0.1:" + Ports.free(),
                        "--embedded-zookeeper",
                        directory.resolve("unused").toString(),
                        "--config",
                        config.toString()));

        assertThat(coordinator.awaitExit()).isPositive();
        assertThat(coordinator.output())
                .contains("FERRY-1005")
                .contains("unknown configuration key 'worker.leese'; did you mean 'worker.lease'?");
    }

    @Test
    void aZooKeeperThatIsNotThere() throws IOException {
        Path config = Files.writeString(directory.resolve("hasty.properties"), "zookeeper.connect-patience = 1s\n");
        String zookeeper = "127.0.0.1:" + Ports.free();

        Program coordinator = TestCluster.run(
                "pikaferry-coordinator",
                directory.resolve("hasty.log"),
                List.of(
                        "--listen",
                        "127.0.0.1:" + Ports.free(),
                        "--zookeeper",
                        zookeeper,
                        "--secret-key-file",
                        directory.resolve("hasty.key").toString(),
                        "--config",
                        config.toString()));

        assertThat(coordinator.awaitExit()).isPositive();
        assertThat(coordinator.output())
                .contains("FERRY-1201")
                .contains("no ZooKeeper answered at " + zookeeper + " within 1000 ms");
    }

    private static JobSpec.Builder spec(Migration job) {
        return TestCluster.job(job.job(), job.source(), job.target());
    }

    private static String addressOf(Migration job) {
        return "127.0.0.1:" + job.source().address().getPort();
    }

    private static void assertBlocked(Migration job, ErrorCode code, String message) {
        JobView blocked = cluster.awaitBlocked(job.job(), code);
        assertThat(blocked.getReason().getMessage()).isEqualTo(message);
        assertThat(blocked.getReason().getRemedy()).isEqualTo(code.remedy());
    }
}
