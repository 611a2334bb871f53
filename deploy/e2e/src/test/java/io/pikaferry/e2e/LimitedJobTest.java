package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.OnExistingKeys;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Jobs that go slower than they could: because the operator says so, or for the target's sake. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class LimitedJobTest {

    private static final int INCREMENTS = 3_000;

    @RegisterExtension
    static final SharedCluster SHARED = new SharedCluster();

    /** P2: neither slowing down, nor speeding up, nor stopping in the middle costs or doubles a write. */
    @Test
    void aRunningJobIsSlowedDownAndSpedUpWithoutANewAssignment() throws IOException {
        try (Migration job = Migration.of("limited", SHARED.directory())) {
            SHARED.cluster().submit(job.spec().setRate(RateLimit.newBuilder().setCommandsPerSecond(100_000)));
            JobView before = SHARED.cluster().awaitTail("limited");
            assertThat(before.getProgress().getRate().getCommandsPerSecond()).isEqualTo(100_000);

            SHARED.cluster().limit("limited", 100);
            SHARED.cluster()
                    .await("limited", view -> view.getProgress().getRate().getCommandsPerSecond() == 100);
            increment(job);
            JobView slow =
                    SHARED.cluster().await("limited", view -> view.getProgress().getRateLimited());
            assertThat(slow.getEpoch()).isEqualTo(before.getEpoch());
            assertThat(arrived(job)).isLessThan(INCREMENTS);

            SHARED.cluster().pause("limited"); // in the middle of a wait
            SHARED.cluster().await("limited", view -> view.getState() == ObservedState.PAUSED);
            assertThat(arrived(job)).isLessThan(INCREMENTS);
            SHARED.cluster().resume("limited");
            JobView again =
                    SHARED.cluster().await("limited", view -> view.getProgress().getRateLimited());
            assertThat(arrived(job)).isLessThan(INCREMENTS);

            SHARED.cluster().limit("limited", 0);
            JobView after = SHARED.cluster().awaitCaughtUp("limited", job.source());
            assertThat(after.getEpoch()).isEqualTo(again.getEpoch());
            assertThat(after.getProgress().hasRate()).isFalse();
            assertThat(arrived(job)).isEqualTo(INCREMENTS);
            job.assertEqual();
            SHARED.cluster().delete("limited");
        }
    }

    /** What is left of the target's memory is left to its others, until there is more. */
    @Test
    void aLoadIntoATargetThatIsAlmostFullTakesItsTimeUntilThereIsRoom() throws IOException {
        try (Migration job = Migration.of("almost-full", SHARED.directory())) {
            for (int i = 0; i < INCREMENTS; i++) {
                job.source().execute("SET", "key:" + i, "value");
            }
            job.target()
                    .call("EVAL", "for i = 1, 3000 do redis.call('SET', 'filler:' .. i, ('x'):rep(10000)) end", "0");
            String used = job.target()
                    .call("EVAL", "return redis.call('INFO', 'memory'):match('used_memory:(%d+)')", "0")
                    .toString();
            job.target().call("CONFIG", "SET", "maxmemory", Long.toString(Math.round(Long.parseLong(used) / 0.965)));

            SHARED.cluster().submit(job.spec().setOnExistingKeys(OnExistingKeys.ON_EXISTING_KEYS_OVERWRITE));
            JobView slow = SHARED.cluster().await("almost-full", view -> view.getProgress()
                    .getThrottled()
                    .endsWith("% of maxmemory"));
            assertThat(slow.getProgress().getPhase()).isEqualTo(Phase.LOAD);
            assertThat(slow.getProgress().getFullSync().getKeysLoaded()).isLessThan(INCREMENTS);

            job.target().call("CONFIG", "SET", "maxmemory", "0");
            SHARED.cluster().awaitTail("almost-full");
            job.target().call("EVAL", "for i = 1, 3000 do redis.call('UNLINK', 'filler:' .. i) end", "0");
            SHARED.cluster().awaitCaughtUp("almost-full", job.source());
            job.assertEqual();
            SHARED.cluster().delete("almost-full");
        }
    }

    private static void increment(Migration job) {
        for (int i = 0; i < INCREMENTS; i++) {
            job.source().execute("INCR", "counter");
        }
    }

    private static int arrived(Migration job) {
        return job.target().find("counter").map(Integer::parseInt).orElse(0);
    }
}
