package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DumpInfoTest {

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1s\n127.0.0.1\n22355\n2\n54150\n",
                "1s\n127.0.0.1\n22355\n2\n54150",
                "1s\r\n127.0.0.1\r\n22355\r\n2\r\n54150\r\n",
                "1s\n127.0.0.1\n22355\n2\n54150\n7\n8\n",
                "1s\n127.0.0.1\n22355\n2\n54150\n7\n8\n9\n"
            })
    void fiveToEightLinesAreUnderstood(String text) {
        assertThat(DumpInfo.parse(text, "info"))
                .isEqualTo(new DumpInfo("127.0.0.1", 22355, new BinlogPosition(2, 54150)));
    }

    @ParameterizedTest
    @CsvSource({
        "'', SNAPSHOT_INCOMPLETE",
        "'1s|127.0.0.1|22355|2', SNAPSHOT_INCOMPLETE",
        "'1|2|3|4|5|6|7|8|9', SNAPSHOT_CORRUPT",
        "'1s|127.0.0.1|x|2|54150', SNAPSHOT_CORRUPT",
        "'1s|127.0.0.1|65536|2|54150', SNAPSHOT_CORRUPT",
        "'1s|127.0.0.1|22355|-1|54150', SNAPSHOT_CORRUPT",
        "'1s|127.0.0.1|22355|4294967296|54150', SNAPSHOT_CORRUPT",
        "'1s|127.0.0.1|22355|2|', SNAPSHOT_CORRUPT"
    })
    void anythingElseIsRefused(String text, ErrorCode code) {
        assertThatThrownBy(() -> DumpInfo.parse(text.replace('|', '\n') + "\n", "the info"))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessageContaining("the info");
    }

    @Test
    void aDumpWithoutInfoIsIncomplete(@TempDir Path directory) {
        assertThatThrownBy(() -> DumpInfo.read(directory))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_INCOMPLETE))
                .hasMessageContaining(directory.resolve("info").toString());
    }
}
