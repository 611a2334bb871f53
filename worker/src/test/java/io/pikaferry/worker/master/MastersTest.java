package io.pikaferry.worker.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(20)
class MastersTest {

    private static final String INFO = "# Server\r\npika_version:3.0.16\r\n# Replication(MASTER)\r\nrole:master\r\n";

    @TempDir
    Path directory;

    private final AtomicReference<Contact> dialled = new AtomicReference<>();

    private void dial(SourceAccess source) throws InterruptedException {
        Masters masters = new Masters(new PortRange(20_000, 20_010), Optional.empty(), Map.of(Generation.B, contact -> {
            dialled.set(contact);
            return null;
        }));
        masters.dial(source, directory.resolve("job"));
    }

    private void assertRefused(Function<List<String>, String> answers, ErrorCode code, String message) {
        try (RespServer server = new RespServer(answers)) {
            assertThatThrownBy(() -> dial(new SourceAccess(server.endpoint(), Optional.of(Bytes.utf8("s3cret")))))
                    .hasMessage(message.formatted(server.endpoint()))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(code));
        }
    }

    @Test
    void theGenerationDecidesWhoOpensTheConversation() throws Exception {
        try (RespServer server = new RespServer(RespServer.master(INFO, Map.of("write-binlog", "yes")))) {
            dial(SourceAccess.withoutPassword(server.endpoint()));
            Contact contact = dialled.get();
            assertThat(contact.generation()).isEqualTo(Generation.B);
            assertThat(contact.version()).hasToString("3.0.16");
            assertThat(contact.info().value("role")).contains("master");
            assertThat(contact.slave().advertised()).isEqualTo(InetAddress.getByName("127.0.0.1"));
            assertThat(contact.slave().isLocal()).isTrue();
            assertThat(contact.workDirectory()).isDirectory();
        }
    }

    @Test
    void anUnknownHostIsNamed() {
        assertThatThrownBy(() -> dial(SourceAccess.withoutPassword(new Endpoint("no-such-host.invalid", 9221))))
                .hasMessage("source no-such-host.invalid:9221: host no-such-host.invalid is not known")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_HOST));
    }

    @Test
    void aSourceThatIsDownIsNamed() throws IOException {
        Endpoint down;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            down = new Endpoint("127.0.0.1", free.getLocalPort());
        }
        assertThatThrownBy(() -> dial(SourceAccess.withoutPassword(down)))
                .hasMessage("source " + down + " cannot be reached: Connection refused")
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
    }

    @Test
    void aWrongPasswordIsSaid() {
        assertRefused(
                request -> request.get(0).equals("AUTH") ? "-ERR invalid password\r\n" : "-ERR NOAUTH\r\n",
                ErrorCode.SOURCE_AUTH,
                "source %s refused the password: ERR invalid password");
    }

    @Test
    void aMissingPasswordIsSaid() {
        try (RespServer server = new RespServer(request -> "-ERR NOAUTH Authentication required.\r\n")) {
            assertThatThrownBy(() -> dial(SourceAccess.withoutPassword(server.endpoint())))
                    .hasMessage(
                            "source %s wants a password (requirepass) and none was given".formatted(server.endpoint()))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_AUTH));
        }
    }

    @Test
    void thePasswordOfTheLimitedRoleIsNotEnough() {
        assertRefused(
                request -> switch (request.get(0)) {
                    case "AUTH" -> "+OK\r\n";
                    case "INFO" -> RespServer.bulk(INFO);
                    default -> "-ERR NOAUTH Authentication required.\r\n";
                },
                ErrorCode.SOURCE_AUTH,
                "source %s took the password but refuses CONFIG GET: it is the one of userpass; requirepass's is needed");
    }

    @Test
    void aRedisIsNotAPika() {
        assertRefused(
                RespServer.master("# Server\r\nredis_version:7.0.15\r\n", Map.of()),
                ErrorCode.SOURCE_VERSION_UNSUPPORTED,
                "source %s is Redis 7.0.15 and not a Pika; supported are Pika 2.3, 3.0 – 3.5 and 4.0");
    }

    @Test
    void aVersionNobodyRecordedIsRefused() {
        assertRefused(
                RespServer.master("pika_version:2.2.6\r\n", Map.of()),
                ErrorCode.SOURCE_VERSION_UNSUPPORTED,
                "source %s is Pika 2.2.6; supported are Pika 2.3, 3.0 – 3.5 and 4.0");
    }

    @Test
    void aSourceWithoutBinlogIsRefused() {
        assertRefused(
                RespServer.master(INFO, Map.of("write-binlog", "no")),
                ErrorCode.SOURCE_WITHOUT_BINLOG,
                "source %s has write-binlog no: it logs no writes that could be followed");
    }
}
