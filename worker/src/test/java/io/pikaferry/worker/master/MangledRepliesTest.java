package io.pikaferry.worker.master;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.worker.fixture.Mangling;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P8: replies of a source that is not one. */
@Timeout(60)
class MangledRepliesTest {

    @Test
    void aMangledReplyIsAReplyOrAnIOException() throws IOException {
        List<byte[]> valid = Stream.of(
                        "*2\r\n$4\r\nname\r\n*1\r\n:12\r\n+OK\r\n-ERR no\r\n",
                        "$-1\r\n$40\r\n" + "x".repeat(40) + "\r\n")
                .map(text -> text.getBytes(ISO_8859_1))
                .toList();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            InetSocketAddress address = (InetSocketAddress) server.getLocalSocketAddress();
            Mangling.check(valid, 100, IOException.class::isInstance, bytes -> {
                try (RespConnection connection = RespConnection.open(
                                address, Optional.empty(), Duration.ofSeconds(5), Duration.ofSeconds(20), 1 << 20);
                        Socket accepted = server.accept()) {
                    accepted.getOutputStream().write(bytes);
                    accepted.shutdownOutput();
                    while (true) { // until it ends
                        connection.receive();
                    }
                }
            });
        }
    }

    @Test
    void aVersionIsOneOrRefused() {
        Mangling.check(
                Stream.of("3.4.0", "v2.3.6", "4.0.1-alpha")
                        .map(text -> text.getBytes(ISO_8859_1))
                        .toList(),
                500,
                IllegalArgumentException.class::isInstance,
                bytes -> PikaVersion.parse(new String(bytes, ISO_8859_1)));
    }
}
