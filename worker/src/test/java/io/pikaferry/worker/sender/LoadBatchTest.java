package io.pikaferry.worker.sender;

import static io.pikaferry.worker.sender.ScriptedLink.answering;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.sender.Transaction.Refusal;
import io.pikaferry.worker.target.RenderedCommands;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** P3: the commands of a key take effect in their order, whatever the target refuses for a while. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LoadBatchTest {

    private static final String OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

    private final RenderedCommands commands = new RenderedCommands(10);
    private final LoadBatch batch = new LoadBatch(List.of(commands));

    private void add(String command) {
        commands.add(Arrays.stream(command.split(" "))
                .map(word -> word.getBytes(US_ASCII))
                .toArray(byte[][]::new));
    }

    @Test
    void goesWithoutATransaction() {
        add("SET k v");
        add("SADD s m");
        ScriptedLink link = answering("OK", 1L);

        Outcome<Bytes> outcome = batch.execute(link);

        assertThat(link.sent()).containsExactly("SET k v", "SADD s m");
        assertThat(outcome.applied()).isTrue();
        assertThat(outcome.refusals()).isEmpty();
    }

    @Test
    void whatIsRefusedForWhatItIsDoesNotKeepTheOthersBack() {
        add("SET k v");
        add("HSET odd f v");
        add("SADD s m");
        ScriptedLink link = answering("OK", "-WRONGTYPE Operation against a key", 1L);

        Outcome<Bytes> outcome = batch.execute(link);

        assertThat(outcome.applied()).isTrue();
        assertThat(outcome.refusals()).extracting(Refusal::owner).containsExactly(Bytes.utf8("odd"));
        assertThat(outcome.refusals()).extracting(Refusal::command).containsExactly("HSET");
    }

    @Test
    void onlyWhatTheTargetWouldNotTakeJustNowIsSentAgain() {
        add("SET k v");
        add("SET l v");
        add("SET m v");
        ScriptedLink link = answering("OK", OOM, "OK", "OK");

        Outcome<Bytes> first = batch.execute(link);
        assertThat(first.applied()).isFalse();
        assertThat(first.waitFor().orElseThrow().code()).isEqualTo(ErrorCode.TARGET_OUT_OF_MEMORY);

        assertThat(batch.execute(link).applied()).isTrue();
        assertThat(link.sent()).containsExactly("SET k v", "SET l v", "SET m v", "SET l v");
    }

    @Test
    void whatComesAfterItAtTheSameKeyIsDoneAgainToo() {
        add("UNLINK h");
        add("HSET h f v");
        add("SET k v");
        add("PEXPIREAT h 9");
        ScriptedLink link = answering("-READONLY You can't write", 1L, "OK", 1L, 1L, 1L, 1L);

        assertThat(batch.execute(link).applied()).isFalse();
        assertThat(batch.execute(link).applied()).isTrue();
        assertThat(link.sent().subList(4, 7)).containsExactly("UNLINK h", "HSET h f v", "PEXPIREAT h 9");
    }

    /** Its key was not made free; the second time it is. */
    @Test
    void aRefusalBehindWhatWasNotTakenIsNotBelieved() {
        add("UNLINK h");
        add("HSET h f v");
        ScriptedLink link = answering("-READONLY You can't write", "-WRONGTYPE Operation against a key", 1L, 1L);

        assertThat(batch.execute(link).applied()).isFalse();
        Outcome<Bytes> second = batch.execute(link);
        assertThat(second.applied()).isTrue();
        assertThat(second.refusals()).isEmpty();
    }

    @Test
    void refusalsAreToldAtTheEndHoweverOftenItTook() {
        add("HSET odd f v");
        add("SET k v");
        ScriptedLink link = answering("-WRONGTYPE Operation against a key", OOM, OOM, "OK");

        assertThat(batch.execute(link).applied()).isFalse();
        assertThat(batch.execute(link).applied()).isFalse();
        assertThat(batch.execute(link).refusals()).hasSize(1);
        assertThat(link.sent()).containsExactly("HSET odd f v", "SET k v", "SET k v", "SET k v");
    }

    @Test
    void allPiecesOfAListMayBeRefusedTogether() {
        add("RPUSH l a");
        add("RPUSH l b");
        ScriptedLink link = answering(OOM, OOM, 1L, 2L);

        assertThat(batch.execute(link).applied()).isFalse();
        assertThat(batch.execute(link).applied()).isTrue();
        assertThat(link.sent()).containsExactly("RPUSH l a", "RPUSH l b", "RPUSH l a", "RPUSH l b");
    }

    /** Sent again it would stand there twice, and before what it comes after. */
    @Test
    void aLaterPieceOfAListThatWasTakenBreaksTheLoadOff() {
        add("RPUSH l a");
        add("RPUSH l b");
        ScriptedLink link = answering(OOM, 1L);

        assertThatThrownBy(() -> batch.execute(link))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_OUT_OF_MEMORY))
                .hasMessageContaining("RPUSH");
    }

    @Test
    void aTargetThatLetsUsWriteNoMoreIsNotAskedAgain() {
        add("SET k v");
        add("SET l v");

        assertThatThrownBy(() -> batch.execute(answering("-NOPERM no permissions", OOM)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TARGET_NO_PERMISSION));
    }
}
