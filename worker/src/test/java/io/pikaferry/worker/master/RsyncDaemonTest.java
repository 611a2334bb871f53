package io.pikaferry.worker.master;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class RsyncDaemonTest {

    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    @TempDir
    Path directory;

    private Path source;
    private Path received;
    private Path home;
    private int port;

    @BeforeEach
    void aDump() throws IOException {
        source = Files.createDirectories(directory.resolve("source"));
        received = Files.createDirectories(directory.resolve("received"));
        home = directory.resolve("home");
        Files.writeString(source.resolve("info"), "dump");
        try (ServerSocket free = new ServerSocket(0, 1, LOCAL)) {
            port = free.getLocalPort();
        }
    }

    private RsyncDaemon start(Optional<RsyncDaemon.Account> account) {
        return RsyncDaemon.start(
                LOCAL, port, home, List.of(new RsyncDaemon.Module("document_127.0.0.1:9221", received)), account);
    }

    private int push(String target, String password) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("rsync", "-a", "--port=" + port, source + "/info", target)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("client.log").toFile());
        builder.environment().put("RSYNC_PASSWORD", password);
        return builder.start().waitFor();
    }

    @Test
    void aPushedFileArrives() throws Exception {
        try (RsyncDaemon daemon = start(Optional.empty())) {
            assertThat(push("127.0.0.1::document_127.0.0.1:9221/info", "")).isZero();
            assertThat(received.resolve("info")).hasContent("dump");
            assertThat(daemon.ended()).isEmpty();
        }
    }

    @Test
    void aModuleCanBeAddedWhileItRuns() throws Exception {
        try (RsyncDaemon daemon = start(Optional.empty())) {
            assertThat(push("127.0.0.1::document_10.9.8.7:9221/info", "")).isNotZero();
            await().untilAsserted(() -> assertThat(daemon.log())
                    .anyMatch(line -> line.contains("unknown module 'document_10.9.8.7:9221'")));
            daemon.add(new RsyncDaemon.Module("document_10.9.8.7:9221", received));
            assertThat(push("127.0.0.1::document_10.9.8.7:9221/info", "")).isZero();
            assertThat(received.resolve("info")).hasContent("dump");
        }
    }

    @Test
    void anAccountKeepsOthersOut() throws Exception {
        RsyncDaemon.Account account = new RsyncDaemon.Account("rsync_user", Bytes.utf8("s3cret-pw"));
        try (RsyncDaemon daemon = start(Optional.of(account))) {
            assertThat(push("rsync_user@127.0.0.1::document_127.0.0.1:9221/info", "wrong"))
                    .isNotZero();
            assertThat(push("rsync_user@127.0.0.1::document_127.0.0.1:9221/info", "s3cret-pw"))
                    .isZero();
            assertThat(daemon.log()).noneMatch(line -> line.contains("s3cret-pw"));
        }
        assertThat(home.resolve("rsyncd.secrets")).doesNotExist();
    }

    @Test
    void nothingListensAfterClose() {
        RsyncDaemon daemon = start(Optional.empty());
        daemon.close();
        daemon.close();
        assertThat(listens()).isFalse();
        await().untilAsserted(() -> assertThat(daemon.ended()).isPresent());
    }

    /** A push that is under way ends too: nobody writes into the directory once it is closed. */
    @Test
    void closingEndsAPushUnderWay() throws Exception {
        try (RsyncDaemon daemon = start(Optional.empty())) {
            Files.write(source.resolve("big"), new byte[8 << 20]);
            Process client = new ProcessBuilder(
                            "rsync",
                            "-a",
                            "--bwlimit=100",
                            "--port=" + port,
                            source + "/",
                            "127.0.0.1::document_127.0.0.1:9221/")
                    .redirectErrorStream(true)
                    .redirectOutput(directory.resolve("client.log").toFile())
                    .start();
            await().until(() ->
                    !daemon.log().isEmpty() && daemon.log().toString().contains("rsync to"));
            daemon.close();
            assertThat(client.waitFor(20, SECONDS)).isTrue();
            assertThat(client.exitValue()).isNotZero();
        }
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        try (ServerSocket taken = new ServerSocket(port, 1, LOCAL)) {
            assertThatThrownBy(() -> start(Optional.empty())).isInstanceOfSatisfying(FerryException.class, e -> {
                assertThat(e.code()).isEqualTo(ErrorCode.CANNOT_LISTEN);
                assertThat(e).hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
            });
        }
    }

    @Test
    void aMissingProgramIsSaid() {
        assertThatThrownBy(() -> RsyncDaemon.start(LOCAL, port, home, List.of(), Optional.empty(), "no-such-rsync"))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.RSYNC_MISSING));
    }

    /** However a worker dies, the port is free for its successor. */
    @Test
    void theDaemonDiesWithAWorkerThatIsKilled() throws Exception {
        Process worker = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Holder.class.getName(),
                        Integer.toString(port),
                        home.toString())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("worker.log").toFile())
                .start();
        try {
            await().atMost(30, SECONDS).until(this::listens);
        } finally {
            worker.destroyForcibly();
        }
        await().atMost(10, SECONDS).until(() -> !listens());
    }

    private boolean listens() {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(LOCAL, port), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** A process that has a daemon until it is killed. */
    static final class Holder {

        public static void main(String[] args) throws InterruptedException {
            RsyncDaemon.start(LOCAL, Integer.parseInt(args[0]), Path.of(args[1]), List.of(), Optional.empty());
            new java.util.concurrent.CountDownLatch(1).await();
        }
    }
}
