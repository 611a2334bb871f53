package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RespInputTest {

    private static final String EVERY_KIND = "+OK\r\n+QUEUED\r\n+Background saving started\r\n:42\r\n:-7\r\n"
            + "$5\r\na\r\nbc\r\n$0\r\n\r\n$-1\r\n*-1\r\n-WRONGTYPE no\r\n"
            + "*4\r\n+OK\r\n*1\r\n:1\r\n$1\r\nx\r\n-ERR a\rb\r\n";

    @Test
    void readsEveryKindOfReply() throws IOException {
        assertAll(new ByteArrayInputStream(EVERY_KIND.getBytes(ISO_8859_1)));
    }

    @Test
    void itDoesNotMatterHowTheBytesArrive() throws IOException {
        assertAll(new OneByOne(new ByteArrayInputStream(EVERY_KIND.getBytes(ISO_8859_1))));
    }

    private static void assertAll(InputStream in) throws IOException {
        RespInput replies = new RespInput(in);
        List<Object> read = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            read.add(shown(replies.read()));
        }
        assertThat(read)
                .containsExactly(
                        "OK",
                        "QUEUED",
                        "Background saving started",
                        42L,
                        -7L,
                        "a\r\nbc",
                        "",
                        null,
                        null,
                        new TargetError("WRONGTYPE no"),
                        List.of("OK", List.of(1L), "x", new TargetError("ERR a\rb")));
    }

    private static Object shown(Object reply) {
        if (reply instanceof List<?> elements) {
            return elements.stream().map(RespInputTest::shown).toList();
        }
        return reply instanceof byte[] bytes ? new String(bytes, ISO_8859_1) : reply;
    }

    @Test
    void aLongBulkStringComesWhole() throws IOException {
        String content = "0123456789".repeat(300_000);
        byte[] bytes = ("$" + content.length() + "\r\n" + content + "\r\n:1\r\n").getBytes(ISO_8859_1);
        RespInput replies = new RespInput(new ByteArrayInputStream(bytes));

        assertThat(replies.read()).isEqualTo(content.getBytes(ISO_8859_1));
        assertThat(replies.read()).isEqualTo(1L);
    }

    /** P8: a length is not believed before the bytes are there. */
    @Test
    void whatIsCutOffIsNoReply() {
        for (String cut : List.of("", "+O", "$5\r\nab", "*2\r\n:1\r\n", "$500000000\r\nx", ":1", "*2000000000\r\n")) {
            assertThatThrownBy(() -> read(cut)).as(cut).isInstanceOf(EOFException.class);
        }
    }

    @Test
    void whatIsNoRespIsRefused() {
        for (String nonsense :
                List.of("HTTP/1.1 400\r\n", "$x\r\n", ":1\rx", "$-2\r\n", "$999999999999\r\n", "$1\r\nab\r\n")) {
            assertThatThrownBy(() -> read(nonsense)).as(nonsense).isInstanceOf(IOException.class);
        }
    }

    private static Object read(String bytes) throws IOException {
        return new RespInput(new ByteArrayInputStream(bytes.getBytes(ISO_8859_1))).read();
    }

    /** Gives one byte at a time. */
    private static final class OneByOne extends InputStream {
        private final InputStream in;

        OneByOne(InputStream in) {
            this.in = in;
        }

        @Override
        public int read() throws IOException {
            return in.read();
        }

        @Override
        public int read(byte[] bytes, int from, int length) throws IOException {
            return in.read(bytes, from, Math.min(1, length));
        }
    }
}
