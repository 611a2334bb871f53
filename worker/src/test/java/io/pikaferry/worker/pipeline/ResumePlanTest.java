package io.pikaferry.worker.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.master.SourceInfo;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pipeline.JobSettings.FullSync;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.target.TargetState;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** P1: a try goes on from what the target holds, or asks a person; it never guesses. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ResumePlanTest {

    private static final StreamId DB0 = StreamId.ONLY;
    private static final StreamId DB1 = new StreamId(1, 0);
    private static final int LANES = 2;
    private static final Optional<String> UNKNOWN = Optional.empty();
    private static final Optional<String> NOTHING_ON_DISK = Optional.empty();
    private static final Map<StreamId, BinlogPosition> NEVER_APPLIED = Map.of();

    @Test
    void aNewJobTakesASnapshot() {
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), Optional.empty(), NOTHING_ON_DISK))
                .isEqualTo(new ResumePlan.TakeSnapshot(false, false));
    }

    /** What is on the disk may be of an earlier job of that name. */
    @Test
    void aNewJobDoesNotLoadWhatIsOnTheDisk() {
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), Optional.empty(), Optional.of("s1")))
                .isEqualTo(new ResumePlan.TakeSnapshot(false, false));
    }

    @Test
    void aNewJobWithoutSnapshotFollowsEveryStreamFromItsStart() {
        assertThat(decide(FullSync.NEVER, source(UNKNOWN, DB0, DB1), Optional.empty(), NOTHING_ON_DISK))
                .isEqualTo(
                        new ResumePlan.FollowFromStart(Map.of(DB0, BinlogPosition.START, DB1, BinlogPosition.START)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"AUTO", "NEVER"})
    void aTargetThatLostTheMarksIsNotFilledAgainUnasked(FullSync fullSync) {
        Map<StreamId, BinlogPosition> checkpoint = Map.of(DB1, at(7, 8), DB0, at(5, 600));

        assertFails(
                () -> ResumePlan.decide(
                        assignment(fullSync, checkpoint),
                        false,
                        source(UNKNOWN, DB0, DB1),
                        Optional.empty(),
                        Optional.of("s1")),
                ErrorCode.TARGET_MARKS_LOST,
                "job moving had come to {db0.0=5:600, db1.0=7:8}, but target redis.example:6379/3 holds no marks of it");
    }

    @Test
    void marksAreGoneOnFrom() {
        Marks marks = marks(DB0, DB1);

        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB1, DB0), following(marks, true, UNKNOWN), Optional.of("s1")))
                .isEqualTo(goingOn(marks, true, UNKNOWN));
        assertThat(decide(FullSync.NEVER, source(UNKNOWN, DB0, DB1), following(marks, false, UNKNOWN), NOTHING_ON_DISK))
                .isEqualTo(goingOn(marks, false, UNKNOWN));
    }

    /** The target knows best: the coordinator's checkpoint may be older, or lost. */
    @Test
    void marksCountWhateverTheCoordinatorKnows() {
        Marks marks = marks(DB0);
        Assignment assignment = assignment(FullSync.AUTO, Map.of(DB0, at(99, 0)));

        assertThat(ResumePlan.decide(
                        assignment, false, source(UNKNOWN, DB0), following(marks, true, UNKNOWN), NOTHING_ON_DISK))
                .isEqualTo(goingOn(marks, true, UNKNOWN));
    }

    @Test
    void marksOfOtherStreamsThanTheSourceHasAreNotGoneOnFrom() {
        assertFails(
                () -> decide(
                        FullSync.AUTO,
                        source(UNKNOWN, DB0),
                        following(marks(DB1, DB0), true, UNKNOWN),
                        NOTHING_ON_DISK),
                ErrorCode.SOURCE_WENT_BACK,
                "job moving has marks of [db0.0, db1.0], but source pika.example:9221 has [db0.0]");
        assertFails(
                () -> decide(
                        FullSync.AUTO,
                        source(UNKNOWN, DB1, DB0),
                        following(marks(DB0), true, UNKNOWN),
                        NOTHING_ON_DISK),
                ErrorCode.SOURCE_WENT_BACK,
                "job moving has marks of [db0.0], but source pika.example:9221 has [db0.0, db1.0]");
    }

    @Test
    void anotherDataSetIsNotFollowed() {
        assertFails(
                () -> decide(
                        FullSync.AUTO,
                        source(Optional.of("bbbb"), DB0),
                        following(marks(DB0), true, Optional.of("aaaa")),
                        NOTHING_ON_DISK),
                ErrorCode.SOURCE_WENT_BACK,
                "source pika.example:9221 holds another data set than the one job moving began with");
    }

    @Test
    void theSameDataSetIsFollowedAndSoIsOneWithoutAName() {
        ResumePlan named = goingOn(marks(DB0), true, Optional.of("aaaa"));

        assertThat(follow(Optional.of("aaaa"), Optional.of("aaaa"))).isEqualTo(named);
        assertThat(follow(UNKNOWN, Optional.of("aaaa"))).isEqualTo(goingOn(marks(DB0), true, UNKNOWN));
        assertThat(follow(Optional.of("aaaa"), UNKNOWN)).isEqualTo(named);
    }

    private static ResumePlan goingOn(Marks marks, boolean exclusive, Optional<String> identity) {
        return new ResumePlan.Follow(TargetState.following(marks, exclusive, identity));
    }

    private static ResumePlan follow(Optional<String> began, Optional<String> now) {
        return decide(FullSync.AUTO, source(now, DB0), following(marks(DB0), true, began), NOTHING_ON_DISK);
    }

    @Test
    void theNumberOfLanesIsFixedOnceTheJobHasBegun() {
        String message = "job moving began with 3 lanes and is to go on with 2";

        assertFails(
                () -> decide(
                        FullSync.AUTO,
                        source(UNKNOWN, DB0),
                        following(Marks.level(3, Map.of(DB0, at(1, 1))), true, UNKNOWN),
                        NOTHING_ON_DISK),
                ErrorCode.LANES_CHANGED,
                message);
        assertFails(
                () -> decide(
                        FullSync.AUTO,
                        source(UNKNOWN, DB0),
                        Optional.of(TargetState.loading(3, true, "s1", UNKNOWN)),
                        Optional.of("s1")),
                ErrorCode.LANES_CHANGED,
                message);
    }

    @Test
    void aLoadThatWasInterruptedBeginsAgainWithTheSnapshotOnTheDisk() {
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), loading("s1", true), Optional.of("s1")))
                .isEqualTo(new ResumePlan.LoadAgain("s1", true));
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), loading("s1", false), Optional.of("s1")))
                .isEqualTo(new ResumePlan.LoadAgain("s1", false));
    }

    /** Neither from the disk nor by another snapshot: which of the two data sets is meant, a person has to say. */
    @Test
    void aLoadIsNotGoneOnWithFromAnotherDataSet() {
        Optional<TargetState> loading = Optional.of(TargetState.loading(LANES, true, "s1", Optional.of("aaaa")));
        for (Optional<String> onDisk : List.of(Optional.of("s1"), NOTHING_ON_DISK)) {
            assertFails(
                    () -> decide(FullSync.AUTO, source(Optional.of("bbbb"), DB0), loading, onDisk),
                    ErrorCode.SOURCE_WENT_BACK,
                    "source pika.example:9221 holds another data set than the one job moving began with");
        }
    }

    @Test
    void aLoadThatWasInterruptedNeedsAnotherSnapshotWhereTheFirstIsGone() {
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), loading("s1", true), NOTHING_ON_DISK))
                .isEqualTo(new ResumePlan.TakeSnapshot(true, true));
        assertThat(decide(FullSync.AUTO, source(UNKNOWN, DB0), loading("s1", false), Optional.of("s2")))
                .isEqualTo(new ResumePlan.TakeSnapshot(true, false));
    }

    /** The operator's word goes before lost marks, other lanes, another data set and a snapshot that is there. */
    @Test
    void aForcedSnapshotIsTakenWhateverThereIs() {
        assertThat(force(Optional.empty())).isEqualTo(new ResumePlan.TakeSnapshot(false, false));
        assertThat(force(following(marks(DB1), true, Optional.of("aaaa"))))
                .isEqualTo(new ResumePlan.TakeSnapshot(true, true));
        assertThat(force(following(Marks.level(3, Map.of(DB0, at(1, 1))), false, UNKNOWN)))
                .isEqualTo(new ResumePlan.TakeSnapshot(true, false));
        assertThat(force(loading("s1", true))).isEqualTo(new ResumePlan.TakeSnapshot(true, true));
    }

    private static ResumePlan force(Optional<TargetState> target) {
        return ResumePlan.decide(
                assignment(FullSync.AUTO, Map.of(DB0, at(5, 600))),
                true,
                source(Optional.of("bbbb"), DB0),
                target,
                Optional.of("s1"));
    }

    private static ResumePlan decide(
            FullSync fullSync, SourceInfo source, Optional<TargetState> target, Optional<String> onDisk) {
        return ResumePlan.decide(assignment(fullSync, NEVER_APPLIED), false, source, target, onDisk);
    }

    private static Assignment assignment(FullSync fullSync, Map<StreamId, BinlogPosition> checkpoint) {
        JobSettings settings = new JobSettings(
                new Endpoint("pika.example", 9221),
                Optional.empty(),
                TargetAddress.parse("redis://redis.example/3", Optional.empty()),
                fullSync,
                LANES,
                JobSettings.OnExistingKeys.FAIL,
                JobSettings.OnError.RECORD,
                JobSettings.TypeConflict.PREFER,
                Map.of(),
                Limits.NONE);
        return new Assignment(new JobId("moving"), 1, settings, checkpoint, false);
    }

    private static SourceInfo source(Optional<String> identity, StreamId... streams) {
        return new SourceInfo(new PikaVersion(3, 5, 3), Generation.D, List.of(streams), 1, identity);
    }

    private static Optional<TargetState> following(Marks marks, boolean exclusive, Optional<String> identity) {
        return Optional.of(TargetState.following(marks, exclusive, identity));
    }

    private static Optional<TargetState> loading(String snapshot, boolean exclusive) {
        return Optional.of(TargetState.loading(LANES, exclusive, snapshot, UNKNOWN));
    }

    private static Marks marks(StreamId... streams) {
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        for (StreamId stream : streams) {
            positions.put(stream, at(3, 40));
        }
        return Marks.level(LANES, positions);
    }

    private static BinlogPosition at(long filenum, long offset) {
        return new BinlogPosition(filenum, offset);
    }

    private static void assertFails(ThrowingCallable decision, ErrorCode code, String message) {
        assertThatThrownBy(decision)
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }
}
