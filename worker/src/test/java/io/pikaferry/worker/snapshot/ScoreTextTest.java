package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScoreTextTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "-0.0, -0",
        "5, 5",
        "-8, -8",
        "9007199254740991, 9007199254740991",
        "9007199254740992, 9.007199254740992E15",
        "3479099956230698, 3479099956230698",
        "0.1, 0.1",
        "1e300, 1.0E300",
        "4.9E-324, 4.9E-324",
        "Infinity, inf",
        "-Infinity, -inf"
    })
    void aScoreIsWrittenAsRedisReadsIt(double score, String text) {
        assertThat(new String(ScoreText.of(score), US_ASCII)).isEqualTo(text);
    }

    @Test
    void everyScoreIsReadBackBitForBit() {
        Random random = new Random(42);

        for (int i = 0; i < 100_000; i++) {
            double score = Double.longBitsToDouble(random.nextLong());
            if (Double.isFinite(score)) {
                double back = Double.parseDouble(new String(ScoreText.of(score), US_ASCII));
                assertThat(Double.doubleToRawLongBits(back)).isEqualTo(Double.doubleToRawLongBits(score));
            }
        }
    }

    @Test
    void whatIsNoNumberHasNoText() {
        assertThatThrownBy(() -> ScoreText.of(Double.NaN)).isInstanceOf(IllegalArgumentException.class);
    }
}
