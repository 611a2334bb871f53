package io.pikaferry.worker.master.protobuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(20)
class AckWindowTest {

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }

    private final AckWindow window = new AckWindow();

    private void arrive(long... offsets) {
        for (long offset : offsets) {
            window.received(at(offset));
            window.delivered(at(offset));
        }
    }

    @Test
    void anAckGoesFromTheFirstUnackedToTheLastConfirmed() {
        arrive(10, 20, 30, 40);

        window.confirm(at(20));
        window.confirm(at(30));

        assertThat(window.takeAck()).contains(new AckWindow.Range(at(10), at(30)));
        assertThat(window.takeAck()).isEmpty();
        assertThat(window.isEmpty()).isFalse();
        window.confirm(at(40));
        assertThat(window.takeAck()).contains(new AckWindow.Range(at(40), at(40)));
        assertThat(window.isEmpty()).isTrue();
    }

    @Test
    void aConfirmationBetweenTwoItemsCoversTheFirst() {
        arrive(10, 20);
        window.confirm(at(15));
        assertThat(window.takeAck()).contains(new AckWindow.Range(at(10), at(10)));
    }

    @Test
    void anEarlierConfirmationChangesNothing() {
        arrive(10, 20);
        window.confirm(at(20));
        window.confirm(at(10));
        assertThat(window.takeAck()).contains(new AckWindow.Range(at(10), at(20)));
    }

    /** P1: what nobody has applied cannot have been confirmed. */
    @Test
    void whatWasNotDeliveredIsNotAcked() {
        arrive(10);
        window.received(at(20));

        window.confirm(at(99));
        assertThat(window.takeAck()).contains(new AckWindow.Range(at(10), at(10)));

        window.delivered(at(20));
        assertThat(window.takeAck()).isEmpty();
    }

    /** P1: every ack is a range that the master has in its window, each item once, in order, and never unconfirmed. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void theMastersWindowTakesEveryAck(long seed) {
        Random random = new Random(seed);
        List<BinlogPosition> all = new ArrayList<>();
        int received = 0;
        int delivered = 0;
        int confirmed = 0;
        int acked = 0;
        long offset = 0;
        for (int i = 0; i < 20_000; i++) {
            offset += 8 + random.nextInt(100);
            all.add(new BinlogPosition(i / 5000, offset));
        }
        while (acked < all.size()) {
            switch (random.nextInt(4)) {
                case 0 -> {
                    for (int n = random.nextInt(200); n > 0 && received < all.size(); n--) {
                        window.received(all.get(received++));
                    }
                }
                case 1 -> {
                    for (int n = random.nextInt(200); n > 0 && delivered < received; n--) {
                        window.delivered(all.get(delivered++));
                    }
                }
                case 2 -> {
                    if (delivered > 0) {
                        int upTo = random.nextInt(delivered + 1);
                        confirmed = Math.max(confirmed, upTo);
                        if (upTo > 0) {
                            window.confirm(all.get(upTo - 1));
                        }
                    }
                }
                default -> {
                    Optional<AckWindow.Range> ack = window.takeAck();
                    if (confirmed > acked) {
                        assertThat(ack).contains(new AckWindow.Range(all.get(acked), all.get(confirmed - 1)));
                        acked = confirmed;
                    } else {
                        assertThat(ack).isEmpty();
                    }
                }
            }
            assertThat(window.isEmpty()).isEqualTo(acked == received);
        }
    }
}
