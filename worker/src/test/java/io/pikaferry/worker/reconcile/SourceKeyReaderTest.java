package io.pikaferry.worker.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.RespServer;
import io.pikaferry.worker.master.SourceAccess;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read of a key is what it was at some moment, its expiry included. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SourceKeyReaderTest {

    /** The source's goes differently. */
    private static final Clock CLOCK = Clock.fixed(Instant.ofEpochSecond(1_600_000_000), ZoneOffset.UTC);

    @Test
    void theExpiryIsReadWithTheKeyByTheSourcesClock() {
        KeyReader.Found found = read(7);

        assertThat(found.writes()).hasSize(1);
        assertThat(found.expireAtMillis()).isEqualTo(1_700_000_007_000L);
    }

    @Test
    void aKeyWithoutExpiryHasNone() {
        KeyReader.Found found = read(-1);

        assertThat(found.writes()).hasSize(1);
        assertThat(found.expireAtMillis()).isZero();
    }

    /** P2: nothing is logged when a key expires; taken for one without expiry it would stay for ever. */
    @Test
    void aKeyThatExpiresBetweenItsValueAndItsExpiryIsNotThere() {
        assertThat(read(-2).writes()).isEmpty();
    }

    private static KeyReader.Found read(int ttl) {
        try (RespServer server = new RespServer(request -> switch (request.get(0)) {
                    case "AUTH" -> "-ERR Client sent AUTH, but no password is set\r\n";
                    case "SELECT" -> "+OK\r\n";
                    case "TYPE" -> "+string\r\n";
                    case "GET" -> "$1\r\nv\r\n";
                    case "TIME" -> "*2\r\n$10\r\n1700000000\r\n$6\r\n999999\r\n";
                    case "TTL" -> ":" + ttl + "\r\n";
                    default -> "-ERR unknown\r\n";
                });
                KeyReader reader = new SourceKeyReader(
                        new ClientPort(new SourceAccess(server.endpoint(), Optional.empty())), Generation.C, CLOCK)) {
            return reader.read(0, Bytes.utf8("k"));
        }
    }
}
