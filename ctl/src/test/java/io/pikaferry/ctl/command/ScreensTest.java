package io.pikaferry.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.pikaferry.ctl.Golden;
import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.ClusterView;
import io.pikaferry.proto.v1.CoordinatorView;
import io.pikaferry.proto.v1.Event;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import io.pikaferry.proto.v1.WorkerView;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Everything ferryctl shows, letter by letter: people read it and scripts depend on it. */
@Timeout(30)
class ScreensTest {

    private static final List<JobView> ALL = List.of(
            Jobs.pending(),
            Jobs.inTransfer(),
            Jobs.inLoad(),
            Jobs.inTail(),
            Jobs.retrying(),
            Jobs.blocked(),
            Jobs.paused(),
            Jobs.stopped(),
            Jobs.pausing(),
            Jobs.waiting(),
            Jobs.throttled());

    private final Shell shell = new Shell();

    @BeforeEach
    void fill() {
        ALL.forEach(shell.coordinator()::put);
        shell.coordinator()
                .events("users-a", events())
                .errors("users-a", ledger())
                .put(worker("w1", "connected")
                        .addJobs("carts")
                        .addJobs("users-b")
                        .build())
                .put(worker("w2", "grace").setCordoned(true).addJobs("users-a").build())
                .put(worker("w3", "lost").setCordoned(true).setDraining(true).build())
                .cluster(cluster());
    }

    @AfterEach
    void close() {
        shell.close();
    }

    static Stream<List<String>> commands() {
        return Stream.of(
                List.of("status"),
                List.of("status", "-o", "wide"),
                List.of("status", "-o", "json"),
                List.of("status", "-o", "yaml"),
                List.of("status", "-o", "name"),
                List.of("status", "fresh"),
                List.of("status", "fresh", "-o", "json"),
                List.of("status", "carts"),
                List.of("status", "users-b"),
                List.of("status", "users-b", "-o", "json"),
                List.of("status", "users-a"),
                List.of("status", "users-a", "-o", "wide"),
                List.of("status", "users-a", "-o", "json"),
                List.of("status", "users-a", "-o", "yaml"),
                List.of("status", "users-a", "-o", "name"),
                List.of("status", "feed-01"),
                List.of("status", "feed-01", "-o", "json"),
                List.of("status", "legacy-9"),
                List.of("status", "legacy-9", "-o", "json"),
                List.of("status", "legacy-9", "-o", "yaml"),
                List.of("status", "archive"),
                List.of("status", "archive", "-o", "json"),
                List.of("status", "done"),
                List.of("status", "slow"),
                List.of("status", "zone-b"),
                List.of("status", "zone-b", "-o", "json"),
                List.of("job", "list", "--state", "blocked"),
                List.of("job", "list", "--label", "team=search", "-o", "name"),
                List.of("job", "describe", "users-a"),
                List.of("job", "describe", "users-a", "-o", "json"),
                List.of("job", "describe", "fresh"),
                List.of("job", "pause", "users-a"),
                List.of("job", "pause", "users-a", "-o", "json"),
                List.of("job", "resume", "archive"),
                List.of("job", "stop", "users-a", "-o", "name"),
                List.of("job", "move", "users-a", "--to", "w1"),
                List.of("job", "set", "users-a", "rate-commands=5000", "rate-bytes=none", "throttle=off"),
                List.of("job", "set", "archive", "rate-bytes=10MiB"),
                List.of("status", "pressed"),
                List.of("job", "delete", "done"),
                List.of("job", "events", "users-a"),
                List.of("job", "events", "users-a", "-o", "json"),
                List.of("job", "errors", "users-a"),
                List.of("job", "errors", "users-a", "-o", "wide"),
                List.of("job", "errors", "users-a", "-o", "json"),
                List.of("job", "errors", "list", "users-a", "--state", "ignored"),
                List.of("job", "errors", "show", "users-a", "8f0a2c"),
                List.of("job", "errors", "show", "users-a", "8f0a2c", "-o", "json"),
                List.of("job", "errors", "export", "users-a"),
                List.of("job", "errors", "retry", "users-a", "8f0a2c"),
                List.of("job", "errors", "reconcile", "users-a", "8f0a2c", "--wait"),
                List.of("job", "errors", "ignore", "users-a", "--all"),
                List.of("worker", "list"),
                List.of("worker", "list", "-o", "wide"),
                List.of("worker", "list", "-o", "json"),
                List.of("worker", "list", "-o", "name"),
                List.of("worker", "cordon", "w1"),
                List.of("worker", "uncordon", "w2"),
                List.of("worker", "drain", "w1"),
                List.of("cluster", "status"),
                List.of("cluster", "status", "-o", "wide"),
                List.of("cluster", "status", "-o", "json"),
                List.of("cluster", "status", "-o", "name"),
                List.of("explain", "FERRY-2107"),
                List.of("explain", "2107", "-o", "json"),
                List.of("explain", "2107", "-o", "yaml"),
                List.of("explain", "commands"),
                List.of("explain", "commands", "-o", "wide"),
                List.of("explain", "commands", "incr", "-o", "json"),
                List.of("explain", "commands", "-o", "name"),
                List.of("explain", "commands", "--pika", "3.4.0"),
                List.of("explain", "commands", "--pika", "3.5.5", "-o", "wide"),
                List.of("explain", "commands", "--pika", "4.0.1", "SPOP", "append", "-o", "json"),
                List.of("explain", "commands", "--pika", "2.3.6", "SPOP", "append", "-o", "yaml"),
                List.of("explain", "--help"),
                List.of("explain", "commands", "--help"),
                List.of("--help"),
                List.of("submit", "--help"),
                List.of("status", "--help"),
                List.of("job", "--help"),
                List.of("worker", "--help"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyScreenIsAsItWas(List<String> arguments) {
        int exit = shell.ferryctl(arguments.toArray(String[]::new));

        String messages = shell.err().isEmpty() ? "" : "--- messages\n" + shell.err();
        assertThat(exit).isZero();
        Golden.check(fileName(arguments), shell.out() + messages);
    }

    @Test
    void aTerminalGetsColours() {
        shell.onTerminal(24).ferryctl("status");

        Golden.check("status-in-colour.txt", shell.out());
    }

    @Test
    void noColorIsHonouredByOptionAndByEnvironment() {
        shell.onTerminal(24).ferryctl("status", "--no-color");
        assertThat(shell.out()).doesNotContain("\u001b");

        shell.export("NO_COLOR", "1").ferryctl("status");
        assertThat(shell.out()).doesNotContain("\u001b");
    }

    @Test
    void quietLeavesTheDataAndNoMessage() {
        shell.ferryctl("-q", "status");

        assertThat(shell.out()).startsWith("JOB ");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void noJobsAreSaidToBeNone() {
        ALL.forEach(job -> shell.coordinator().remove(job.getSpec().getName()));

        shell.ferryctl("status");

        assertThat(shell.out()).isEqualTo("JOB  STATE  PHASE  PROGRESS  LAG  RATE  WORKER  FAILOVERS  AGE  NOTE\n");
        assertThat(shell.err()).isEqualTo("no jobs\n");
    }

    @Test
    void percentNeverPassesAHundredAndIsNotAHundredBeforeTheEnd() {
        JobView.Builder job = Jobs.inLoad().toBuilder();
        job.getProgressBuilder()
                .getFullSyncBuilder()
                .setBytesDone(4_000_000_000L)
                .setSecondsLeft(0);
        shell.coordinator().put(job.build());

        shell.ferryctl("status", "users-b", "-o", "json");
        assertThat(shell.out()).contains("\"percent\": 99.9,");

        shell.ferryctl("status", "users-b");
        assertThat(shell.out()).contains("[#############################.]  99.9%");
    }

    private static String fileName(List<String> arguments) {
        String name = String.join("-", arguments).replaceAll("-+o-", ".").replaceAll("[^a-zA-Z0-9.]+", "-");
        boolean typed = name.matches(".*\\.(json|yaml|name|wide)");
        return (typed ? name : name + ".txt").replaceFirst("^-", "").replaceFirst("\\.(name|wide)$", "-$1.txt");
    }

    private static List<Event> events() {
        return List.of(
                event(Duration.ofDays(3), "submitted", "submitted", 0, "", "operator"),
                event(Duration.ofDays(3).minusSeconds(1), "assigned", "assigned to w1", 1, "w1", "coordinator c1"),
                event(Duration.ofHours(2), "failover", "w1 was lost; its lease ran out", 6, "w1", "coordinator c1"),
                event(Duration.ofHours(2).minusSeconds(2), "assigned", "assigned to w2", 7, "w2", "coordinator c1"));
    }

    private static Event event(Duration age, String kind, String message, long epoch, String worker, String actor) {
        return Event.newBuilder()
                .setAtMillis(Jobs.ago(age))
                .setKind(kind)
                .setMessage(message)
                .setEpoch(epoch)
                .setWorker(worker)
                .setActor(actor)
                .build();
    }

    private static ListErrorsResponse ledger() {
        LedgerEntry inStream = LedgerEntry.newBuilder()
                .setId("8f0a2c")
                .setCode("FERRY-2302")
                .setCommand("SPOP")
                .setFirstMillis(Jobs.ago(Duration.ofMinutes(50)))
                .setKeyBytes(12)
                .setSourceDb(1)
                .setMessage("SPOP: which member was removed is not in the log")
                .setKey(ByteString.copyFromUtf8("set:users:42"))
                .setPosition(BinlogPosition.newBuilder().setFilenum(117).setOffset(48_000_000))
                .setAtMillis(Jobs.ago(Duration.ofMinutes(5)))
                .setCount(3)
                .setState("open")
                .build();
        LedgerEntry inSnapshot = LedgerEntry.newBuilder()
                .setId("snapshot/db0/11bd07")
                .setCode("FERRY-2301")
                .setMessage("the name is a string and a hash; the string was kept")
                .setKey(ByteString.copyFrom(
                        "k\u0000\u00ff with a name that is longer than the column for it\\",
                        StandardCharsets.ISO_8859_1))
                .setAtMillis(Jobs.ago(Duration.ofDays(2)))
                .setCount(1)
                .setState("ignored")
                .build();
        return ListErrorsResponse.newBuilder()
                .addErrors(inStream)
                .addErrors(inSnapshot)
                .setDropped(12_000)
                .build();
    }

    private static WorkerView.Builder worker(String id, String state) {
        return WorkerView.newBuilder()
                .setId(id)
                .setHost("host-" + id)
                .setState(state)
                .setCapacity(8)
                .setLastSeenMillis(Jobs.ago(Duration.ofSeconds(id.equals("w3") ? 4_000 : 1)))
                .setVersion("0.1.0")
                .putLabels("zone", "a");
    }

    private static ClusterView cluster() {
        return ClusterView.newBuilder()
                .setLeader("10.0.0.1:7070")
                .setTerm(12)
                .addCoordinators(CoordinatorView.newBuilder()
                        .setId("c1")
                        .setAddress("10.0.0.1:7070")
                        .setLeading(true))
                .addCoordinators(CoordinatorView.newBuilder().setId("c2").setAddress("10.0.0.2:7070"))
                .addWorkers(worker("w1", "connected").addJobs("carts"))
                .setJobs(9)
                .putJobsByState("RUNNING", 5)
                .putJobsByState("BLOCKED", 1)
                .setVersion("0.1.0")
                .build();
    }
}
