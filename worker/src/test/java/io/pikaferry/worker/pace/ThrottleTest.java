package io.pikaferry.worker.pace;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.pace.Throttle.Sight;
import io.pikaferry.worker.pace.Throttle.Verdict;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(10)
class ThrottleTest {

    private static final double FAST = 10_000;

    private final Throttle throttle = new Throttle();

    private Verdict answersIn(double p99Millis, double commandsPerSecond) {
        return throttle.judge(
                new Sight(OptionalDouble.of(p99Millis), commandsPerSecond, OptionalDouble.empty(), false));
    }

    private Verdict memoryAt(double used, boolean loading) {
        return throttle.judge(new Sight(OptionalDouble.empty(), FAST, OptionalDouble.of(used), loading));
    }

    @Test
    void aHealthyTargetGetsAllThereIs() {
        for (int i = 0; i < 1_000; i++) {
            assertThat(answersIn(i % 10, FAST)).isEqualTo(Verdict.FREE);
        }
    }

    @Test
    void answersThatTakeFarLongerThanUsualCostSpeedBitByBit() {
        answersIn(3, FAST);
        answersIn(900, FAST);

        assertThat(answersIn(900, FAST).commandsPerSecond()).isEqualTo(7_000);
        Verdict second = answersIn(900, 7_000);

        assertThat(second.commandsPerSecond()).isEqualTo(4_900);
        assertThat(second.why()).isEqualTo("target takes 900 ms for a transaction, usually 3 ms");
    }

    @Test
    void speedIsGivenBackBitByBitUntilItIsWhatItWas() {
        answersIn(3, FAST);
        answersIn(900, FAST);
        answersIn(900, FAST);
        answersIn(900, 7_000);

        assertThat(answersIn(3, 4_900).commandsPerSecond()).isEqualTo(6_125);
        assertThat(answersIn(3, 6_125).commandsPerSecond()).isEqualTo(7_656);
        assertThat(answersIn(3, 7_656).commandsPerSecond()).isEqualTo(9_570);
        assertThat(answersIn(3, 9_570)).isEqualTo(Verdict.FREE);
    }

    @Test
    void aHiccupCostsNothing() {
        answersIn(3, FAST);

        assertThat(answersIn(900, 10)).isEqualTo(Verdict.FREE);
        assertThat(answersIn(3, FAST)).isEqualTo(Verdict.FREE);
        assertThat(answersIn(900, FAST)).isEqualTo(Verdict.FREE);
    }

    @Test
    void aLongLineIsNotASlowTarget() {
        for (int i = 0; i < 100; i++) {
            assertThat(answersIn(400 + i % 3, FAST)).isEqualTo(Verdict.FREE);
        }
    }

    @Test
    void whatIsShortAnyhowIsNeverTooLong() {
        answersIn(0.1, FAST);

        assertThat(answersIn(200, FAST)).isEqualTo(Verdict.FREE);
    }

    @Test
    void somethingAlwaysGoesThrough() {
        answersIn(3, FAST);
        Verdict last = Verdict.FREE;
        for (int i = 0; i < 100; i++) {
            last = answersIn(5_000, 0);
        }

        assertThat(last.commandsPerSecond()).isEqualTo(1_000);
    }

    @Test
    void tooFewAnswersChangeNothing() {
        answersIn(3, FAST);
        answersIn(900, FAST);
        Verdict slow = answersIn(900, FAST);

        assertThat(throttle.judge(new Sight(OptionalDouble.empty(), 0, OptionalDouble.empty(), false)))
                .isEqualTo(slow);
    }

    @Test
    void aLoadIntoAFullTargetGetsNextToNothingUntilThereIsRoomAgain() {
        assertThat(memoryAt(0.94, true)).isEqualTo(Verdict.FREE);
        assertThat(memoryAt(0.97, true)).isEqualTo(new Verdict(50, 256 << 10, "target at 97 % of maxmemory"));
        assertThat(memoryAt(0.94, true).why()).isEqualTo("target at 94 % of maxmemory");
        assertThat(memoryAt(0.92, true)).isEqualTo(Verdict.FREE);
    }

    @Test
    void aStreamIsNotSlowedDownByAFullTarget() {
        assertThat(memoryAt(0.99, false)).isEqualTo(Verdict.FREE);
    }
}
