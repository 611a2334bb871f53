package io.pikaferry.worker.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class MarksTest {

    private static final StreamId DB0 = StreamId.ONLY;
    private static final StreamId DB1 = new StreamId(1, 0);

    /** P1: the slowest lane decides. */
    @Test
    void resumesEachStreamAfterItsSlowestLane() {
        Marks marks = new Marks(
                3,
                Map.of(
                        DB0,
                        Map.of(0, at(2, 10), 1, at(1, 900), 2, at(3, 0)),
                        DB1,
                        Map.of(0, at(7, 7), 1, at(7, 6), 2, at(7, 8))));

        assertThat(marks.resumeAfter()).containsExactly(Map.entry(DB0, at(1, 900)), Map.entry(DB1, at(7, 6)));
    }

    @Test
    void theFurthestIsTheLaneThatIsAhead() {
        Marks marks = new Marks(2, Map.of(DB0, Map.of(0, at(2, 10), 1, at(1, 900))));

        assertThat(marks.furthest(DB0)).isEqualTo(at(2, 10));
        assertThat(marks.of(DB0, 0)).isEqualTo(at(2, 10));
        assertThat(marks.of(DB0, 1)).isEqualTo(at(1, 900));
    }

    @Test
    void levelMarksHaveEveryLaneAtTheSamePlace() {
        Marks marks = Marks.level(4, Map.of(DB0, at(1, 5), DB1, at(2, 6)));

        assertThat(marks.streams()).containsExactlyInAnyOrder(DB0, DB1);
        for (int lane = 0; lane < 4; lane++) {
            assertThat(marks.of(DB0, lane)).isEqualTo(at(1, 5));
            assertThat(marks.of(DB1, lane)).isEqualTo(at(2, 6));
        }
        assertThat(marks.resumeAfter()).isEqualTo(Map.of(DB0, at(1, 5), DB1, at(2, 6)));
        assertThat(marks.furthest(DB1)).isEqualTo(at(2, 6));
    }

    @Test
    void whatTheyWereMadeFromMayChangeAfterwards() {
        Map<Integer, BinlogPosition> perLane = new HashMap<>(Map.of(0, at(1, 5)));
        Map<StreamId, Map<Integer, BinlogPosition>> positions = new HashMap<>(Map.of(DB0, perLane));
        Marks marks = new Marks(1, positions);

        perLane.put(0, at(9, 9));
        positions.clear();

        assertThat(marks.of(DB0, 0)).isEqualTo(at(1, 5));
    }

    @Test
    void everyStreamNeedsAMarkOfEveryLane() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Marks(2, Map.of(DB1, Map.of(0, at(1, 5)))))
                .withMessage("db1.0 has marks of 1 lanes, expected 2");
    }

    @Test
    void thereIsAtLeastOneLane() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Marks(0, Map.of()))
                .withMessage("lanes must be positive, got 0");
    }

    private static BinlogPosition at(long filenum, long offset) {
        return new BinlogPosition(filenum, offset);
    }
}
