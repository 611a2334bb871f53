package io.pikaferry.worker.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.ReceivedSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SnapshotOnDiskTest {

    private static final StreamId DB0 = StreamId.ONLY;
    private static final StreamId DB1 = new StreamId(1, 3);

    private Path home;
    private SnapshotOnDisk disk;
    private ReceivedSnapshot received;

    @BeforeEach
    void aJobsDirectory(@TempDir Path data) {
        home = data.resolve("jobs/moving");
        disk = new SnapshotOnDisk(home);
        received = new ReceivedSnapshot(
                Map.of(
                        DB0,
                        disk.directory().resolve("db0"),
                        DB1,
                        disk.directory().resolve("db1/3")),
                Map.of(DB0, new BinlogPosition(5, 600), DB1, new BinlogPosition(0, 0)));
    }

    @Test
    void aNewJobHasNone() {
        assertThat(disk.name()).isEmpty();
        assertThatIllegalStateException().isThrownBy(disk::snapshot).withMessage("no complete snapshot in " + home);
    }

    @Test
    void aSnapshotThatIsNotLabelledIsNotComplete() throws IOException {
        disk.prepare();
        Files.writeString(disk.directory().resolve("info"), "3s");

        assertThat(disk.name()).isEmpty();
    }

    /** A worker that was restarted finds it again. */
    @Test
    void aLabelledSnapshotIsFoundByItsName() {
        disk.prepare();
        disk.label("moving-3.1", received);

        SnapshotOnDisk restarted = new SnapshotOnDisk(home);
        assertThat(restarted.name()).contains("moving-3.1");
        assertThat(restarted.snapshot()).isEqualTo(received);
    }

    @Test
    void theDirectoryMayBeMovedAsAWhole(@TempDir Path elsewhere) throws IOException {
        disk.prepare();
        disk.label("moving-3.1", received);
        Path moved = elsewhere.resolve("moving");
        Files.move(home, moved);

        assertThat(new SnapshotOnDisk(moved).snapshot().directories())
                .containsEntry(DB1, moved.resolve("snapshot/db1/3"));
    }

    @Test
    void aNewLabelReplacesTheOld() {
        disk.prepare();
        disk.label("moving-3.1", received);
        disk.label("moving-3.2", received);

        assertThat(disk.name()).contains("moving-3.2");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "s1\ndb0.0", "s1\ndb0.0\t5:600", "s1\nx\t5:600\tdb0", "s1\ndb0.0\t5\tdb0"})
    void aDamagedLabelIsNone(String label) throws IOException {
        disk.prepare();
        Files.writeString(home.resolve("snapshot.txt"), label, UTF_8);

        assertThat(disk.name()).isEmpty();
    }

    @Test
    void preparingRemovesWhatWasThere() throws IOException {
        disk.prepare();
        disk.label("moving-3.1", received);
        Files.createDirectories(disk.directory().resolve("db0"));
        Files.writeString(disk.directory().resolve("db0/000001.sst"), "old");

        disk.prepare();

        assertThat(disk.name()).isEmpty();
        assertThat(disk.directory()).isEmptyDirectory();
        assertThat(disk.workDirectory()).isEmptyDirectory();
    }

    @Test
    void clearingRemovesTheSnapshotAndMayBeRepeated() throws IOException {
        disk.prepare();
        disk.label("moving-3.1", received);
        Files.writeString(disk.directory().resolve("000001.sst"), "old");

        disk.clear();
        disk.clear();

        assertThat(disk.directory()).doesNotExist();
        assertThat(disk.name()).isEmpty();
    }

    /** P1: the conversation with the master goes on, and may have to keep items there. */
    @Test
    void clearingLeavesTheConversationItsDirectory() throws IOException {
        disk.prepare();
        Files.createDirectories(disk.workDirectory().resolve("binlog-spool"));

        disk.clear();

        assertThat(disk.workDirectory().resolve("binlog-spool")).isEmptyDirectory();
    }

    @Test
    void aDiskThatCannotBeWrittenIsSaid() throws IOException {
        Files.createDirectories(home.getParent().getParent());
        Files.writeString(home.getParent(), "a file where the jobs' directory should be");

        assertThatThrownBy(disk::prepare)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL))
                .hasMessageStartingWith("cannot ")
                .hasMessageContaining(home.toString());
    }

    @Test
    void itWasTakenWhenTheOldestOfItsInfoFilesWasMade() throws IOException {
        disk.prepare();
        info(DB0, 1_700_000_009_999L);
        info(DB1, 1_700_000_005_999L);

        assertThat(SnapshotOnDisk.takenAtSeconds(received)).isEqualTo(1_700_000_005L);
    }

    @Test
    void withoutAnInfoFileItIsIncomplete() throws IOException {
        disk.prepare();
        info(DB0, 1_700_000_009_999L);

        assertThatThrownBy(() -> SnapshotOnDisk.takenAtSeconds(received))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.SNAPSHOT_INCOMPLETE))
                .hasMessage("no " + disk.directory().resolve("db1/3/info"));
    }

    private void info(StreamId stream, long atMillis) throws IOException {
        Path directory = received.directories().get(stream);
        Files.createDirectories(directory);
        Path info = Files.writeString(directory.resolve("info"), "3s");
        Files.setLastModifiedTime(info, FileTime.fromMillis(atMillis));
    }
}
