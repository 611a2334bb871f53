package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(20)
class LoggedItemTest {

    private static final StreamId STREAM = new StreamId(0, 0);
    private static final BinlogPosition END = new BinlogPosition(0, 71);

    /** replication.md §10: {@code set k1 v1}, exec_time 0x5e0be100, logic id 5, start (0,1234). */
    private static final ByteString SET = hex("0100" + "00e10b5e" + "01000000" + "0500000000000000" + "00000000"
            + "d204000000000000" + "1d000000" + "2a330d0a24330d0a7365740d0a24320d0a6b310d0a24320d0a76310d0a");

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }

    @Test
    void theHeaderIsReadAndTheContentCutOut() {
        LoggedItem item = LoggedItem.parse(SET, STREAM, END);
        assertThat(item.executedAt()).isEqualTo(0x5e0be100);
        assertThat(item.start()).isEqualTo(new BinlogPosition(0, 1234));
        assertThat(new String(item.contentOf(SET), ISO_8859_1))
                .isEqualTo("*3\r\n$3\r\nset\r\n$2\r\nk1\r\n$2\r\nv1\r\n");
    }

    /** corrections.md 8 */
    @ParameterizedTest
    @CsvSource({"3.1.1", "3.4.0", "3.5.5", "4.0.1"})
    void whateverAMasterLoggedTheContentIsResp(String version) {
        Transcript.load("incremental-" + version)
                .items()
                .forEach((stream, items) -> items.forEach(message -> {
                    ByteString bytes = message.getBinlog();
                    byte[] content = LoggedItem.parse(bytes, stream, Transcript.position(message.getBinlogOffset()))
                            .contentOf(bytes);
                    assertThat(content[0]).isEqualTo((byte) '*');
                    assertThat(content[content.length - 1]).isEqualTo((byte) '\n');
                }));
    }

    @Test
    void aLengthThatDoesNotFitIsCorruption() {
        assertCorrupt(SET.substring(0, SET.size() - 1));
        assertCorrupt(SET.concat(ByteString.copyFromUtf8("x")));
        assertCorrupt(SET.substring(0, 33));
        assertCorrupt(hex("0200").concat(SET.substring(2)));
    }

    @Test
    void brokenBytesGiveAnItemOrACodedError() {
        Random random = new Random(3);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = SET.concat(SET).toByteArray();
            bytes = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            for (int k = random.nextInt(5); k > 0 && bytes.length > 0; k--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
            ByteString item = ByteString.copyFrom(bytes);
            try {
                LoggedItem.parse(item, STREAM, END).contentOf(item);
            } catch (FerryException e) {
                assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT);
            }
        }
    }

    private static void assertCorrupt(ByteString item) {
        assertThatThrownBy(() -> LoggedItem.parse(item, STREAM, END))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT))
                .hasMessageStartingWith("the item of db0.0 that ends at 0:71 is broken: ");
    }
}
