package io.pikaferry.worker.sender;

import static io.pikaferry.worker.sender.ScriptedLink.answering;
import static io.pikaferry.worker.sender.ScriptedLink.results;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetError;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P2: the marks take effect with the data or not at all. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class TransactionTest {

    private static final int CONTROL_DB = 4;

    private final Transaction<String> transaction = new Transaction<>(CONTROL_DB);

    @Test
    void whatIsInTheControlDatabaseNeedsNoSelect() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        transaction.own(command("HSET marks f 1"));
        ScriptedLink link = answering("OK", "QUEUED", "QUEUED", results("OK", 1L));

        Transaction.Outcome<String> outcome = transaction.execute(link);

        assertThat(link.sent()).containsExactly("MULTI", "SET k v", "HSET marks f 1", "EXEC");
        assertApplied(outcome);
    }

    @Test
    void selectsOnlyWhereTheDatabaseChangesAndIsBackBeforeExec() {
        transaction.data(0, "a", command("SET k1 v"));
        transaction.data(0, "b", command("SET k2 v"));
        transaction.data(7, "c", command("SET k3 v"));
        ScriptedLink link = answering(
                "OK",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                results("OK", "OK", "OK", "OK", "OK", "OK"));

        assertApplied(transaction.execute(link));
        assertThat(link.sent())
                .containsExactly(
                        "MULTI", "SELECT 0", "SET k1 v", "SET k2 v", "SELECT 7", "SET k3 v", "SELECT 4", "EXEC");
    }

    @Test
    void ourOwnCommandsGoToTheControlDatabase() {
        transaction.data(0, "a", command("SET k v"));
        transaction.own(command("HSET marks f 1"));
        transaction.own(command("HDEL held g"));
        ScriptedLink link =
                answering("OK", "QUEUED", "QUEUED", "QUEUED", "QUEUED", "QUEUED", results("OK", "OK", "OK", 1L, 1L));

        assertApplied(transaction.execute(link));
        assertThat(link.sent())
                .containsExactly("MULTI", "SELECT 0", "SET k v", "SELECT 4", "HSET marks f 1", "HDEL held g", "EXEC");
    }

    /** The target knows it by then, whatever it was told before the transaction. */
    @Test
    void aScriptIsSaidInFullOnceAndThenByItsDigest() {
        byte[][] script = command("EVAL return 1 k");
        byte[][] same = command("EVAL x 1 other");
        same[1] = script[1];
        transaction.data(CONTROL_DB, "a", script);
        transaction.data(CONTROL_DB, "b", same);
        ScriptedLink link = answering("OK", "QUEUED", "QUEUED", results(1L, "-ERR no"));

        Transaction.Outcome<String> outcome = transaction.execute(link);

        assertThat(link.sent())
                .containsExactly(
                        "MULTI", "EVAL return 1 k", "EVALSHA 63143b6f8007b98c53ca2149822777b3566f9241 1 other", "EXEC");
        assertThat(outcome.refusals()).singleElement().satisfies(refusal -> assertThat(refusal.command())
                .isEqualTo("EVAL"));
    }

    /** P1: a target that was flushed in between takes what comes as if nothing had been before. */
    @Test
    void aMarkThatIsNewToTheTargetMeansThatItLostTheEarlierOnes() {
        transaction.data(CONTROL_DB, "a", command("INCR k"));
        transaction.marks(command("HSET marks f 2"));
        ScriptedLink flushed = answering("OK", "QUEUED", "QUEUED", results(1L, 1L));

        assertThatThrownBy(() -> transaction.execute(flushed))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_MARKS_LOST));
    }

    @Test
    void aMarkThatMovesOneThatIsThereIsAsItShouldBe() {
        transaction.data(CONTROL_DB, "a", command("SADD k m"));
        transaction.marks(command("HSET marks f 2"));

        assertApplied(transaction.execute(answering("OK", "QUEUED", "QUEUED", results(1L, 0L))));
    }

    /** P5: the refused one finds its owner, whatever SELECTs stand between. */
    @Test
    void aRefusalInsideExecLeavesTheOthersApplied() {
        transaction.data(0, "a", command("SET k1 v"));
        transaction.data(1, "b", command("lpush k2 v"));
        transaction.own(command("HSET marks f 1"));
        ScriptedLink link = answering(
                "OK",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                "QUEUED",
                results("OK", "OK", "OK", "-WRONGTYPE Operation against a key", "OK", 1L));

        Transaction.Outcome<String> outcome = transaction.execute(link);

        assertThat(outcome.applied()).isTrue();
        assertThat(outcome.waitFor()).isEmpty();
        assertThat(outcome.refusals())
                .containsExactly(
                        new Transaction.Refusal<>("b", "LPUSH", new TargetError("WRONGTYPE Operation against a key")));
        assertThat(outcome.refusals().get(0).message()).isEqualTo("LPUSH: WRONGTYPE Operation against a key");
    }

    @Test
    void outOfMemoryWhileQueueingAbortsAndIsWaitedFor() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        transaction.own(command("HSET marks f 1"));
        ScriptedLink link = answering(
                "OK",
                "-OOM command not allowed when used memory > 'maxmemory'.",
                "QUEUED",
                "-EXECABORT Transaction discarded because of previous errors.");

        assertWaitsFor(transaction.execute(link), "OOM command not allowed when used memory > 'maxmemory'.");
    }

    @Test
    void outOfMemoryAtOurOwnCommandIsWaitedForToo() {
        transaction.data(CONTROL_DB, "a", command("DEL k"));
        transaction.own(command("HSET marks f 1"));
        ScriptedLink link =
                answering("OK", "QUEUED", "-OOM full", "-EXECABORT Transaction discarded because of previous errors.");

        assertWaitsFor(transaction.execute(link), "OOM full");
    }

    /** What may pass comes first: the unknown command is met again when the target takes commands again. */
    @Test
    void waitingComesBeforeLeavingOut() {
        transaction.data(CONTROL_DB, "a", command("NOSUCH k"));
        transaction.data(CONTROL_DB, "b", command("SET k v"));
        ScriptedLink link = answering(
                "OK",
                "-ERR unknown command 'NOSUCH'",
                "-OOM full",
                "-EXECABORT Transaction discarded because of previous errors.");

        assertWaitsFor(transaction.execute(link), "OOM full");
    }

    /** P5, and payload never gets out: Redis quotes the arguments. */
    @Test
    void anUnknownCommandIsToBeLeftOutAndItsArgumentsAreNotQuoted() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        transaction.data(CONTROL_DB, "b", command("NOSUCH secret"));
        ScriptedLink link = answering(
                "OK",
                "QUEUED",
                "-ERR unknown command 'NOSUCH', with args beginning with: 'secret' ",
                "-EXECABORT Transaction discarded because of previous errors.");

        Transaction.Outcome<String> outcome = transaction.execute(link);

        assertThat(outcome.applied()).isFalse();
        assertThat(outcome.waitFor()).isEmpty();
        assertThat(outcome.refusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.owner()).isEqualTo("b");
            assertThat(refusal.message()).isEqualTo("NOSUCH: ERR unknown command 'NOSUCH'");
        });
    }

    @Test
    void anAbortSaysBecauseOfWhatAndThatIsWaitedFor() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link =
                answering("OK", "QUEUED", "-EXECABORT Transaction discarded because of: OOM command not allowed");

        assertWaitsFor(transaction.execute(link), "OOM command not allowed");
    }

    @Test
    void anAbortBecauseOfSomethingLastingEndsTheTry() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link = answering(
                "OK", "QUEUED", "-EXECABORT Transaction discarded because of: NOPERM this user has no permissions");

        assertFails(
                link,
                ErrorCode.TARGET_NO_PERMISSION,
                "the target refused a transaction: NOPERM this user has no permissions");
    }

    @Test
    void anExecThatExecutedNothingIsTriedAgain() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link = answering("OK", "QUEUED", ScriptedLink.NIL);

        assertWaitsFor(transaction.execute(link), "TRYAGAIN nothing was executed");
    }

    @Test
    void aRefusalOfOurOwnCommandEndsTheTry() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        transaction.own(command("HSET marks f 1"));
        ScriptedLink link = answering("OK", "QUEUED", "QUEUED", results("OK", "-WRONGTYPE not a hash"));

        assertFails(
                link, ErrorCode.TARGET_REJECTED_COMMAND, "the target refused the job's own HSET: WRONGTYPE not a hash");
    }

    @Test
    void aRefusedSelectEndsTheTry() {
        transaction.data(99, "a", command("SET k v"));
        ScriptedLink link =
                answering("OK", "QUEUED", "QUEUED", "QUEUED", results("-ERR DB index is out of range", "OK", "OK"));

        assertFails(
                link,
                ErrorCode.TARGET_REJECTED_COMMAND,
                "the target refused the job's own SELECT: ERR DB index is out of range");
    }

    @Test
    void aMultiThatIsRefusedForNowIsWaitedFor() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link = answering("-LOADING in memory", "-LOADING in memory", "-ERR EXEC without MULTI");

        assertWaitsFor(transaction.execute(link), "LOADING in memory");
    }

    @Test
    void aMultiThatIsRefusedForGoodEndsTheTry() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link = answering(
                "-NOPERM no permissions to run 'multi'",
                "-NOPERM no permissions to run 'set'",
                "-ERR EXEC without MULTI");

        assertFails(
                link,
                ErrorCode.TARGET_NO_PERMISSION,
                "the target refused to begin a transaction: NOPERM no permissions to run 'multi'");
    }

    /** Data without marks: only reading the marks again tells where to go on. */
    @Test
    void commandsThatWereAcceptedWithoutMultiEndTheTry() {
        transaction.data(CONTROL_DB, "a", command("SET k v"));
        ScriptedLink link = answering("-NOPERM no permissions to run 'multi'", "OK", "-ERR EXEC without MULTI");

        assertFails(
                link,
                ErrorCode.TARGET_NOT_READY,
                "the target refused to begin a transaction: NOPERM no permissions to run 'multi'");
    }

    private void assertFails(ScriptedLink link, ErrorCode code, String message) {
        assertThatThrownBy(() -> transaction.execute(link))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }

    private static void assertApplied(Transaction.Outcome<String> outcome) {
        assertThat(outcome.applied()).isTrue();
        assertThat(outcome.waitFor()).isEmpty();
        assertThat(outcome.refusals()).isEmpty();
    }

    private static void assertWaitsFor(Transaction.Outcome<String> outcome, String message) {
        assertThat(outcome.applied()).isFalse();
        assertThat(outcome.waitFor()).contains(new TargetError(message));
        assertThat(outcome.refusals()).isEmpty();
    }

    private static byte[][] command(String words) {
        return Arrays.stream(words.split(" "))
                .map(word -> word.getBytes(US_ASCII))
                .toArray(byte[][]::new);
    }
}
