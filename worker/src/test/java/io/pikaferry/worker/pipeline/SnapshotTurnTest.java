package io.pikaferry.worker.pipeline;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.pipeline.SnapshotTurn.State;
import io.pikaferry.worker.threads.Threads;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SnapshotTurnTest {

    private final CountDownLatch wanted = new CountDownLatch(1);
    private final CountDownLatch came = new CountDownLatch(1);
    private final CountDownLatch interrupted = new CountDownLatch(1);
    private final List<State> told = new CopyOnWriteArrayList<>();
    private final SnapshotTurn turn = new SnapshotTurn(Threads.ofTheMachine(), this::news);

    private void news() {
        told.add(turn.state());
        wanted.countDown();
    }

    private Thread waiting() throws InterruptedException {
        Thread thread = new Thread(() -> {
            try {
                turn.await();
                came.countDown();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
        });
        thread.setDaemon(true);
        thread.start();
        assertThat(wanted.await(10, SECONDS)).isTrue();
        return thread;
    }

    @Test
    void aJobWaitsUntilItsTurnComesAndHoldsItUntilItIsOver() throws Exception {
        waiting();
        assertThat(turn.state()).isEqualTo(State.WANTED);

        turn.grant();

        assertThat(came.await(10, SECONDS)).isTrue();
        assertThat(turn.state()).isEqualTo(State.HELD);
        assertThat(turn.await()).isFalse();
        turn.over();
        assertThat(turn.state()).isEqualTo(State.NONE);
        turn.over();
        assertThat(told).containsExactly(State.WANTED, State.NONE); // who waits for it need not wait for a heartbeat
    }

    @Test
    void aTurnThatNobodyWantsIsNotKept() throws Exception {
        turn.grant();

        assertThat(turn.state()).isEqualTo(State.NONE);
        waiting();
        assertThat(came.getCount()).isEqualTo(1);
    }

    @Test
    void whoIsInterruptedWantsNothingAnyMore() throws Exception {
        waiting().interrupt();

        assertThat(interrupted.await(10, SECONDS)).isTrue();
        assertThat(turn.state()).isEqualTo(State.NONE);
    }
}
