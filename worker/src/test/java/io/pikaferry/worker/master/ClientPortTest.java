package io.pikaferry.worker.master;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ClientPortTest {

    @Test
    void repliesOfEveryKindAreRead() {
        Map<String, String> replies = Map.of(
                "STATUS", "+OK\r\n",
                "NUMBER", ":-7\r\n",
                "BULK", "$5\r\na\r\nbc\r\n",
                "NIL", "$-1\r\n",
                "NILARRAY", "*-1\r\n",
                "FAILURE", "-ERR no\r\n",
                "ARRAY", "*3\r\n$1\r\na\r\n:2\r\n*1\r\n$-1\r\n");
        try (RespServer server = new RespServer(request -> replies.get(request.get(0)));
                ClientPort client = new ClientPort(SourceAccess.withoutPassword(server.endpoint()))) {
            assertThat(client.call("status")).isEqualTo(new Reply.Status("OK"));
            assertThat(client.call("number")).isEqualTo(new Reply.Number(-7));
            assertThat(client.call("bulk")).isEqualTo(new Reply.Bulk(Bytes.utf8("a\r\nbc")));
            assertThat(client.call("nil")).isEqualTo(new Reply.Nil());
            assertThat(client.call("nilarray")).isEqualTo(new Reply.Nil());
            assertThat(client.call("failure")).isEqualTo(new Reply.Failure("ERR no"));
            assertThat(client.call("array"))
                    .isEqualTo(new Reply.Array(List.of(
                            new Reply.Bulk(Bytes.utf8("a")),
                            new Reply.Number(2),
                            new Reply.Array(List.of(new Reply.Nil())))));
        }
    }

    @Test
    void aConnectionThatWentStaleIsReplaced() {
        try (RespServer server = new RespServer(request -> "+OK\r\n");
                ClientPort client = new ClientPort(SourceAccess.withoutPassword(server.endpoint()))) {
            client.call("first");
            server.dropConnections();
            assertThat(client.call("second")).isEqualTo(new Reply.Status("OK"));
        }
    }

    /** corrections.md 17: what follows an error that holds a raw key is no reply. */
    @Test
    void whatFollowsAnErrorReplyIsNotTakenForAReply() {
        try (RespServer server = new RespServer(
                        request -> request.get(0).equals("BAD") ? "-ERR key a\r\n+HALF of the key\r\n" : "+OK\r\n");
                ClientPort client = new ClientPort(SourceAccess.withoutPassword(server.endpoint()))) {
            assertThat(client.call("bad")).isInstanceOf(Reply.Failure.class);
            assertThat(client.call("good")).isEqualTo(new Reply.Status("OK"));
        }
    }

    @Test
    void everyNewConnectionIsAuthenticated() {
        try (RespServer server = new RespServer(request -> "+OK\r\n");
                ClientPort client =
                        new ClientPort(new SourceAccess(server.endpoint(), Optional.of(Bytes.utf8("s3cret"))))) {
            client.call("first");
            server.dropConnections();
            client.call("second");
            assertThat(server.requests())
                    .startsWith(List.of("AUTH", "s3cret"), List.of("FIRST"))
                    .endsWith(List.of("AUTH", "s3cret"), List.of("SECOND"));
        }
    }

    @Test
    void aServerThatIsSilentIsUnreachable() {
        try (RespServer server = new RespServer(request -> "\n".repeat(0) + "$10\r\nhalf");
                ClientPort client =
                        new ClientPort(SourceAccess.withoutPassword(server.endpoint()), Duration.ofMillis(100))) {
            assertThatThrownBy(() -> client.call("ping"))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_UNREACHABLE));
        }
    }

    @Test
    void aHostileLengthIsRefusedBeforeItIsAllocated() {
        AtomicInteger turn = new AtomicInteger();
        List<String> hostile =
                List.of("$999999999999\r\n", "*99999999999\r\n$-2\r\n", "$x\r\n", "?\r\n", "*1\r\n".repeat(20));
        try (RespServer server = new RespServer(request -> hostile.get(turn.getAndIncrement()));
                ClientPort client = new ClientPort(SourceAccess.withoutPassword(server.endpoint()))) {
            for (int i = 0; i < hostile.size(); i++) {
                assertThatThrownBy(() -> client.call("ping"))
                        .isInstanceOfSatisfying(
                                FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SOURCE_PROTOCOL));
            }
        }
    }

    /** P7 */
    @Test
    void nothingPrintedShowsPasswordOrPayload() {
        SourceAccess access =
                new SourceAccess(io.pikaferry.model.Endpoint.parse("db:9221"), Optional.of(Bytes.utf8("s3cret")));
        assertThat(access).hasToString("db:9221 (with password)");
        assertThat(new Reply.Failure("ERR expect type: hash, key userkey").toString())
                .doesNotContain("userkey");
        assertThat(new Reply.Bulk(Bytes.utf8("payload")).toString()).doesNotContain("payload");
    }
}
