package io.pikaferry.worker.target;

import static io.pikaferry.worker.target.TargetKeys.ascii;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.worker.fixture.RedisServer;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P4: one worker writes at a time, over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class FenceTest {

    private static final JobId JOB = new JobId("moving");
    private static final TargetKeys KEYS = new TargetKeys(JOB);

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    @Test
    void whoTakesOverRaisesTheFence() {
        take(3, 0);
        assertThat(fence()).isEqualTo("3");

        take(5, 0);
        assertThat(fence()).isEqualTo("5");
    }

    @Test
    void aConnectionOfAnEarlierEpochIsKilled() {
        try (TargetLink zombie = SERVER.links().open(new Tenure(JOB, 3, 9).connectionName())) {
            take(4, 0);

            assertBroken(zombie);
        }
    }

    @Test
    void aConnectionOfAnEarlierAttemptOfTheSameEpochIsKilled() {
        try (TargetLink earlier = SERVER.links().open(new Tenure(JOB, 4, 1).connectionName())) {
            take(4, 2);

            assertBroken(earlier);
        }
    }

    @Test
    void connectionsOfTheSameTenureOfOtherJobsAndOfOthersAreLeftAlone() {
        try (TargetLink same = SERVER.links().open(new Tenure(JOB, 4, 2).connectionName());
                TargetLink otherJob = SERVER.links().open(new Tenure(new JobId("other"), 1, 0).connectionName());
                TargetLink stranger = SERVER.links().open("stranger")) {
            take(4, 2);

            assertAlive(same);
            assertAlive(otherJob);
            assertAlive(stranger);
        }
    }

    @Test
    void whoComesTooLateIsRefusedAndKillsNobody() {
        take(7, 0);
        try (TargetLink holder = SERVER.links().open(new Tenure(JOB, 7, 0).connectionName())) {
            assertThatThrownBy(() -> take(6, 5))
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.STALE_EPOCH))
                    .hasMessage("job moving was taken over under epoch 7; ours is 6");

            assertThat(fence()).isEqualTo("7");
            assertAlive(holder);
        }
    }

    @Test
    void aFurtherConnectionReadsTheFenceBeforeItMayBeUsed() {
        take(6, 0);
        Fence ours = new Fence(SERVER.links(), KEYS, new Tenure(JOB, 6, 0));
        try (TargetLink link = ours.open()) {
            assertAlive(link);
        }

        take(7, 0);
        assertThatThrownBy(ours::open).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.STALE_EPOCH));
    }

    @Test
    void theFenceOfOneJobIsNotThatOfAnother() {
        take(7, 0);
        JobId other = new JobId("other");

        try (TargetLink control = SERVER.links().open(new Tenure(other, 1, 0).connectionName())) {
            assertThat(new Fence(SERVER.links(), new TargetKeys(other), new Tenure(other, 1, 0)).take(control))
                    .isTrue();
        }
        assertThat(fence()).isEqualTo("7");
    }

    private static void take(long epoch, long attempt) {
        Tenure tenure = new Tenure(JOB, epoch, attempt);
        try (TargetLink control = SERVER.links().open(tenure.connectionName())) {
            assertThat(new Fence(SERVER.links(), KEYS, tenure).take(control)).isTrue();
            assertAlive(control);
        }
    }

    private static String fence() {
        return new String((byte[]) SERVER.call("GET", new String(KEYS.fence(), US_ASCII)), US_ASCII);
    }

    private static void assertAlive(TargetLink link) {
        assertThat((byte[]) link.call(ascii("PING"))).isEqualTo(ascii("PONG"));
    }

    private static void assertBroken(TargetLink link) {
        assertThatThrownBy(() -> link.call(ascii("SET"), ascii("k"), ascii("late")))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_UNREACHABLE));
    }
}
