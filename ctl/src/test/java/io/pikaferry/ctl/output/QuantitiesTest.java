package io.pikaferry.ctl.output;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuantitiesTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0 B",
        "1023, 1023 B",
        "1024, 1.0 KiB",
        "10188, 9.9 KiB",
        "10200, 10 KiB",
        "1048000, 1023 KiB",
        "1048064, 1.0 MiB",
        "9223372036854775807, 8192 PiB",
    })
    void bytesHaveTwoOrMoreDigitsThatCount(long bytes, String text) {
        assertThat(Quantities.bytes(bytes)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0/s",
        "0.04, 0/s",
        "0.5, 0.5/s",
        "12.4, 12/s",
        "999.4, 999/s",
        "999.6, 1.0k/s",
        "18233, 18.2k/s",
        "143204, 143k/s",
        "1200000, 1.2M/s",
    })
    void ratesAreInThousands(double rate, String text) {
        assertThat(Quantities.perSecond(rate)).isEqualTo(text);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0.00s",
        "0.04, 0.04s",
        "9.99, 9.99s",
        "9.999, 10s",
        "59.6, 1m00s",
        "130, 2m10s",
        "3700, 1h01m",
        "86400, 1d00h",
    })
    void delaysAreExactWhereTheyAreShort(double seconds, String text) {
        assertThat(Quantities.delay(seconds)).isEqualTo(text);
    }

    @Test
    void agesAreInTheirLargestUnitAndNeverNegative() {
        assertThat(Quantities.age(Duration.ofSeconds(-3))).isEqualTo("0s");
        assertThat(Quantities.age(Duration.ofSeconds(59))).isEqualTo("59s");
        assertThat(Quantities.age(Duration.ofMinutes(61))).isEqualTo("1h");
        assertThat(Quantities.age(Duration.ofHours(49))).isEqualTo("2d");
    }

    @ParameterizedTest
    @CsvSource({
        "0, [..............................]",
        "99.9, [#############################.]",
        "100, [##############################]",
        "150, [##############################]",
    })
    void theBarIsFullOnlyAtTheEnd(double percent, String bar) {
        assertThat(ProgressBar.of(percent)).isEqualTo(bar);
    }
}
