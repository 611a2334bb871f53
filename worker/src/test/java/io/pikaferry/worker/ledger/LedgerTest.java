package io.pikaferry.worker.ledger;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
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
    private final List<LedgerEntry> heard = new ArrayList<>();
    private final Ledger ledger =
            new Ledger(Clock.fixed(Instant.ofEpochMilli(NOW), ZoneOffset.UTC), waits::add, heard::add);

    @Test
    void keepsWhatWasRefusedUntilItIsStored() {
        refuse(10, "k");

        LedgerEntry entry = ledger.unreported().get(0);
        assertThat(ledger.unreported()).hasSize(1);
        assertThat(entry.code()).isEqualTo(ErrorCode.TARGET_REJECTED_COMMAND);
        assertThat(entry.message()).isEqualTo("LPUSH: WRONGTYPE");
        assertThat(entry.key()).isEqualTo(Bytes.utf8("k"));
        assertThat(entry.db()).isEqualTo(3);
        assertThat(entry.stream()).isEqualTo(STREAM);
        assertThat(entry.position()).contains(at(10));
        assertThat(entry.atMillis()).isEqualTo(NOW);
        assertThat(heard).containsExactly(entry);

        ledger.stored(List.of(entry));
        assertThat(ledger.unreported()).isEmpty();
    }

    @Test
    void theSameThingMetAgainIsOneEntry() {
        refuse(10, "k");
        refuse(10, "k");

        assertThat(ledger.unreported()).hasSize(1);
    }

    @Test
    void keysAndPositionsTellEntriesApart() {
        refuse(10, "k");
        refuse(10, "l");
        refuse(11, "k");

        assertThat(ledger.unreported()).extracting(LedgerEntry::key).containsExactly(key("k"), key("l"), key("k"));
        assertThat(ledger.unreported()).extracting(LedgerEntry::id).doesNotHaveDuplicates();
    }

    /** Names what and where, without the key. */
    @Test
    void theIdIsMadeOfStreamPositionAndAChecksumOfTheKey() {
        refuse(10, "123456789");

        assertThat(ledger.unreported().get(0).id()).isEqualTo("db1.2/0:10/e3069283");
    }

    @Test
    void whatTheSnapshotHadIsToldApartByDatabaseKeyAndMessage() {
        ledger.refusedInLoad(0, bytes("k"), ErrorCode.NOT_REPRESENTABLE, "score is not a number");
        ledger.refusedInLoad(0, bytes("k"), ErrorCode.NOT_REPRESENTABLE, "score is not a number");
        ledger.refusedInLoad(1, bytes("k"), ErrorCode.NOT_REPRESENTABLE, "score is not a number");
        ledger.refusedInLoad(0, bytes("k"), ErrorCode.TYPE_CONFLICT, "two types");

        assertThat(ledger.unreported()).hasSize(3).allSatisfy(entry -> {
            assertThat(entry.id()).startsWith("snapshot/db" + entry.db() + "/");
            assertThat(entry.position()).isEmpty();
        });
    }

    /** What was refused while a report was under way is in the next. */
    @Test
    void storingTakesOnlyWhatWasReported() {
        refuse(10, "k");
        List<LedgerEntry> reported = ledger.unreported();
        refuse(20, "l");

        ledger.stored(reported);

        assertThat(ledger.unreported()).extracting(LedgerEntry::key).containsExactly(key("l"));
    }

    /** P8. */
    @Test
    void moreThanFitAreCounted() {
        for (int i = 1; i <= 2_003; i++) {
            refuse(i, "k");
        }
        refuse(1, "k");

        assertThat(ledger.unreported()).hasSize(2_000);
        assertThat(ledger.takeOverflowed()).isEqualTo(3);
        assertThat(ledger.takeOverflowed()).isZero();
    }

    @Test
    void afterStoringThereIsRoomAgain() {
        for (int i = 1; i <= 2_000; i++) {
            refuse(i, "k");
        }
        ledger.stored(ledger.unreported().subList(0, 1));
        refuse(2_001, "k");

        assertThat(ledger.takeOverflowed()).isZero();
        assertThat(ledger.unreported()).hasSize(2_000);
    }

    @Test
    void passesOnThatTheTargetIsWaitedFor() {
        FerryException why = new FerryException(ErrorCode.TARGET_OUT_OF_MEMORY, "the target says OOM");

        ledger.waiting(Optional.of(why));
        ledger.waiting(Optional.empty());

        assertThat(waits).containsExactly(Optional.of(why), Optional.empty());
        assertThat(ledger.unreported()).isEmpty();
    }

    private void refuse(long offset, String key) {
        ledger.refused(STREAM, at(offset), 3, bytes(key), ErrorCode.TARGET_REJECTED_COMMAND, "LPUSH: WRONGTYPE");
    }

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }

    private static Bytes key(String text) {
        return Bytes.utf8(text);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
