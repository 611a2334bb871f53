package io.pikaferry.ctl.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TargetUriTest {

    @ParameterizedTest
    @CsvSource({
        "redis://h:6379,             redis://h:6379",
        "redis://h:6379/,            redis://h:6379",
        "redis://h:6379/3,           redis://h:6379/3",
        "rediss://ferry@h:6379/0,    rediss://ferry@h:6379/0",
        "redis://[::1]:6379,         redis://[::1]:6379",
        "redis://a@b@h:6379,         redis://a@b@h:6379",
    })
    void whatIsWrittenIsWhatIsMeant(String text, String canonical) {
        assertThat(TargetUri.parse(text)).hasToString(canonical);
    }

    /** P7 */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "redis://user:hunter2@h:6379",
                "redis://:hunter2@h:6379",
                "redis://:hun@ter2@h:6379",
                "redis://:hun/ter2@h:6379",
                "user:hunter2@h:6379",
                "http://user:hunter2@h:6379",
            })
    void aPasswordIsRefusedAndNotRepeated(String text) {
        assertThatThrownBy(() -> TargetUri.parse(text))
                .hasMessage("a password does not belong into the URI; give it by --target-password-file"
                        + " (in a job file: target.passwordFile)");
    }

    @ParameterizedTest
    @ValueSource(strings = {"hunter2@h:6379", "redis://h:6379?password=hunter2", "redis://hunter2@h", "redis://h/x@y"})
    void aTextThatCouldHoldAPasswordIsNotRepeated(String text) {
        assertThatThrownBy(() -> TargetUri.parse(text)).message().doesNotContain("hunter2");
    }

    @Test
    void whatIsWrongIsSaid() {
        refuses("h:6379", "expected redis://[USER@]HOST:PORT[/DB], got 'h:6379'");
        refuses("redis://h", "expected HOST:PORT, got 'h'");
        refuses("redis://h:x", "expected HOST:PORT, got 'h:x'");
        refuses("redis://h:70000", "port must be 1..65535, got 70000");
        refuses("redis://h:1/a", "expected redis://[USER@]HOST:PORT[/DB], got 'redis://h:1/a'");
        refuses("redis://@h:1", "expected redis://[USER@]HOST:PORT[/DB]");
        refuses(
                "reddis://h:1",
                "expected redis://[USER@]HOST:PORT[/DB], or rediss:// for TLS; 'reddis' is not known; did you mean"
                        + " 'redis'?");
    }

    private static void refuses(String text, String message) {
        assertThatThrownBy(() -> TargetUri.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
