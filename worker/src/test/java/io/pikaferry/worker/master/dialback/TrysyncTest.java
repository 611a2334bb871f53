package io.pikaferry.worker.master.dialback;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.PortRange;
import io.pikaferry.worker.master.ServerInfo;
import io.pikaferry.worker.master.SlaveAddress;
import io.pikaferry.worker.master.SourceAccess;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Each recorded exchange once more: we say what the recorded slave said, and understand what the master answered. */
@Timeout(30)
class TrysyncTest {

    private static final InetAddress LOCAL = InetAddress.getLoopbackAddress();

    @ParameterizedTest
    @CsvSource({
        "no_password, 1, '', SOURCE_AUTH",
        "wrong_password, 2, wrong, SOURCE_AUTH",
        "user_password, 3, user-pw, SOURCE_AUTH",
        "bad_arity, 4, s3cret-pw, SOURCE_REFUSED",
        "bad_port, 5, s3cret-pw, SOURCE_REFUSED",
        "bad_number, 6, s3cret-pw, SOURCE_REFUSED",
        "negative_number, 7, s3cret-pw, SOURCE_REFUSED",
        "filenum_too_large, 8, s3cret-pw, INVALID_OFFSET",
        "offset_too_large, 9, s3cret-pw, INVALID_OFFSET",
        "offset_above_file_size, 10, s3cret-pw, INVALID_OFFSET",
        "next_file_instead, 11, s3cret-pw, ACCEPTED",
        "purged, 12, s3cret-pw, DUMP_FOLLOWS",
        "force_full, 13, s3cret-pw, DUMP_FOLLOWS",
        "mid_item, 14, s3cret-pw, ACCEPTED",
        "already_exist, 15, s3cret-pw, ALREADY_EXISTS"
    })
    void recordedAnswersAreUnderstood(String name, int connection, String password, String outcome) throws Exception {
        for (String version : List.of("3.0.16", "2.3.6")) {
            Transcript recorded = Transcript.read("errors-" + version).ofCase(name);
            String asked = recorded.text("trysync", connection, "s2m");
            String answered = recorded.text("trysync", connection, "m2s");
            assertThat(exchange(password, asked, answered))
                    .as("%s of %s", name, version)
                    .isEqualTo(outcome);
        }
    }

    /** Verdict or error code. What we ask is compared with the recording if it can be asked by us at all. */
    private static String exchange(String password, String asked, String answered) throws Exception {
        String[] words = asked.substring(asked.indexOf("trysync")).split("\r\n", -1);
        boolean legal = asked.contains("*5\r\n") && words[4].length() > 1 && words[8].matches("\\d+");
        int base = legal ? Integer.parseInt(words[4]) : 20_000;
        BinlogPosition from =
                legal ? new BinlogPosition(Long.parseLong(words[6]), Long.parseLong(words[8])) : BinlogPosition.START;
        try (ServerSocket server = new ServerSocket(0, 1, LOCAL)) {
            CompletableFuture<String> heard = CompletableFuture.supplyAsync(() -> answer(server, answered));
            String outcome;
            try {
                outcome = Trysync.ask(contact(server.getLocalPort(), password), base, from)
                        .verdict()
                        .toString();
            } catch (FerryException e) {
                assertThat(e).hasMessageNotContaining("s3cret-pw");
                outcome = e.code().toString();
            }
            if (legal) {
                assertThat(heard.join()).isEqualTo(asked);
            }
            return outcome;
        }
    }

    private static String answer(ServerSocket server, String answered) {
        try (Socket socket = server.accept()) {
            byte[] buffer = new byte[4096];
            int count = socket.getInputStream().read(buffer);
            socket.getOutputStream().write(answered.getBytes(ISO_8859_1));
            return new String(buffer, 0, count, ISO_8859_1);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private static Contact contact(int port, String password) {
        SourceAccess source = new SourceAccess(
                new Endpoint("127.0.0.1", port),
                Optional.of(password).filter(text -> !text.isEmpty()).map(Bytes::utf8));
        return new Contact(
                source,
                new ClientPort(source),
                LOCAL,
                PikaVersion.parse("3.0.16"),
                Generation.B,
                ServerInfo.parse(""),
                new SlaveAddress(LOCAL, LOCAL),
                new PortRange(24_000, 24_100),
                Path.of("unused"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"+OK\r\n", "*1\r\n:1\r\n", "$2\r\nno\r\n"})
    void otherAnswersAreNotGuessedAt(String answered) throws Exception {
        String asked = ScriptedMaster.latin(Wire.resp("trysync", "127.0.0.1", "27241", "0", "0"));
        assertThat(exchange("", asked, answered)).isEqualTo(ErrorCode.SOURCE_PROTOCOL.name());
    }
}
