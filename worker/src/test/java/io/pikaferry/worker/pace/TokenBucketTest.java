package io.pikaferry.worker.pace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class TokenBucketTest {

    private long now = 7; // that it begins at zero is not said anywhere

    @Test
    void soManyPassInASecondAndNotMore() {
        TokenBucket bucket = new TokenBucket(1_000, now);

        assertThat(passing(bucket, 1, TimeUnit.SECONDS.toNanos(1))).isBetween(1_000L, 1_001L);
    }

    @Test
    void theFirstPassesAtOnceAndTheSecondAfterItsTime() {
        TokenBucket bucket = new TokenBucket(4, now);
        assertThat(bucket.nanosToWait(now)).isZero();

        bucket.take(1, now);

        assertThat(bucket.nanosToWait(now)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(250));
        assertThat(bucket.nanosToWait(now + TimeUnit.MILLISECONDS.toNanos(250))).isZero();
    }

    @Test
    void whatIsLargerThanTheRatePassesAndIsPaidOff() {
        TokenBucket bucket = new TokenBucket(1_000, now);

        bucket.take(5_000, now);

        assertThat(bucket.nanosToWait(now)).isEqualTo(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void anIdleHourSavesUpATenthOfASecond() {
        TokenBucket bucket = new TokenBucket(1_000, now);
        now += TimeUnit.HOURS.toNanos(1);

        assertThat(passing(bucket, 1, 0)).isEqualTo(101);
    }

    @Test
    void aRateOfNothingIsNoRate() {
        assertThatThrownBy(() -> new TokenBucket(0, now)).hasMessage("the rate must be positive, got 0");
    }

    /** How many pass within the time, each as soon as it may. */
    private long passing(TokenBucket bucket, long units, long nanos) {
        long end = now + nanos;
        long passed = 0;
        while (true) {
            now += bucket.nanosToWait(now);
            if (now > end) {
                return passed;
            }
            bucket.take(units, now);
            passed += units;
        }
    }
}
