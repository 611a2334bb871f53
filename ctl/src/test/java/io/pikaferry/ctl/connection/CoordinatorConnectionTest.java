package io.pikaferry.ctl.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Status;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.MoveJobRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CoordinatorConnectionTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final InProcessNetwork network = new InProcessNetwork();
    private final InMemoryCoordinator c1 = new InMemoryCoordinator();
    private final InMemoryCoordinator c2 = new InMemoryCoordinator();
    private boolean patient;
    private final List<CoordinatorConnection> connections = new ArrayList<>();
    private final ScriptedTime time = ScriptedTime.endless(Instant.EPOCH);

    @AfterEach
    void close() {
        connections.forEach(CoordinatorConnection::close);
        network.close();
    }

    @Test
    void aStandbyIsAskedAndItsLeaderBelieved() {
        network.start("c1:1", c1.standBy(Optional.of("c2:1")));
        network.start("c2:1", c2);

        CoordinatorConnection connection = connect("c1:1");
        listJobs(connection);
        listJobs(connection);

        assertThat(c1.requests()).as("the leader is remembered").hasSize(1);
        assertThat(c2.requests()).hasSize(2);
    }

    @Test
    void aStandbyThatKnowsNoLeaderMakesTheOthersBeAsked() {
        network.start("c1:1", c1.standBy(Optional.empty()));
        network.start("c2:1", c2);

        listJobs(connect("c1:1", "c2:1"));

        assertThat(c2.requests()).hasSize(1);
        assertThat(time.waited()).isZero();
    }

    @Test
    void anAddressAtWhichNobodyIsMakesTheOthersBeAsked() {
        network.start("c2:1", c2);

        listJobs(connect("c1:1", "c2:1"));

        assertThat(c2.requests()).hasSize(1);
    }

    @Test
    void anElectionIsWaitedFor() {
        network.start("c1:1", c1.standBy(Optional.of("dead:1")));
        time.then(() -> {}).then(() -> {}).then(c1::lead);

        listJobs(connect("c1:1", "dead:1"));

        assertThat(time.waited()).isEqualTo(Duration.ofMillis(750));
    }

    @Test
    void aLeaderThatDiesBetweenTwoRequestsIsReplaced() {
        network.start("c1:1", c1);
        network.start("c2:1", c2.standBy(Optional.of("c1:1")));
        CoordinatorConnection connection = connect("c1:1", "c2:1");
        listJobs(connection);

        network.kill("c1:1");
        time.then(() -> c2.standBy(Optional.empty())).then(c2::lead);
        listJobs(connection);

        assertThat(c2.requests()).hasSize(3);
    }

    @Test
    void whenNobodyIsThereNothingIsWaitedFor() {
        refuses(
                () -> listJobs(connect("c1:1", "c2:1")),
                ErrorCode.NO_COORDINATOR,
                "no coordinator can be reached: c1:1 could not find server: %1$sc1:1; c2:1 could not find server: %1$sc2:1");
        assertThat(time.waited()).isZero();
    }

    @Test
    void whoIsPatientWaitsForCoordinatorsThatAreAboutToStart() {
        patient = true;
        time.then(() -> {}).then(() -> network.start("c1:1", c1));
        listJobs(connect("c1:1"));
        assertThat(time.waited()).isEqualTo(Duration.ofMillis(500));

        refuses(
                () -> listJobs(connect("c2:1")),
                ErrorCode.NO_COORDINATOR,
                "no coordinator can be reached, after 10s: c2:1 could not find server: %1$sc2:1");
    }

    @Test
    void whenNobodyLeadsEverybodysAnswerIsInTheMessage() {
        network.start("c1:1", c1.standBy(Optional.of("dead:1")));
        network.start("c2:1", c2.standBy(Optional.empty()));

        refuses(
                () -> listJobs(connect("c1:1", "c2:1")),
                ErrorCode.NO_COORDINATOR,
                "no coordinator leads, after 10s: c1:1 is not the leader, names dead:1; dead:1 could not find server:"
                        + " %1$sdead:1; c2:1 is not the leader and knows of none");
        assertThat(time.waited()).isBetween(Duration.ofSeconds(9), TIMEOUT);
    }

    @Test
    void twoStandbysThatNameEachOtherDoNotKeepUsInARound() {
        network.start("c1:1", c1.standBy(Optional.of("c2:1")));
        network.start("c2:1", c2.standBy(Optional.of("c1:1")));
        time.then(c2::lead);

        listJobs(connect("c1:1"));

        assertThat(c1.requests()).hasSize(2);
    }

    @Test
    void aRefusalIsFinalAndKeepsItsCode() {
        network.start("c1:1", c1.refuseNext(ErrorCode.ILLEGAL_TRANSITION, "job orders is STOPPED"));
        network.start("c2:1", c2);

        refuses(() -> listJobs(connect("c1:1", "c2:1")), ErrorCode.ILLEGAL_TRANSITION, "job orders is STOPPED");
        assertThat(c2.requests()).isEmpty();
    }

    @Test
    void aLostRaceIsRunAgain() {
        network.start("c1:1", c1.refuseNext(ErrorCode.CONCURRENT_UPDATE, "somebody else wrote"));

        listJobs(connect("c1:1"));

        assertThat(c1.requests()).hasSize(2);
    }

    @Test
    void aLeaderWithoutZooKeeperIsWaitedForAndThenQuoted() {
        network.start("c1:1", c1);
        for (int i = 0; i < 100; i++) {
            c1.refuseNext(ErrorCode.ZOOKEEPER_UNREACHABLE, "no session with zk1:2181");
        }

        refuses(() -> listJobs(connect("c1:1")), ErrorCode.ZOOKEEPER_UNREACHABLE, "no session with zk1:2181");
        assertThat(time.waited()).isGreaterThan(Duration.ofSeconds(9));
    }

    @Test
    void statusesWithoutACodeHaveAMeaning() {
        network.start("c1:1", c1);

        c1.failNext(Status.UNAUTHENTICATED.withDescription("no token"));
        refuses(() -> listJobs(connect("c1:1")), ErrorCode.NOT_AUTHORISED, "no token");

        c1.failNext(Status.PERMISSION_DENIED.withDescription("operators only"));
        refuses(() -> listJobs(connect("c1:1")), ErrorCode.NOT_AUTHORISED, "operators only");

        c1.failNext(Status.UNIMPLEMENTED);
        refuses(
                () -> listJobs(connect("c1:1")),
                ErrorCode.INTERNAL,
                "the coordinator does not know this request; is it older than ferryctl?");

        c1.failNext(Status.DATA_LOSS);
        refuses(() -> listJobs(connect("c1:1")), ErrorCode.INTERNAL, "DATA_LOSS");
    }

    @Test
    void aRequestThatWasSentAndLostIsRepeatedOnlyWhenThatDoesNoHarm() {
        network.start("c1:1", c1);
        network.start("c2:1", c2);
        CoordinatorConnection connection = connect("c1:1", "c2:1");

        c1.failNext(Status.UNAVAILABLE);
        listJobs(connection);
        assertThat(c2.requests()).hasSize(1);

        c2.failNext(Status.UNAVAILABLE);
        refuses(
                () -> connection.jobsOnce(stub -> stub.moveJob(
                        MoveJobRequest.newBuilder().setName("orders").build())),
                ErrorCode.TIMED_OUT,
                "c2:1 got the request and did not answer; whether it took effect is not known");
        assertThat(c1.requests()).hasSize(1);
    }

    @Test
    void aRequestThatIsToBeSentOnceIsStillSentToTheLeader() {
        network.start("c1:1", c1.standBy(Optional.of("c2:1")));
        network.start("c2:1", c2);

        refuses(
                () -> connect("dead:1", "c1:1")
                        .jobsOnce(stub -> stub.deleteJob(
                                JobRequest.newBuilder().setName("orders").build())),
                ErrorCode.JOB_NOT_FOUND,
                "no job named orders");
    }

    private CoordinatorConnection connect(String... addresses) {
        CoordinatorConnection connection = new CoordinatorConnection(
                Arrays.stream(addresses).map(Endpoint::parse).toList(), TIMEOUT, patient, network, time);
        connections.add(connection);
        return connection;
    }

    private static void listJobs(CoordinatorConnection connection) {
        assertThat(connection
                        .jobs(stub -> stub.listJobs(ListJobsRequest.getDefaultInstance()))
                        .getJobsList())
                .isEmpty();
    }

    private void refuses(ThrowingCallable request, ErrorCode code, String message) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message.formatted(network.prefix()));
    }
}
