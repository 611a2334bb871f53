package io.pikaferry.worker.binlog;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Generation;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class RespArraysTest {

    private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$0\r\n\r\n";

    private final RespArrays arrays = RespArrays.plain();

    @Test
    void anArrayIsACommand() {
        assertThat(commands(SET)).containsExactly(List.of("SET", "k", ""));
    }

    @Test
    void argumentsMayHoldAnything() {
        assertThat(commands("*2\r\n$5\r\na\r\n$1\r\n$2\r\n\0\u00ff\r\n"))
                .containsExactly(List.of("a\r\n$1", "\0\u00ff"));
    }

    @Test
    void severalArraysAreSeveralCommands() {
        assertThat(commands(SET + SET)).hasSize(2);
    }

    @Test
    void lengthsMayHaveLeadingZeros() {
        assertThat(commands("*2\r\n$7\r\npadding\r\n$00003\r\n***\r\n")).containsExactly(List.of("padding", "***"));
    }

    @Test
    void theFourArgumentsOfThe23MasterAreLeftOut() {
        String logged = "*5\r\n$8\r\nFLUSHALL\r\n$14\r\n__PIKA_X#$SKGI\r\n$1\r\n1\r\n$0\r\n\r\n$1\r\n0\r\n";

        assertThat(strings(RespArrays.withTrailingArguments().commands(item(logged))))
                .containsExactly(List.of("FLUSHALL"));
        assertThat(commands(logged).get(0)).hasSize(5);
    }

    @Test
    void fillerIsNoCommand() {
        assertThat(RespArrays.withTrailingArguments().commands(item("     "))).isEmpty();
        assertThat(commands("")).isEmpty();
    }

    /** corrections.md 8 */
    @Test
    void aNestedItemIsReadThrough() {
        String padding = "*2\r\n$7\r\npadding\r\n$00003\r\n***\r\n";
        String header = "\1\0" + "\0".repeat(28) + (char) padding.length() + "\0\0\0";

        assertThat(commands(header + padding)).containsExactly(List.of("padding", "***"));
        assertCorrupt(header + padding + "*");
        assertThatThrownBy(() -> RespArrays.withTrailingArguments().commands(item(header + padding)))
                .isInstanceOf(FerryException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "*",
                "*1",
                "*1\r",
                "*1\r\n",
                "*0\r\n",
                "*-1\r\n",
                "*x\r\n",
                "SET k v\r\n",
                "*1\r\n$1\r\nab\r\n",
                "*1\r\n$2\r\na\r\n",
                "*1\r\n$-1\r\n",
                "*1\r\n:1\r\n",
                "*1\r\n$1\na\r\n",
                "*1\r\n$+1\r\na\r\n",
                "*1\r\n$\r\n\r\n",
                "*2\r\n$1\r\na\r\n",
                "*1\r\n$99999999999999999999\r\na\r\n",
                "*1\r\n$2147483647\r\na\r\n",
                "*2147483647\r\n$1\r\na\r\n",
                "*99999999999999999999\r\n",
                "*1\r\n$1\r\na\r\n ",
                "*1\r\n$1\r\na\r\n*",
            })
    void whatIsCutOffOrTooLongIsCorrupt(String content) {
        assertCorrupt(content);
    }

    @Test
    void whatIsCorruptIsNamedAndNotShown() {
        assertThatThrownBy(() -> commands("*1\r\n$6\r\nsecret"))
                .hasMessage("db0.0 item ending at 7:42, 14 bytes has no line end where one should be, at its byte 14")
                .hasMessageNotContaining("secret");
    }

    /** Whatever is in an item: commands, or BINLOG_CORRUPT. The seed is in the test's name. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void damagedItemsAreReadOrCorrupt(long seed) {
        Random random = new Random(seed);
        byte[] sound =
                ("*4\r\n$4\r\nHSET\r\n$00012\r\nabcdefghijkl\r\n$1\r\nf\r\n$0\r\n\r\n" + SET).getBytes(ISO_8859_1);
        String alphabet = "*$0123456789\r\n- \1\0";
        for (int round = 0; round < 50_000; round++) {
            byte[] damaged = Arrays.copyOf(sound, random.nextInt(sound.length + 4));
            for (int i = random.nextInt(4); i > 0 && damaged.length > 0; i--) {
                damaged[random.nextInt(damaged.length)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
            }
            Generation generation = Generation.values()[random.nextInt(Generation.values().length)];
            try {
                for (byte[][] command : arraysOf(generation).commands(item(damaged))) {
                    assertThat(command.length).isPositive();
                }
            } catch (FerryException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT);
            }
        }
    }

    private void assertCorrupt(String content) {
        assertThatThrownBy(() -> arrays.commands(item(content)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT));
    }

    private List<List<String>> commands(String content) {
        return strings(arrays.commands(item(content)));
    }

    private static List<List<String>> strings(List<byte[][]> commands) {
        return commands.stream()
                .map(command -> Arrays.stream(command)
                        .map(arg -> new String(arg, ISO_8859_1))
                        .toList())
                .toList();
    }

    private static BinlogItem item(String content) {
        return item(content.getBytes(ISO_8859_1));
    }

    private static BinlogItem item(byte[] content) {
        return new BinlogItem(StreamId.ONLY, new BinlogPosition(7, 42), 0, content);
    }

    private static RespArrays arraysOf(Generation generation) {
        return generation == Generation.A ? RespArrays.withTrailingArguments() : RespArrays.plain();
    }
}
