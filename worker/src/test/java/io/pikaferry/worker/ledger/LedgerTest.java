package io.pikaferry.worker.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.sender.Refused;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P5: nothing that could not be applied goes without a trace. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LedgerTest {

    private static final StreamId STREAM = new StreamId(1, 2);
    private static final long NOW = 1_700_000_000_123L;

    private final List<Optional<FerryException>> waits = new ArrayList<>();
    private final List<Refused> heard = new ArrayList<>();
    private final Ledger ledger =
            new Ledger(Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC), waits::add, heard::add);

    @Test
    void keepsWhatWasRefusedUntilItIsStored() {
        Refused written = refuse(10, "k");

        LedgerEntry entry = ledger.unreported().get(0);
        assertThat(ledger.unreported()).hasSize(1);
        assertThat(entry.what()).isEqualTo(written);
        assertThat(written.code()).isEqualTo(ErrorCode.TARGET_REJECTED_COMMAND);
        assertThat(written.command()).isEqualTo("LPUSH");
        assertThat(written.message()).isEqualTo("LPUSH: WRONGTYPE");
        assertThat(written.key()).isEqualTo(Bytes.utf8("k"));
        assertThat(written.db()).isEqualTo(3);
        assertThat(written.stream()).isEqualTo(STREAM);
        assertThat(written.position()).contains(at(10));
        assertThat(written.atMillis()).isEqualTo(NOW);
        assertThat(ledger.isUntold(entry.id())).isTrue();

        ledger.stored(List.of(entry));
        assertThat(ledger.unreported()).isEmpty();
        assertThat(ledger.isUntold(entry.id())).isFalse();
    }

    /** What has been stored may go from the target; what is refused again meanwhile may not. */
    @Test
    void whatIsStoredIsHandedOutOnceToBeForgotten() {
        refuse(10, "k");
        Refused twice = refuse(20, "l");
        ledger.stored(ledger.unreported());
        ledger.begin(List.of(twice));
        refuse(20, "l");

        assertThat(ledger.takeStored()).extracting(Refused::key).containsExactly(key("k"));
        assertThat(ledger.takeStored()).isEmpty();
    }

    @Test
    void isHeardOfWhenItCannotBeLostAnyMore() {
        Refused written = refuse(10, "k");
        assertThat(heard).isEmpty();

        ledger.writtenDown(written);

        assertThat(heard).containsExactly(written);
    }

    @Test
    void theSameThingMetAgainIsOneEntry() {
        refuse(10, "k");
        refuse(10, "k");

        assertThat(ledger.unreported()).hasSize(1);
        assertThat(ledger.unreported().get(0).what().count()).isEqualTo(1);
    }

    /** What concerns a key as a whole is counted. */
    @Test
    void whatHasNoPositionCountsEachTime() {
        for (int i = 0; i < 3; i++) {
            ledger.refused(whole("k"));
            ledger.stored(ledger.unreported());
        }
        ledger.refused(whole("k"));

        assertThat(ledger.unreported())
                .singleElement()
                .satisfies(entry -> assertThat(entry.what().count()).isEqualTo(4));
    }

    @Test
    void keysAndPositionsTellEntriesApart() {
        refuse(10, "k");
        refuse(10, "l");
        refuse(11, "k");

        assertThat(ledger.unreported())
                .extracting(entry -> entry.what().key())
                .containsExactly(key("k"), key("l"), key("k"));
        assertThat(ledger.unreported()).extracting(LedgerEntry::id).doesNotHaveDuplicates();
    }

    /** Names what and where, without the key. */
    @Test
    void theIdIsMadeOfStreamPositionAndAChecksumOfTheKey() {
        refuse(10, "123456789");

        assertThat(ledger.unreported().get(0).id()).isEqualTo("db1.2/0:10/e3069283");
    }

    /** What was refused while a report was under way is in the next. */
    @Test
    void storingTakesOnlyWhatWasReported() {
        refuse(10, "k");
        List<LedgerEntry> reported = ledger.unreported();
        refuse(20, "l");

        ledger.stored(reported);

        assertThat(ledger.unreported()).extracting(entry -> entry.what().key()).containsExactly(key("l"));
    }

    /** P8. */
    @Test
    void moreThanFitAreCountedInOneEntry() {
        for (int i = 1; i <= 2_003; i++) {
            refuse(i, "k");
        }
        refuse(1, "k");

        assertThat(ledger.unreported()).hasSize(2_001);
        assertThat(ledger.unreported().get(2_000).id()).isEqualTo("overflow");
        assertThat(ledger.unreported().get(2_000).what().count()).isEqualTo(3);
    }

    @Test
    void afterStoringThereIsRoomAgain() {
        for (int i = 1; i <= 2_000; i++) {
            refuse(i, "k");
        }
        ledger.stored(ledger.unreported().subList(0, 1));
        refuse(2_001, "k");

        assertThat(ledger.unreported()).hasSize(2_000).noneMatch(entry -> entry.id()
                .equals("overflow"));
    }

    /** P5: what an earlier holder could not tell is told, marked as perhaps told already. */
    @Test
    void whatAnEarlierTenureWroteDownIsToldAgain() {
        Refused earlier = item(10, "k").met(1, 5);

        ledger.found(earlier);

        assertThat(ledger.unreported()).containsExactly(new LedgerEntry(earlier, LedgerEntry.State.OPEN, true));
        assertThat(heard).isEmpty();
    }

    @Test
    void aWishIsBegunOnceAndAnsweredWhenTheKeyIsEqual() {
        Refused entry = item(10, "k").met(2, 5);

        assertThat(ledger.begin(List.of(entry))).containsExactly(entry);
        assertThat(ledger.begin(List.of(entry))).isEmpty();
        ledger.reconciled(List.of(entry.id(), "another"));

        assertThat(ledger.unreported()).singleElement().satisfies(told -> {
            assertThat(told.id()).isEqualTo(entry.id());
            assertThat(told.state()).isEqualTo(LedgerEntry.State.RESOLVED);
        });
        assertThat(ledger.begin(List.of(entry)))
                .as("until it is stored it need not be asked again")
                .isEmpty();
    }

    @Test
    void aWishThatFailsIsMetOnceMore() {
        Refused entry = item(10, "k").met(2, 5);
        ledger.begin(List.of(entry));

        ledger.refused(item(10, "k"));

        assertThat(ledger.unreported()).singleElement().satisfies(told -> {
            assertThat(told.state()).isEqualTo(LedgerEntry.State.OPEN);
            assertThat(told.what().count()).isEqualTo(3);
        });
    }

    @Test
    void aWishOfATryThatFailedCanBeBegunAgain() {
        Refused entry = item(10, "k").met(1, 5);
        ledger.begin(List.of(entry));

        ledger.forgetBegun();

        assertThat(ledger.begin(List.of(entry))).containsExactly(entry);
    }

    @Test
    void whatNobodyWishedForIsNotAnswered() {
        ledger.reconciled(List.of("db0.0/0:10/e3069283"));

        assertThat(ledger.unreported()).isEmpty();
    }

    @Test
    void passesOnThatTheTargetIsWaitedFor() {
        FerryException why = new FerryException(ErrorCode.TARGET_OUT_OF_MEMORY, "the target says OOM");

        ledger.waiting(Optional.of(why));
        ledger.waiting(Optional.empty());

        assertThat(waits).containsExactly(Optional.of(why), Optional.empty());
        assertThat(ledger.unreported()).isEmpty();
    }

    private Refused refuse(long offset, String key) {
        return ledger.refused(item(offset, key));
    }

    private static Refused item(long offset, String key) {
        return Refused.ofItem(
                STREAM, at(offset), 3, key(key), ErrorCode.TARGET_REJECTED_COMMAND, "LPUSH", "LPUSH: WRONGTYPE");
    }

    private static Refused whole(String key) {
        return new Refused(
                "key/" + key, ErrorCode.TYPE_CONFLICT, "", "two types", key(key), 3, STREAM, Optional.empty(), 1, 0);
    }

    private static Bytes key(String text) {
        return Bytes.utf8(text);
    }

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }
}
