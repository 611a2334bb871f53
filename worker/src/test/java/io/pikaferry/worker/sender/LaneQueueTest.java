package io.pikaferry.worker.sender;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.worker.threads.Threads;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LaneQueueTest {

    private final LaneQueue queue = new LaneQueue(Threads.ofTheMachine(), 1);

    private static LaneUnit.Load load(int number, int permits) {
        return new LaneUnit.Load(0, 0, new byte[] {(byte) number}, List.of(), 0, number, true, permits);
    }

    private List<LaneUnit> take(int maxUnits, long maxBytes) throws InterruptedException {
        List<LaneUnit> batch = new ArrayList<>();
        queue.take(batch, maxUnits, maxBytes);
        return batch;
    }

    @Test
    void aBatchIsWhatHasPiledUpWithinItsBounds() throws InterruptedException {
        List<LaneUnit> loads = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            loads.add(load(i, 10));
            queue.put(loads.get(i));
        }

        assertThat(take(3, 1000)).isEqualTo(loads.subList(0, 3));
        assertThat(take(100, 20)).isEqualTo(loads.subList(3, 5));
        assertThat(take(100, 1000)).isEqualTo(loads.subList(5, 7));
    }

    /** Or the end of what was taken over in one move would be a small transaction of its own. */
    @Test
    void aBatchGoesOnWithWhatCameMeanwhile() throws InterruptedException {
        queue.put(load(0, 10));
        queue.put(load(1, 10));
        assertThat(take(1, 1000)).hasSize(1);
        queue.put(load(2, 10));

        assertThat(take(100, 1000)).hasSize(2);
    }

    @Test
    void aUnitLargerThanABatchComesAlone() throws InterruptedException {
        queue.put(load(0, 5000));
        queue.put(load(1, 10));

        assertThat(take(100, 1000)).hasSize(1);
        assertThat(take(100, 1000)).hasSize(1);
    }

    @Test
    void whatIsNoDataComesAlone() throws InterruptedException {
        queue.put(load(0, 10));
        LaneUnit advance = new LaneUnit.Advance(Map.of(), Map.of());
        queue.put(advance);
        queue.put(load(1, 10));

        assertThat(take(100, 1000)).hasSize(1);
        assertThat(take(100, 1000)).containsExactly(advance);
        assertThat(take(100, 1000)).hasSize(1);
    }

    /** P3 */
    @Test
    void everythingArrivesInItsOrder() throws InterruptedException {
        int count = 100_000;
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < count; i++) {
                queue.put(load(i, 10));
            }
        });
        int expected = 0;
        while (expected < count) {
            for (LaneUnit unit : take(64, 1 << 20)) {
                assertThat(((LaneUnit.Load) unit).elements).isEqualTo(expected++);
            }
        }
        writer.join();
    }

    @Test
    void aLaneThatWaitsIsLeftAloneUntilThereIsEnough() throws Exception {
        LaneQueue gathering = new LaneQueue(Threads.ofTheMachine(), 3);
        CompletableFuture<Integer> taker = taking(gathering);

        gathering.put(load(0, 10));
        gathering.put(load(1, 10));
        assertThatThrownBy(() -> taker.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        gathering.put(load(2, 10));
        assertThat(taker.get()).isEqualTo(3);
    }

    /** Who puts rouses before it waits for anything: so nothing lies for ever. */
    @Test
    void aLaneThatIsRousedTakesWhatThereIs() throws Exception {
        LaneQueue gathering = new LaneQueue(Threads.ofTheMachine(), 3);
        gathering.put(load(0, 10));
        gathering.rouse();
        assertThat(taking(gathering).get()).isEqualTo(1);

        CompletableFuture<Integer> taker = taking(gathering);
        gathering.rouse(); // nothing is there
        gathering.put(load(1, 10));
        assertThatThrownBy(() -> taker.get(50, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);

        gathering.rouse();
        assertThat(taker.get()).isEqualTo(1);
    }

    private static CompletableFuture<Integer> taking(LaneQueue from) {
        return CompletableFuture.supplyAsync(() -> {
            List<LaneUnit> batch = new ArrayList<>();
            try {
                from.take(batch, 100, 1000);
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return batch.size();
        });
    }

    @Test
    void whoIsInterruptedTakesNothingMore() {
        queue.put(load(0, 10));
        queue.put(load(1, 10));
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> take(1, 1000)).isInstanceOf(InterruptedException.class);
    }
}
