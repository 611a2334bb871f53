package io.pikaferry.worker.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.threads.Threads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RunningJobsTest {

    private static final JobSettings SETTINGS = new JobSettings(
            new Endpoint("source", 9221),
            Optional.empty(),
            TargetAddress.parse("redis://target:6379", Optional.empty()),
            JobSettings.FullSync.AUTO,
            1,
            JobSettings.OnExistingKeys.FAIL,
            JobSettings.OnError.RECORD,
            JobSettings.TypeConflict.PREFER,
            Map.of(),
            Limits.NONE);

    private Path data;
    private RunningJobs jobs;

    @BeforeEach
    void jobsWhoseTargetIsNotThere(@TempDir Path directory) {
        data = directory;
        Stages stages = new Stages(
                (access, work) -> {
                    throw new AssertionError("the target comes first");
                },
                (access, generation) -> {
                    throw new AssertionError("the target comes first");
                },
                settings -> {
                    throw new AssertionError("the target comes first");
                },
                settings -> {
                    throw new FerryException(ErrorCode.TARGET_UNREACHABLE, "target: not there");
                },
                settings -> SenderConfig.ofLanes(1));
        jobs = new RunningJobs(stages, new JobEnvironment(data, Clock.systemUTC(), Threads.ofTheMachine()));
    }

    private Path leftBy(String job) throws IOException {
        Path home = data.resolve("jobs").resolve(job);
        Files.createDirectories(home.resolve("snapshot/db0"));
        Files.writeString(home.resolve("snapshot/db0/000004.sst"), "a dump");
        Files.writeString(home.resolve("snapshot.txt"), job + "-1.1");
        return home;
    }

    /** P8: a worker that died in a load has left a dump; the job went elsewhere. */
    @Test
    void whatAJobThatIsNotHereHasLeftOnTheDiskIsRemoved() throws IOException, InterruptedException {
        Path gone = leftBy("gone");
        Path here = leftBy("here");
        jobs.assign(new Assignment(new JobId("here"), 2, SETTINGS, Map.of(), false));
        try {
            jobs.removeLeftovers();

            assertThat(gone).doesNotExist();
            assertThat(here.resolve("snapshot/db0/000004.sst")).exists();
        } finally {
            jobs.leaving();
            assertThat(jobs.stopAll(20, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void nothingIsRemovedWhereNoJobHasBeen() {
        assertThatCode(jobs::removeLeftovers).doesNotThrowAnyException();
        assertThat(data).isEmptyDirectory();
    }

    @Test
    void whatNoJobCanHaveLeftStays() throws IOException {
        Path foreign = Files.createDirectories(data.resolve("jobs/lost+found"));
        Path gone = leftBy("gone");

        jobs.removeLeftovers();

        assertThat(foreign).exists();
        assertThat(gone).doesNotExist();
    }
}
