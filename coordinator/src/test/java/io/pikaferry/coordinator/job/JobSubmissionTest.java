package io.pikaferry.coordinator.job;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.job.JobSubmission.Submitted;
import io.pikaferry.coordinator.ledger.InMemoryJournalStore;
import io.pikaferry.coordinator.ledger.Journal;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.secret.InMemorySecretStore;
import io.pikaferry.coordinator.secret.Secrets;
import io.pikaferry.coordinator.secret.Secrets.Side;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class JobSubmissionTest {

    private static final Optional<Bytes> NONE = Optional.empty();

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final Journal journal = new Journal(new InMemoryJournalStore(), 200);
    private final Secrets secrets =
            new Secrets(new InMemorySecretStore(), new SecretKeySpec(new byte[32], "AES"), "secret.key");
    private final JobLifecycle lifecycle = new JobLifecycle(jobs, journal, () -> NOON, () -> {});
    private final JobSubmission submission = new JobSubmission(jobs, lifecycle, secrets, journal, () -> NOON, () -> {});

    @Test
    void aSubmittedJobWantsAWorker() {
        Submitted submitted = submission.submit(spec("orders"), NONE, NONE, false);

        assertThat(submitted.created()).isTrue();
        assertThat(submitted.job().observed()).isEqualTo(JobState.PENDING);
        assertThat(jobs.find(ORDERS).orElseThrow().value()).isEqualTo(submitted.job());
        assertThat(journal.read(ORDERS))
                .extracting(JournalEntry::message)
                .containsExactly("from 10.0.0.5:9221 to redis://10.0.0.9:6379/0");
    }

    @Test
    void theSameSpecAgainAnswersWithTheJobAsItIs() {
        submission.submit(spec("orders"), NONE, NONE, true);

        Submitted again = submission.submit(spec("orders"), NONE, NONE, false);

        assertThat(again.created()).isFalse();
        assertThat(again.job().observed()).isEqualTo(JobState.PAUSED);
        assertThat(journal.read(ORDERS)).hasSize(1);
    }

    @Test
    void aNewPasswordReplacesTheKeptOneAndTheOtherStays() {
        submission.submit(spec("orders"), Optional.of(Bytes.utf8("a")), Optional.of(Bytes.utf8("b")), false);

        MigrationJob again = submission
                .submit(spec("orders"), Optional.of(Bytes.utf8("c")), NONE, false)
                .job();

        assertThat(secrets.read(ORDERS, Side.SOURCE)).contains(Bytes.utf8("c"));
        assertThat(secrets.read(ORDERS, Side.TARGET)).contains(Bytes.utf8("b"));
        assertThat(again.sourcePassword()).isTrue();
        assertThat(again.targetPassword()).isTrue();
        assertThat(journal.read(ORDERS))
                .extracting(JournalEntry::message)
                .contains("new password for the source; used from the next assignment on");
    }

    @Test
    void aJobThatIsAnotherLeavesTheKeptPasswordAlone() {
        submission.submit(spec("orders"), Optional.of(Bytes.utf8("a")), NONE, false);

        assertThatThrownBy(() -> submission.submit(
                        spec("orders", "redis://elsewhere:1"), Optional.of(Bytes.utf8("x")), NONE, false))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.JOB_EXISTS))
                .hasMessage("job orders exists with another spec: its target is redis://10.0.0.9:6379/0,"
                        + " submitted was redis://elsewhere:1/0");
        assertThat(secrets.read(ORDERS, Side.SOURCE)).contains(Bytes.utf8("a"));
    }

    /** P4: the fence in the target remembers the epochs of the job before. */
    @Test
    void aNameThatIsUsedAgainGoesOnCountingEpochs() {
        jobs.create(Jobs.job(JobState.BLOCKED));
        lifecycle.delete(ORDERS);

        assertThat(submission.submit(spec("orders"), NONE, NONE, false).job().epoch())
                .isEqualTo(1);
    }
}
