package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.worker.fixture.Mangling;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P8: replies of a target that is not one. */
@Timeout(60)
class MangledRepliesTest {

    @Test
    void aMangledReplyIsAReplyOrAnIOException() {
        List<byte[]> valid = Stream.of(
                        "+OK\r\n+QUEUED\r\n*3\r\n:1\r\n$5\r\nhello\r\n-ERR no\r\n",
                        "*2\r\n*2\r\n$1\r\na\r\n$-1\r\n*-1\r\n:-42\r\n",
                        "$3000\r\n" + "x".repeat(3000) + "\r\n",
                        "+" + "status ".repeat(50) + "\r\n-MOVED 1 a:1\r\n")
                .map(text -> text.getBytes(ISO_8859_1))
                .toList();

        Mangling.check(valid, 5000, IOException.class::isInstance, bytes -> {
            RespInput in = new RespInput(new ByteArrayInputStream(bytes));
            while (true) { // until it ends
                in.read();
            }
        });
    }

    @Test
    void aLengthIsNotTakenForItsRemainder() {
        for (String length : List.of("18446744073709551617", "9223372036854775808", "36893488147419103233")) {
            assertThatThrownBy(() -> new RespInput(
                                    new ByteArrayInputStream(("$" + length + "\r\na\r\n").getBytes(ISO_8859_1)))
                            .read())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("63 bits");
        }
    }

    @Test
    void arraysAreNotNestedForEver() {
        byte[] deep = "*1\r\n".repeat(100_000).getBytes(ISO_8859_1);

        assertThatThrownBy(() -> new RespInput(new ByteArrayInputStream(deep)).read())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("depth");
    }
}
