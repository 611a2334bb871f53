package io.pikaferry.ctl.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.SetJobRequest;
import io.pikaferry.proto.v1.Throttle;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitChangeTest {

    private static SetJobRequest parse(String... settings) {
        return LimitChange.parse("users", List.of(settings));
    }

    @Test
    void whatIsNotNamedStaysAsItIs() {
        SetJobRequest request = parse("rate-bytes=10MiB");

        assertThat(request.getName()).isEqualTo("users");
        assertThat(request.getBytesPerSecond()).isEqualTo(10 << 20);
        assertThat(request.hasCommandsPerSecond()).isFalse();
        assertThat(request.getThrottle()).isEqualTo(Throttle.THROTTLE_UNSPECIFIED);
    }

    @Test
    void noneLiftsALimit() {
        SetJobRequest request = parse("rate-commands=none", "throttle=off");

        assertThat(request.hasCommandsPerSecond()).isTrue();
        assertThat(request.getCommandsPerSecond()).isZero();
        assertThat(request.getThrottle()).isEqualTo(Throttle.THROTTLE_OFF);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "rate-commands=0 | rate-commands: must be 1 or more, got 0",
                "rate-commands=fast | rate-commands: must be a number, got 'fast'",
                "rate-byte=1 | there is no setting 'rate-byte'; did you mean 'rate-bytes'?;"
                        + " there are rate-commands, rate-bytes, throttle",
                "throttle=on | throttle: must be auto or off, got 'on'",
                "rate-commands | expected SETTING=VALUE, got 'rate-commands'"
            })
    void whatCannotBeIsRefusedWithItsName(String setting, String message) {
        assertThatThrownBy(() -> parse(setting))
                .isInstanceOf(FerryException.class)
                .hasMessage(message);
    }

    @Test
    void aSettingIsGivenOnce() {
        assertThatThrownBy(() -> parse("throttle=off", "throttle=auto")).hasMessage("throttle is given twice");
    }
}
