package io.pikaferry.worker.target;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RenderedCommandsTest {

    private static byte[][] command(String... words) {
        return Arrays.stream(words).map(word -> word.getBytes(ISO_8859_1)).toArray(byte[][]::new);
    }

    /** Around every power of ten, empty, and with ends of lines in them. */
    private static final List<byte[][]> COMMANDS = List.of(
            command("SET", "key", ""),
            command("SET", "", "\r\n$3\r\nDEL\r\n"),
            command("RPUSH", "l", "x".repeat(9), "x".repeat(10), "x".repeat(99), "x".repeat(100)),
            command("SET", "k".repeat(999), "v".repeat(1000)),
            command("SET", "k", "v".repeat(123_456)),
            command("\u0000ÿ"));

    private static RenderedCommands rendered(int room) {
        RenderedCommands rendered = new RenderedCommands(room);
        COMMANDS.forEach(rendered::add);
        return rendered;
    }

    private static String sent(RenderedCommands rendered) throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        RespOutput out = new RespOutput(sent);
        out.write(rendered);
        out.flush();
        return sent.toString(ISO_8859_1);
    }

    @Test
    void theyAreSentAsIfOneByOne() throws IOException {
        ByteArrayOutputStream oneByOne = new ByteArrayOutputStream();
        RespOutput out = new RespOutput(oneByOne);
        for (byte[][] command : COMMANDS) {
            out.write(command);
        }
        out.flush();

        assertThat(rendered(10).count()).isEqualTo(COMMANDS.size());
        assertThat(sent(rendered(10))).isEqualTo(oneByOne.toString(ISO_8859_1));
        assertThat(sent(rendered(1 << 20))).isEqualTo(oneByOne.toString(ISO_8859_1));
    }

    @Test
    void whatWasWrittenBeforeStaysBefore() throws IOException {
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        RespOutput out = new RespOutput(sent);
        RenderedCommands rendered = new RenderedCommands(64);
        rendered.add(command("PING"));
        out.write(command("SELECT", "1"));
        out.write(rendered);
        out.write(command("QUIT"));
        out.flush();

        assertThat(sent).hasToString("*2\r\n$6\r\nSELECT\r\n$1\r\n1\r\n*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n");
    }

    @Test
    void theWordsCanBeHadAgain() {
        List<byte[][]> again = rendered(100).commands();

        assertThat(again).hasSameSizeAs(COMMANDS);
        for (int i = 0; i < again.size(); i++) {
            assertThat(again.get(i)).isDeepEqualTo(COMMANDS.get(i));
        }
    }

    @Test
    void whatIsSaidToFitDoesNotGrow() throws IOException {
        for (byte[][] command : COMMANDS) {
            RenderedCommands rendered = new RenderedCommands((int) RenderedCommands.sizeOf(command));
            byte[] before = rendered.bytes();
            assertThat(rendered.hasRoomFor(RenderedCommands.sizeOf(command))).isTrue();
            rendered.add(command);

            assertThat(rendered.bytes()).isSameAs(before);
            assertThat(sent(rendered)).hasSizeLessThanOrEqualTo(before.length);
        }
    }
}
