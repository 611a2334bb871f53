package io.pikaferry.coordinator.membership;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.W2;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every worker store does. The fake and the real one both run it. */
@Timeout(30)
public abstract class WorkerStoreContract {

    private static final KnownWorker FIRST =
            new KnownWorker(W1, "10.0.0.1", 8, "0.1", Map.of("zone", "a"), true, true, NOON, false);
    private static final KnownWorker SECOND =
            new KnownWorker(W2, "10.0.0.2", 4, "0.1", Map.of(), false, false, NOON, true);

    protected abstract WorkerStore store();

    @Test
    void nobodyIsKnownAtFirst() {
        assertThat(store().all()).isEmpty();
    }

    @Test
    void workersAreListedByIdAsTheyWereWrittenLast() {
        store().put(SECOND);
        store().put(FIRST.cordoned(false, false));
        store().put(FIRST);

        assertThat(store().all()).containsExactly(FIRST, SECOND);
    }

    @Test
    void aRemovedWorkerIsForgotten() {
        store().put(FIRST);
        store().put(SECOND);

        store().remove(W1);
        store().remove(W1);

        assertThat(store().all()).containsExactly(SECOND);
    }
}
