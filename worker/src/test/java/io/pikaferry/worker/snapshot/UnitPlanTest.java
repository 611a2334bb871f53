package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.UnitPlan.Part;
import io.pikaferry.worker.snapshot.UnitPlan.Weight;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class UnitPlanTest {

    @Test
    void aDatabaseWithoutFilesIsOnePart() {
        assertThat(UnitPlan.cut(List.of(), 4)).containsExactly(new Part(KeyRange.ALL, 0, 0));
    }

    @Test
    void filesOfEqualSizeAreSharedEqually() {
        List<Weight> weights = List.of(weight("d", 10), weight("a", 10), weight("c", 10), weight("b", 10));

        assertThat(UnitPlan.cut(weights, 2)).containsExactly(part("", "c", 20), part("c", "", 20));
    }

    @Test
    void aKeyThatFillsManyFilesIsNotCut() {
        List<Weight> weights =
                List.of(weight("a", 10), weight("huge", 10), weight("huge", 10), weight("huge", 10), weight("z", 10));

        assertThat(UnitPlan.cut(weights, 5))
                .containsExactly(part("", "huge", 10), part("huge", "z", 30), part("z", "", 10));
    }

    @Test
    void allPartsTogetherAreEverything() {
        Random random = new Random(7);
        for (int round = 0; round < 500; round++) {
            List<Weight> weights = IntStream.range(0, random.nextInt(40))
                    .mapToObj(i -> weight(Integer.toString(random.nextInt(20), 36), random.nextInt(100)))
                    .toList();
            int wanted = 1 + random.nextInt(10);

            List<Part> parts = UnitPlan.cut(weights, wanted);

            assertThat(parts).hasSizeBetween(1, wanted);
            assertThat(parts.get(0).range().from()).isEmpty();
            assertThat(parts.get(parts.size() - 1).range().to()).isEmpty();
            for (int i = 1; i < parts.size(); i++) {
                assertThat(parts.get(i).range().from())
                        .isPresent()
                        .isEqualTo(parts.get(i - 1).range().to());
            }
            assertThat(parts.stream().mapToLong(Part::bytes).sum())
                    .isEqualTo(weights.stream().mapToLong(Weight::bytes).sum());
        }
    }

    private static Weight weight(String key, long bytes) {
        return new Weight(Bytes.utf8(key), bytes, bytes);
    }

    private static Part part(String from, String to, long bytes) {
        return new Part(new KeyRange(bound(from), bound(to)), bytes, bytes);
    }

    private static Optional<Bytes> bound(String key) {
        return key.isEmpty() ? Optional.empty() : Optional.of(Bytes.utf8(key));
    }
}
