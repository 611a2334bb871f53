package io.pikaferry.ctl.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.ListJobsRequest;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.logging.LogManager;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The connection over real sockets: what is said of a coordinator that is not there. */
@Timeout(60)
class NettyDialTest {

    private static final Duration TIMEOUT = Duration.ofMillis(700);

    private final List<CoordinatorConnection> connections = new ArrayList<>();

    @BeforeAll
    static void keepQuiet() {
        LogManager.getLogManager().reset(); // as ferryctl does
    }

    @AfterEach
    void close() {
        connections.forEach(CoordinatorConnection::close);
    }

    @Test
    void asksAndGetsAnAnswer() throws IOException {
        InMemoryCoordinator coordinator = new InMemoryCoordinator();
        NettyServerBuilder builder =
                NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        coordinator.services().forEach(builder::addService);
        Server server = builder.build().start();
        CoordinatorConnection connection = connect("localhost:" + server.getPort(), Duration.ofSeconds(30));
        try {
            listJobs(connection);
            listJobs(connection);
        } finally {
            server.shutdownNow();
        }

        assertThat(coordinator.requests()).hasSize(2);
    }

    @Test
    void aPortAtWhichNobodyListensRefuses() throws IOException {
        int port;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = socket.getLocalPort();
        }

        refuses(
                () -> listJobs(connect("localhost:" + port, Duration.ofSeconds(30))),
                "no coordinator can be reached: localhost:%d connection refused".formatted(port));
    }

    @Test
    void aHostThatIsNotKnownIsSaidToBeSo() {
        refuses(
                () -> listJobs(connect("no-such-host.invalid:7070", Duration.ofSeconds(30))),
                "no coordinator can be reached: no-such-host.invalid:7070 unknown host");
    }

    /** Somebody gave the port of a Redis, or of ZooKeeper. */
    @Test
    void aServerOfAnotherKindIsNoCoordinator() throws Exception {
        try (ServerSocket redis = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            Thread answering = new Thread(() -> answer(redis, "-ERR unknown command 'PRI'\r\n"), "redis");
            answering.start();

            refuses(
                    () -> listJobs(connect("localhost:" + redis.getLocalPort(), Duration.ofSeconds(30))),
                    "no coordinator can be reached: localhost:%d is no coordinator: it does not speak HTTP/2"
                            .formatted(redis.getLocalPort()));

            answering.join();
        }
    }

    private static void answer(ServerSocket server, String text) {
        try (Socket client = server.accept()) {
            client.getInputStream().readNBytes(24);
            client.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
            client.getOutputStream().flush();
            client.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A process that has been stopped, or something that is no coordinator. */
    @Test
    void aServerThatAcceptsAndSaysNothingDidNotAnswer() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 10, InetAddress.getLoopbackAddress())) {
            String address = "localhost:" + silent.getLocalPort();

            refuses(
                    () -> listJobs(connect(address, TIMEOUT)),
                    "no coordinator leads, after 0.7s: " + address + " did not answer in time");
        }
    }

    private CoordinatorConnection connect(String address, Duration timeout) {
        CoordinatorConnection connection = new CoordinatorConnection(
                List.of(Endpoint.parse(address)), timeout, false, new NettyDial(), Time.system());
        connections.add(connection);
        return connection;
    }

    private static void listJobs(CoordinatorConnection connection) {
        assertThat(connection
                        .jobs(stub -> stub.listJobs(ListJobsRequest.getDefaultInstance()))
                        .getJobsList())
                .isEmpty();
    }

    private static void refuses(ThrowingCallable request, String message) {
        assertThatThrownBy(request)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.NO_COORDINATOR))
                .hasMessage(message);
    }
}
