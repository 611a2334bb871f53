package io.pikaferry.worker.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.target.StateKeeper;
import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import io.pikaferry.worker.target.TargetState;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** P1: what the target has lost while nobody wrote, over a real server. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TargetWatchTest {

    private static final Marks CONFIRMED = marks(400);

    @RegisterExtension
    final RedisServer server = new RedisServer();

    private TargetLink link;
    private StateKeeper keeper;
    private TargetWatch watch;

    @BeforeEach
    void watch() {
        TargetLinks links = server.links();
        link = links.open("watching");
        keeper = new StateKeeper(links, new TargetKeys(new JobId("moving")));
        watch = new TargetWatch(links.address(), keeper, link);
    }

    @AfterEach
    void disconnect() {
        link.close();
    }

    private static Marks marks(long offset) {
        return Marks.level(2, Map.of(StreamId.ONLY, new BinlogPosition(3, offset)));
    }

    private static TargetState following(Marks marks) {
        return TargetState.following(marks, true, Optional.empty());
    }

    @Test
    void aTargetThatHasAllAndMoreIsLeftAlone() {
        keeper.write(link, following(CONFIRMED));
        assertThatCode(() -> watch.look(CONFIRMED)).doesNotThrowAnyException();

        keeper.write(link, following(marks(401)));
        assertThatCode(() -> watch.look(CONFIRMED)).doesNotThrowAnyException();
    }

    @Test
    void aTargetThatWasSetBackIsNoticed() {
        keeper.write(link, following(marks(399)));

        assertNoticed(() -> watch.look(CONFIRMED));
    }

    @Test
    void aTargetThatWasEmptiedIsNoticed() {
        assertNoticed(() -> watch.look(CONFIRMED));
    }

    @Test
    void aTargetThatWasRestartedIsNoticed() {
        keeper.write(link, following(CONFIRMED));
        server.stop();

        assertNoticed(() -> watch.look(CONFIRMED));
    }

    @Test
    void aTargetThatDoesNotSayForAWhileIsAskedAgainLater() {
        server.call("ACL", "SETUSER", "default", "-hgetall");

        assertThatCode(() -> watch.look(CONFIRMED)).doesNotThrowAnyException();
    }

    private static void assertNoticed(ThrowingCallable look) {
        assertThatThrownBy(look).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.TARGET_UNREACHABLE));
    }
}
