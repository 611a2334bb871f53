package io.pikaferry.coordinator.assignment;

import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static io.pikaferry.coordinator.job.Jobs.after;
import static io.pikaferry.coordinator.job.Jobs.runningOn;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.coordinator.assignment.FullSyncSlots.Use;
import io.pikaferry.coordinator.job.Holder;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.MigrationJob;
import java.util.List;
import org.junit.jupiter.api.Test;

/** All jobs here have sources on one host. */
class FullSyncSlotsTest {

    private final MigrationJob a = runningOn(W1, "a");
    private final MigrationJob b = runningOn(W2, "b");
    private final MigrationJob c = runningOn(W1, "c");
    private FullSyncSlots slots = new FullSyncSlots(2);

    private void told(MigrationJob job, Use use) {
        slots.told(job.id(), job.epoch(), use);
    }

    private List<String> granted(MigrationJob... jobs) {
        return slots.grant(List.of(jobs)).stream().map(job -> job.id().value()).toList();
    }

    @Test
    void soManyMayAndTheOthersSayWhyTheyWait() {
        told(a, Use.WANTED);
        told(b, Use.WANTED);
        told(c, Use.WANTED);

        assertThat(granted(a, b, c)).containsExactly("a", "b");
        assertThat(slots.whyWaiting(a.id())).isEmpty();
        assertThat(slots.whyWaiting(c.id())).contains("waiting for a full-sync slot: 2 of 2 in use at 10.0.0.5");
    }

    @Test
    void theNextMayWhenOneIsDone() {
        told(a, Use.WANTED);
        told(b, Use.WANTED);
        told(c, Use.WANTED);
        granted(a, b, c);
        told(a, Use.HELD);
        told(b, Use.HELD);
        assertThat(granted(a, b, c)).isEmpty();

        told(b, Use.NONE);

        assertThat(granted(a, b, c)).containsExactly("c");
        assertThat(slots.whyWaiting(c.id())).isEmpty();
    }

    @Test
    void aGrantCountsAndIsSaidAgainUntilItIsKnownToHaveArrived() {
        slots = new FullSyncSlots(1);
        told(a, Use.WANTED);
        told(b, Use.WANTED);

        assertThat(granted(a, b)).containsExactly("a");
        told(a, Use.WANTED); // on its way when the grant was
        assertThat(granted(a, b)).containsExactly("a");
        told(a, Use.HELD);
        assertThat(granted(a, b)).isEmpty();
    }

    /** A new leader knows nothing yet. */
    @Test
    void aJobThatNothingWasToldOfMayHoldOne() {
        told(c, Use.WANTED);
        assertThat(granted(a, b, c)).isEmpty();

        told(a, Use.NONE);

        assertThat(granted(a, b, c)).containsExactly("c");
    }

    @Test
    void whatALostWorkerHeldIsFree() {
        slots = new FullSyncSlots(1);
        told(a, Use.HELD);
        told(b, Use.WANTED);
        assertThat(granted(a, b)).isEmpty();

        MigrationJob lost = after(a, new JobEvent.WorkerLost(a.epoch(), "silent"));

        assertThat(granted(lost, b)).containsExactly("b");
        MigrationJob again = after(lost, new JobEvent.Assigned(new Holder(W2, "first")));
        told(again, Use.WANTED);
        told(b, Use.HELD);
        assertThat(granted(again, b)).isEmpty(); // what was granted was granted to its earlier epoch
    }
}
