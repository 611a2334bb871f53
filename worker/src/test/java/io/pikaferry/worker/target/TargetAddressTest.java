package io.pikaferry.worker.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TargetAddressTest {

    @Test
    void aHostIsEnough() {
        assertThat(parse("redis://redis.example"))
                .isEqualTo(new TargetAddress(
                        new Endpoint("redis.example", 6379), false, Optional.empty(), Optional.empty(), 0));
        assertThat(parse("redis://redis.example/")).isEqualTo(parse("redis://redis.example"));
    }

    @Test
    void readsEveryPart() {
        Optional<Bytes> password = Optional.of(Bytes.utf8("secret"));

        assertThat(TargetAddress.parse("rediss://ferry@redis.example:7000/12", password))
                .isEqualTo(new TargetAddress(
                        new Endpoint("redis.example", 7000), true, Optional.of("ferry"), password, 12));
    }

    @Test
    void anIpv6HostStandsInBrackets() {
        assertThat(parse("redis://[::1]:7000/1").endpoint()).isEqualTo(new Endpoint("::1", 7000));
        assertThat(parse("redis://[::1]:7000/1")).hasToString("[::1]:7000/1");
    }

    @Test
    void otherSchemesAreNotSpoken() {
        assertFails(
                "http://redis.example",
                ErrorCode.TARGET_UNSUPPORTED,
                "target 'http://redis.example' has scheme 'http'; known are redis:// and rediss://");
        assertFails(
                "redis.example",
                ErrorCode.TARGET_UNSUPPORTED,
                "target 'redis.example' has scheme ''; known are redis:// and rediss://");
    }

    @Test
    void whatIsNoAddressIsSaid() {
        assertFails("redis://a b", ErrorCode.INVALID_ARGUMENT, "target 'redis://a b' is not a URI");
        assertFails("redis:///3", ErrorCode.INVALID_ARGUMENT, "target 'redis:///3' has no host");
        assertFails(
                "redis://redis.example/x",
                ErrorCode.INVALID_ARGUMENT,
                "target 'redis://redis.example/x' names database 'x', which is not a number");
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://redis.example/-1", "redis://redis.example:0", "redis://redis.example:70000"})
    void whatCannotBeAnAddressIsTheOperatorsMistake(String uri) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessageStartingWith("target '" + uri + "' is not an address: ");
    }

    /** Passwords never get out, also not by a message. */
    @Test
    void aPasswordInTheUriIsRefusedAndNotRepeated() {
        assertFails(
                "redis://ferry:secret@redis.example",
                ErrorCode.INVALID_ARGUMENT,
                "the target URI holds a password; give it by --target-password-file");
    }

    @Test
    void printsNeitherUserNorPassword() {
        assertThat(TargetAddress.parse("redis://ferry@redis.example/3", Optional.of(Bytes.utf8("secret"))))
                .hasToString("redis.example:6379/3");
    }

    @Test
    void aDatabaseIsNotNegative() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new TargetAddress(
                        new Endpoint("redis.example", 6379), false, Optional.empty(), Optional.empty(), -1))
                .withMessage("the target's database must not be negative, got -1");
    }

    private static TargetAddress parse(String uri) {
        return TargetAddress.parse(uri, Optional.empty());
    }

    private static void assertFails(String uri, ErrorCode code, String message) {
        assertThatThrownBy(() -> parse(uri))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }
}
