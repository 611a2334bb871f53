package io.pikaferry.coordinator.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobSpecTest {

    @Test
    void equalSpecsDoNotDiffer() {
        assertThat(Jobs.spec("orders").firstDifference(Jobs.spec("orders"))).isEmpty();
    }

    @Test
    void theFirstDifferenceNamesTheFieldAndBothValues() {
        JobSpec.Difference difference = Jobs.spec("orders", "redis://a:1")
                .firstDifference(Jobs.spec("orders", "redis://b:2/3"))
                .orElseThrow();

        assertThat(difference.field()).isEqualTo("target");
        assertThat(difference.ours()).hasToString("redis://a:1/0");
        assertThat(difference.theirs()).hasToString("redis://b:2/3");
    }

    @ParameterizedTest
    @CsvSource({
        "redis://h:1, redis://h:1/0",
        "redis://h, redis://h:6379/0",
        "redis://h/, redis://h:6379/0",
        "rediss://h:1/2, rediss://h:1/2",
        "redis://ferry@h:1/2, redis://ferry@h:1/2",
        "redis://[::1]:7/2, redis://[::1]:7/2",
    })
    void aTargetHasOneSpelling(String written, String canonical) {
        assertThat(TargetUri.parse(written)).hasToString(canonical);
        assertThat(TargetUri.parse(canonical)).isEqualTo(TargetUri.parse(written));
    }

    @ParameterizedTest
    @CsvSource({
        "h:1, 'target: expected redis://[user@]host[:port][/db] or rediss://…, got ''h:1'''",
        "http://h:1, 'target: expected redis://[user@]host[:port][/db] or rediss://…, got ''http://h:1'''",
        "redis://h:70000, 'port must be 1..65535, got 70000'",
        "redis://h:1/99999999999, 'target: database 99999999999 is out of range'",
    })
    void aTargetThatCannotBeReadIsRefused(String written, String message) {
        assertThatThrownBy(() -> TargetUri.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }

    /** P7: a password that was typed into the wrong place is refused, and not repeated. */
    @ParameterizedTest
    @CsvSource({"redis://user:secret@h:1", "redis://:secret@h:1", "redis://user:secret@h:x", "http://user:secret@h"})
    void aPasswordInATargetIsNeitherTakenNorShown(String written) {
        assertThatThrownBy(() -> TargetUri.parse(written))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("secret");
    }

    @Test
    void lanesHaveALimit() {
        assertThatThrownBy(() -> new JobSpec(
                        Jobs.ORDERS,
                        Jobs.spec("orders").source(),
                        Jobs.spec("orders").target(),
                        FullSync.AUTO,
                        65,
                        OnExistingKeys.FAIL,
                        OnError.RECORD,
                        TypeConflict.PREFER,
                        java.util.Map.of(),
                        java.util.Map.of(),
                        java.util.Map.of(),
                        RateLimit.UNLIMITED,
                        Throttle.AUTO))
                .hasMessage("lanes must be 1..64, got 65");
    }
}
