package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RespOutputTest {

    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private final RespOutput out = new RespOutput(sent);

    @Test
    void aCommandIsAnArrayOfBulkStrings() throws IOException {
        out.write(new byte[][] {ascii("SET"), ascii("key"), ascii("")});
        out.flush();

        assertThat(sent).hasToString("*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$0\r\n\r\n");
    }

    /** Around every power of ten, and around what fits into the buffer. */
    @Test
    void lengthsAreRightAtEverySize() throws IOException {
        StringBuilder expected = new StringBuilder();
        for (int length :
                new int[] {9, 10, 99, 100, 999, 1000, 9_999, 10_000, 65_530, 65_534, 65_535, 65_536, 65_537, 200_000}) {
            String argument = "x".repeat(length);
            out.write(new byte[][] {ascii(argument)});
            expected.append("*1\r\n$")
                    .append(length)
                    .append("\r\n")
                    .append(argument)
                    .append("\r\n");
        }
        out.flush();

        assertThat(sent.toString(US_ASCII)).isEqualTo(expected.toString());
    }

    @Test
    void nothingIsSentBeforeItIsFlushed() throws IOException {
        out.write(new byte[][] {ascii("PING")});

        assertThat(sent.size()).isZero();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }
}
