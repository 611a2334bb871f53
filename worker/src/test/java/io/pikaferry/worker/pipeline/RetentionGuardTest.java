package io.pikaferry.worker.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.Generation;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P6: nobody should be surprised by a second full sync. Files of 1,000 bytes, ten of them kept. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RetentionGuardTest {

    private final Map<String, String> settings =
            new HashMap<>(Map.of("expire-logs-nums", "10", "binlog-file-size", "1000"));
    private final RetentionGuard guard =
            new RetentionGuard(name -> Optional.ofNullable(settings.get(name)), Generation.C);

    @Test
    void oursGoesWhenSoManyFilesHaveBegunAfterIt() {
        assertThat(look(5, 5, 0).filesLeft()).isEqualTo(10);
        assertThat(look(5, 12, 0).filesLeft()).isEqualTo(3);
        assertThat(look(5, 15, 0).filesLeft()).isZero();
        assertThat(look(5, 99, 0).filesLeft()).isZero();
    }

    /** 100 bytes a second: three files are 3,000 bytes, of which 400 are written. */
    @Test
    void theTimeLeftIsThatOfTheRecentRate() {
        assertThat(look(5, 11, 400).secondsLeft()).isNegative();

        Retention later =
                guard.look(StreamId.ONLY, at(5, 0), at(12, 400), 10_000).orElseThrow();

        assertThat(later.filesLeft()).isEqualTo(3);
        assertThat(later.secondsLeft()).isEqualTo(26);
        assertThat(later.isNear()).isTrue();
    }

    @Test
    void aSourceThatIsIdlePurgesNothing() {
        look(5, 5, 100);

        Retention later =
                guard.look(StreamId.ONLY, at(5, 0), at(5, 100), 60_000).orElseThrow();

        assertThat(later.secondsLeft()).isNegative();
        assertThat(later.isNear()).isFalse();
    }

    @Test
    void whoDoesNotSayIsNotGuessedAbout() {
        settings.clear();

        assertThat(guard.look(StreamId.ONLY, at(5, 0), at(9, 0), 0)).isEmpty();
    }

    @Test
    void onlyFrom31OnASourceKeepsWhatASlaveHasNotAcknowledged() {
        assertThat(look(5, 5, 0).held()).isTrue();
        RetentionGuard old = new RetentionGuard(name -> Optional.ofNullable(settings.get(name)), Generation.B);
        assertThat(old.look(StreamId.ONLY, at(5, 0), at(5, 0), 0).orElseThrow().held())
                .isFalse();
    }

    private Retention look(long confirmed, long end, long offset) {
        return guard.look(StreamId.ONLY, at(confirmed, 0), at(end, offset), 0).orElseThrow();
    }

    private static BinlogPosition at(long filenum, long offset) {
        return new BinlogPosition(filenum, offset);
    }
}
