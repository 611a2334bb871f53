package io.pikaferry.worker.sender;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.threads.Threads;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class VitalsTest {

    private final AtomicLong now = new AtomicLong();
    private final Pace pace = new Pace(new ThreadsAt(now), Limits.NONE);
    private final List<String> asked = new ArrayList<>();
    private Object memory = memory(97, 100, "noeviction");

    static Vitals ofAHealthyTarget() {
        Threads threads = Threads.ofTheMachine();
        return new Vitals(threads, new Pace(threads, Limits.NONE), false);
    }

    private static byte[] memory(long used, long most, String policy) {
        return "# Memory\r\nused_memory:%d\r\nused_memory_rss:1\r\nmaxmemory:%d\r\nmaxmemory_policy:%s\r\n"
                .formatted(used, most, policy)
                .getBytes(StandardCharsets.US_ASCII);
    }

    private final TargetLink link = new TargetLink() {
        @Override
        public List<Object> exchange(List<byte[][]> commands) {
            asked.add(new String(commands.get(0)[0], StandardCharsets.US_ASCII));
            return Collections.singletonList(memory);
        }

        @Override
        public void close() {}
    };

    private void looksAfter(Vitals vitals, Duration pause) {
        now.addAndGet(pause.toNanos());
        vitals.look(link);
    }

    @Test
    void aFullTargetSlowsTheLoadDownUntilThereIsRoomAgain() throws Exception {
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, true);

        looksAfter(vitals, Duration.ofSeconds(1));
        assertThat(vitals.trouble()).contains("target at 97 % of maxmemory");
        assertThat(passing()).isLessThan(10);

        memory = memory(50, 100, "noeviction");
        looksAfter(vitals, Duration.ofSeconds(1));
        assertThat(vitals.trouble()).isEmpty();
        assertThat(passing()).isEqualTo(1000);
    }

    @Test
    void aTargetThatMakesRoomByItselfIsNeverFull() {
        memory = memory(100, 100, "allkeys-lru");
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, true);

        looksAfter(vitals, Duration.ofSeconds(1));

        assertThat(vitals.trouble()).isEmpty();
    }

    @Test
    void aTargetWithoutABoundIsNeverFull() {
        assertThat(Vitals.memoryUsed("used_memory:5\r\nmaxmemory:0\r\nmaxmemory_policy:noeviction\r\n"))
                .isEmpty();
    }

    @Test
    void aTargetThatDoesNotSayIsAskedOnce() {
        memory = new TargetError("NOPERM this user has no permissions to run the 'info' command");
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, true);

        looksAfter(vitals, Duration.ofSeconds(1));
        looksAfter(vitals, Duration.ofSeconds(1));

        assertThat(asked).containsExactly("INFO");
        assertThat(vitals.trouble()).isEmpty();
    }

    @Test
    void slowAnswersSlowTheStreamDownAndMemoryDoesNot() {
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, false);
        answers(vitals, Duration.ofMillis(2));
        looksAfter(vitals, Duration.ofSeconds(1));
        assertThat(vitals.trouble()).isEmpty();
        assertThat(asked).isEmpty();

        for (int i = 0; i < 2; i++) {
            answers(vitals, Duration.ofMillis(600));
            looksAfter(vitals, Duration.ofSeconds(1));
        }

        assertThat(vitals.trouble()).contains("target takes 600 ms for a transaction, usually 2 ms");
    }

    @Test
    void whatTheOperatorHasTurnedOffDoesNotLook() {
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, true);
        pace.limit(new Limits(0, 0, false));

        looksAfter(vitals, Duration.ofSeconds(1));

        assertThat(asked).isEmpty();
        assertThat(vitals.trouble()).isEmpty();
    }

    @Test
    void whatWasSeenLongAgoIsNoTroubleNow() {
        Vitals vitals = new Vitals(new ThreadsAt(now), pace, true);
        looksAfter(vitals, Duration.ofSeconds(1));

        now.addAndGet(Duration.ofMinutes(1).toNanos());

        assertThat(vitals.trouble()).isEmpty();
    }

    private static void answers(Vitals vitals, Duration each) {
        for (int i = 0; i < 100; i++) {
            vitals.answered(each.toNanos());
        }
        vitals.applied(10_000);
    }

    /** Of a thousand commands at this moment. */
    private int passing() throws InterruptedException {
        int passed = 0;
        while (passed < 1000 && pace.tryTake(1, 1, Duration.ZERO)) {
            passed++;
        }
        return passed;
    }

    /** The machine's, at a time that stands. */
    private record ThreadsAt(AtomicLong now) implements Threads {

        @Override
        public Thread thread(String name, Runnable body) {
            return Threads.ofTheMachine().thread(name, body);
        }

        @Override
        public CountDownLatch latch(int count) {
            return Threads.ofTheMachine().latch(count);
        }

        @Override
        public Semaphore semaphore(int permits) {
            return Threads.ofTheMachine().semaphore(permits);
        }

        @Override
        public Condition condition(ReentrantLock lock) {
            return Threads.ofTheMachine().condition(lock);
        }

        @Override
        public long nanos() {
            return now.get();
        }
    }
}
