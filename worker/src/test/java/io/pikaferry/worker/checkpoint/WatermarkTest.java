package io.pikaferry.worker.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.pikaferry.model.BinlogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: the place to resume after never lies beyond an item that has not taken effect. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WatermarkTest {

    private final List<BinlogPosition> advances = new ArrayList<>();
    private final Watermark watermark = new Watermark(at(5), advances::add);

    @Test
    void beginsAtItsStartWithNothingOnItsWay() {
        assertThat(watermark.position()).isEqualTo(at(5));
        assertThat(watermark.inFlight()).isZero();
        assertThat(watermark.oldestOnItsWay()).isZero();
        assertThat(advances).isEmpty();
    }

    @Test
    void aGapHoldsTheWatermarkBack() {
        watermark.sent(at(10), 100, 1).confirmed();
        Watermark.InFlight gap = watermark.sent(at(20), 101, 1);
        watermark.sent(at(30), 102, 1).confirmed();
        watermark.sent(at(40), 103, 1).confirmed();

        assertThat(watermark.position()).isEqualTo(at(10));
        assertThat(watermark.inFlight()).isEqualTo(3);
        assertThat(watermark.oldestOnItsWay()).isEqualTo(101);

        gap.confirmed();

        assertThat(watermark.position()).isEqualTo(at(40));
        assertThat(watermark.inFlight()).isZero();
        assertThat(advances).containsExactly(at(10), at(40));
    }

    @Test
    void anItemOfSeveralPartsNeedsThemAll() {
        Watermark.InFlight item = watermark.sent(at(10), 100, 3);

        item.confirmed();
        item.confirmed();
        assertThat(watermark.position()).isEqualTo(at(5));

        item.confirmed();
        assertThat(watermark.position()).isEqualTo(at(10));
    }

    @Test
    void manyConfirmedTogetherMoveItOnce() {
        List<BinlogPosition> otherAdvances = new ArrayList<>();
        Watermark other = new Watermark(at(5), otherAdvances::add);
        List<Watermark.InFlight> batch = List.of(
                watermark.sent(at(10), 100, 1),
                watermark.sent(at(20), 101, 1),
                other.sent(at(30), 101, 1),
                watermark.sent(at(40), 102, 1));
        Watermark.InFlight last = watermark.sent(at(50), 102, 1);

        Watermark.confirmed(batch);

        assertThat(advances).containsExactly(at(20), at(40));
        assertThat(otherAdvances).containsExactly(at(30));
        assertThat(watermark.inFlight()).isOne();
        last.confirmed();
        assertThat(watermark.position()).isEqualTo(at(50));
    }

    @Test
    void anItemWithoutPartsMovesTheWatermarkAtOnce() {
        watermark.sent(at(10), 100, 0);

        assertThat(watermark.position()).isEqualTo(at(10));
        assertThat(watermark.inFlight()).isZero();
    }

    @Test
    void anItemWithoutPartsWaitsForThoseBeforeIt() {
        Watermark.InFlight before = watermark.sent(at(10), 100, 1);
        watermark.sent(at(20), 101, 0);
        assertThat(watermark.position()).isEqualTo(at(5));

        before.confirmed();
        assertThat(advances).containsExactly(at(20));
    }

    @Test
    void theNextFileComesAfterAnyOffsetOfThisOne() {
        watermark.sent(new BinlogPosition(0, 1_000_000), 100, 1).confirmed();
        watermark.sent(new BinlogPosition(1, 10), 101, 1).confirmed();

        assertThat(watermark.position()).isEqualTo(new BinlogPosition(1, 10));
    }

    @Test
    void itemsHaveToSetOutInOrder() {
        watermark.sent(at(20), 100, 1);

        assertThatIllegalStateException()
                .isThrownBy(() -> watermark.sent(at(20), 101, 1))
                .withMessage("sent 0:20 after 0:20");
        assertThatIllegalStateException()
                .isThrownBy(() -> watermark.sent(at(10), 101, 1))
                .withMessage("sent 0:10 after 0:20");
        assertThat(watermark.inFlight()).isOne();
    }

    @Test
    void aConfirmationTooManyIsABug() {
        Watermark.InFlight item = watermark.sent(at(10), 100, 1);
        item.confirmed();

        assertThatIllegalStateException().isThrownBy(item::confirmed).withMessage("confirmed 0:10 once too often");
        assertThatIllegalStateException()
                .isThrownBy(watermark.sent(at(20), 100, 0)::confirmed)
                .withMessage("confirmed 0:20 once too often");
    }

    /** Against the definition: the end of the last item before the oldest that is not confirmed. */
    @ParameterizedTest(name = "confirmed in any order it is where the definition says, seed {0}")
    @ValueSource(longs = {1, 2, 3, 20_261_122, 987_654_321})
    void confirmedInAnyOrderItIsWhereTheDefinitionSays(long seed) {
        Random random = new Random(seed);
        List<BinlogPosition> ends = new ArrayList<>();
        List<Integer> missing = new ArrayList<>(); // confirmations, of each item
        List<Part> onTheirWay = new ArrayList<>();
        long offset = 5;
        for (int step = 0; step < 2_000; step++) {
            if (onTheirWay.isEmpty() || (ends.size() < 700 && random.nextInt(3) == 0)) {
                offset += 1 + random.nextInt(50);
                int parts = random.nextInt(4);
                Watermark.InFlight item = watermark.sent(at(offset), 100 + ends.size(), parts);
                for (int part = 0; part < parts; part++) {
                    onTheirWay.add(new Part(ends.size(), item));
                }
                ends.add(at(offset));
                missing.add(parts);
            } else {
                Part part = onTheirWay.remove(random.nextInt(onTheirWay.size()));
                missing.set(part.index, missing.get(part.index) - 1);
                part.item.confirmed();
            }
            assertIsWhereTheDefinitionSays(ends, missing);
        }
        for (int i = 1; i < advances.size(); i++) {
            assertThat(advances.get(i)).isGreaterThan(advances.get(i - 1));
        }
    }

    private record Part(int index, Watermark.InFlight item) {}

    private void assertIsWhereTheDefinitionSays(List<BinlogPosition> ends, List<Integer> missing) {
        int oldest = 0;
        while (oldest < ends.size() && missing.get(oldest) == 0) {
            oldest++;
        }
        assertThat(watermark.position()).isEqualTo(oldest == 0 ? at(5) : ends.get(oldest - 1));
        assertThat(watermark.inFlight()).isEqualTo(ends.size() - oldest);
        assertThat(watermark.oldestOnItsWay()).isEqualTo(oldest == ends.size() ? 0 : 100 + oldest);
        if (!advances.isEmpty()) {
            assertThat(advances.get(advances.size() - 1)).isEqualTo(watermark.position());
        }
    }

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }
}
