package io.pikaferry.worker.pace;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.threads.Threads;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class PaceTest {

    /** Nobody waits this long in a test. */
    private static final Limits HARDLY_ANYTHING = new Limits(0, 1, true);

    private static final long MANY_BYTES = 1_000_000;

    @Test
    void withoutLimitsEverythingPassesAtOnce() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), Limits.NONE);

        for (int i = 0; i < 100_000; i++) {
            assertThat(pace.tryTake(1, MANY_BYTES, Duration.ZERO)).isTrue();
        }
        assertThat(pace.holdsUp()).isFalse();
    }

    @Test
    void whatMayNotPassIsToldAfterTheWaitAndTheLimitCountsAsWhatHoldsItUp() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), HARDLY_ANYTHING);
        assertThat(pace.tryTake(1, MANY_BYTES, Duration.ZERO)).isTrue();

        assertThat(pace.tryTake(1, 1, Duration.ofMillis(5))).isFalse();
        assertThat(pace.holdsUp()).isTrue();
    }

    @Test
    void whatHasNoCommandsNeverWaits() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), HARDLY_ANYTHING);
        pace.take(1, MANY_BYTES);

        assertThat(pace.tryTake(0, MANY_BYTES, Duration.ZERO)).isTrue();
    }

    @Test
    void aLimitThatIsLiftedLetsGoWhoWaits() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), HARDLY_ANYTHING);
        pace.take(1, MANY_BYTES);
        CountDownLatch passed = new CountDownLatch(1);
        Thread waiting = started(() -> {
            pace.take(1, MANY_BYTES);
            passed.countDown();
        });
        Awaitility.await().until(() -> waiting.getState() == Thread.State.TIMED_WAITING);

        pace.limit(Limits.NONE);

        assertThat(passed.await(10, SECONDS)).isTrue();
    }

    @Test
    void whoWaitsIsInterruptedAtOnce() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), HARDLY_ANYTHING);
        pace.take(1, MANY_BYTES);
        CountDownLatch interrupted = new CountDownLatch(1);
        AtomicReference<Thread> waiting = new AtomicReference<>();
        waiting.set(started(() -> {
            try {
                pace.take(1, MANY_BYTES);
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        }));
        Awaitility.await().until(() -> waiting.get().getState() == Thread.State.TIMED_WAITING);

        waiting.get().interrupt();

        assertThat(interrupted.await(10, SECONDS)).isTrue();
    }

    @Test
    void theSameLimitSetAgainLetsNothingPass() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), HARDLY_ANYTHING);
        pace.take(1, MANY_BYTES);

        pace.limit(HARDLY_ANYTHING);

        assertThat(pace.tryTake(1, 1, Duration.ZERO)).isFalse();
    }

    @Test
    void aThrottleHoldsBackUnlessTheOperatorHasTurnedItOff() throws Exception {
        Pace pace = new Pace(Threads.ofTheMachine(), Limits.NONE);
        pace.throttle(new Throttle.Verdict(1, 0, "it is slow"));
        pace.take(1_000, 1);
        assertThat(pace.tryTake(1, 1, Duration.ZERO)).isFalse();
        assertThat(pace.holdsUp()).isFalse(); // the operator's limit is not to blame

        pace.limit(new Limits(0, 0, false));
        pace.throttle(new Throttle.Verdict(1, 0, "it is slow"));

        assertThat(pace.tryTake(1, 1, Duration.ZERO)).isTrue();
    }

    private interface Interruptible {
        void run() throws InterruptedException;
    }

    private static Thread started(Interruptible body) {
        Thread thread = new Thread(() -> {
            try {
                body.run();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
        return thread;
    }
}
