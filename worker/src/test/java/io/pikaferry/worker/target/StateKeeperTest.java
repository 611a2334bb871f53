package io.pikaferry.worker.target;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P1, P2: what the target says of a job, over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class StateKeeperTest {

    private static final TargetKeys KEYS = new TargetKeys(new JobId("moving"));
    private static final TargetState FOLLOWING = TargetState.following(
            Marks.level(2, Map.of(StreamId.ONLY, new BinlogPosition(3, 400))), true, Optional.of("abcd"));

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private final StateKeeper keeper = new StateKeeper(SERVER.links(), KEYS);
    private final TargetLink link = SERVER.links().open("keeping");

    @AfterEach
    void disconnect() {
        link.close();
    }

    @Test
    void whatIsWrittenIsRead() {
        TargetState loading = TargetState.loading(2, false, "moving-1.1", Optional.empty());

        keeper.write(link, loading);
        assertThat(keeper.read(link)).contains(loading);
        keeper.write(link, FOLLOWING);
        assertThat(keeper.read(link)).contains(FOLLOWING);
    }

    @Test
    void aDoubtedBoundaryIsRememberedUntilItIsPassed() {
        keeper.write(link, FOLLOWING.withBoundaryDoubted(true));
        assertThat(keeper.read(link)).contains(FOLLOWING.withBoundaryDoubted(true));

        keeper.boundaryPassed(link);

        assertThat(keeper.read(link)).contains(FOLLOWING);
    }
}
