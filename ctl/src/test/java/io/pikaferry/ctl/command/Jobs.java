package io.pikaferry.ctl.command;

import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.FullSync;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.OnError;
import io.pikaferry.proto.v1.OnExistingKeys;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Retention;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.StreamProgress;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.TypeConflict;
import java.time.Duration;

/** Jobs as they are met in practice. */
final class Jobs {

    private Jobs() {}

    /** Submitted, and nobody has taken it up. */
    static JobView pending() {
        return job("fresh", Duration.ofSeconds(12))
                .setDesired(DesiredState.RUN)
                .setState(ObservedState.PENDING)
                .build();
    }

    /** Submitted, and nobody can take it up. */
    static JobView waiting() {
        return job("zone-b", Duration.ofSeconds(90))
                .setDesired(DesiredState.RUN)
                .setState(ObservedState.PENDING)
                .setReason(Reason.newBuilder()
                        .setCode("FERRY-1207")
                        .setMessage("no worker has the labels zone=b")
                        .setBlame("ENVIRONMENT")
                        .setRemedy("start a worker, or uncordon one; the job starts by itself"))
                .build();
    }

    /** A dump is on its way, of which nobody knows the size yet. */
    static JobView inTransfer() {
        return running("carts", Duration.ofMinutes(2), "w1", 1)
                .setProgress(progress(Phase.TRANSFER)
                        .setFullSync(FullSyncProgress.newBuilder()
                                .setBytesDone(188_743_680)
                                .setSecondsLeft(-1)))
                .build();
    }

    static JobView inLoad() {
        return running("users-b", Duration.ofMinutes(9), "w1", 2)
                .setFailovers(1)
                .setProgress(progress(Phase.LOAD)
                        .setFullSync(FullSyncProgress.newBuilder()
                                .setKeysLoaded(4_100_221)
                                .setElementsLoaded(18_004_991)
                                .setBytesDone(2_362_232_012L)
                                .setBytesTotal(3_865_470_566L)
                                .setKeysPerSecond(143_204.7)
                                .setKeysSkipped(1_204)
                                .setSecondsLeft(702))
                        .addStreams(stream(112, 9_021, 117, 48_120_004, -1, -1)))
                .build();
    }

    static JobView inTail() {
        return running("users-a", Duration.ofDays(3), "w2", 7)
                .setFailovers(6)
                .setProgress(progress(Phase.TAIL)
                        .setFullSync(FullSyncProgress.newBuilder()
                                .setKeysLoaded(81_204_551)
                                .setElementsLoaded(204_118_002)
                                .setBytesDone(10_093_173_145L)
                                .setBytesTotal(10_093_173_145L)
                                .setFinishedMillis(ago(Duration.ofDays(2)))
                                .setSecondsLeft(0))
                        .addStreams(stream(117, 48_107_716, 117, 48_120_004, 12_288, 0.04))
                        .setCommandsApplied(1_204_118)
                        .setCommandsPerSecond(18_233.4)
                        .setRate(fullSpec().getRate())
                        .setRateLimited(true)
                        .setHeldExpiries(20_551)
                        .setDirtyKeys(1))
                .build();
    }

    /** Following, but the target has gone away. */
    static JobView retrying() {
        return running("feed-01", Duration.ofHours(6), "w3", 1)
                .setProgress(progress(Phase.TAIL)
                        .setRetrying(Reason.newBuilder()
                                .setCode("FERRY-2002")
                                .setMessage("target 10.0.0.9:6379: connection refused")
                                .setBlame("ENVIRONMENT")
                                .setRemedy("retried; check the network and the target")
                                .setSinceMillis(ago(Duration.ofSeconds(41))))
                        .addStreams(stream(3, 100, 3, 92_274_788, 92_274_688, 41.2).toBuilder()
                                .setRetention(Retention.newBuilder()
                                        .setFilesLeft(1)
                                        .setSecondsLeft(540)
                                        .setHeld(false)))
                        .setCommandsApplied(9_000))
                .setErrorsOpen(3)
                .build();
    }

    static JobView blocked() {
        return job("legacy-9", Duration.ofHours(2))
                .setDesired(DesiredState.RUN)
                .setState(ObservedState.BLOCKED)
                .setEpoch(1)
                .setReason(Reason.newBuilder()
                        .setCode("FERRY-2204")
                        .setMessage("target 10.0.0.9:6379 holds 1204 keys in database 0, the policy is fail")
                        .setBlame("OPERATOR")
                        .setRemedy("empty the target, or submit with --on-existing-keys overwrite")
                        .setSinceMillis(ago(Duration.ofMinutes(90))))
                .setProgress(progress(Phase.PRECHECK))
                .build();
    }

    static JobView paused() {
        return job("archive", Duration.ofDays(40))
                .setDesired(DesiredState.PAUSE)
                .setState(ObservedState.PAUSED)
                .setEpoch(4)
                .setFailovers(1)
                .setProgress(progress(Phase.CATCH_UP)
                        .addStreams(stream(8, 1_000, 9, 2_000, 104_858_600, 3_700))
                        .setCommandsApplied(77))
                .build();
    }

    static JobView stopped() {
        return job("done", Duration.ofDays(1))
                .setDesired(DesiredState.STOP)
                .setState(ObservedState.STOPPED)
                .setEpoch(1)
                .build();
    }

    /** Wished to pause, still held by its worker, which has not been heard of for a while. */
    static JobView pausing() {
        return running("slow", Duration.ofMinutes(3), "w1", 3)
                .setDesired(DesiredState.PAUSE)
                .setProgress(progress(Phase.HANDSHAKE))
                .setProgressAtMillis(ago(Duration.ofSeconds(9)))
                .build();
    }

    /** Its worker takes it easy, since the target is in trouble; the operator's limit is on its way. */
    static JobView throttled() {
        JobView.Builder job = running("pressed", Duration.ofMinutes(8), "w1", 1)
                .setDesired(DesiredState.RUN)
                .setProgress(progress(Phase.LOAD)
                        .setFullSync(FullSyncProgress.newBuilder()
                                .setKeysLoaded(1_204)
                                .setBytesDone(1 << 20)
                                .setBytesTotal(10 << 20)
                                .setKeysPerSecond(50)
                                .setSecondsLeft(-1))
                        .setThrottled("target at 97 % of maxmemory"));
        job.getSpecBuilder().setRate(RateLimit.newBuilder().setCommandsPerSecond(2_000));
        return job.build();
    }

    /** Every field of a specification. */
    static JobSpec fullSpec() {
        return JobSpec.newBuilder()
                .setName("users-a")
                .setSource(Source.newBuilder().setHost("10.0.0.5").setPort(9221).setHasPassword(true))
                .setTarget(Target.newBuilder()
                        .setUri("rediss://ferry@10.0.0.9:6379/2")
                        .setHasPassword(true))
                .setFullSync(FullSync.FULL_SYNC_AUTO)
                .setLanes(8)
                .setOnExistingKeys(OnExistingKeys.ON_EXISTING_KEYS_OVERWRITE)
                .setOnError(OnError.ON_ERROR_RECONCILE)
                .setTypeConflict(TypeConflict.TYPE_CONFLICT_PREFER)
                .putDatabases(0, 3)
                .putLabels("team", "search")
                .putLabels("env", "live")
                .putWorkerSelector("zone", "a")
                .setRate(RateLimit.newBuilder().setCommandsPerSecond(50_000).setBytesPerSecond(10_485_760))
                .build();
    }

    static JobView.Builder job(String name, Duration age) {
        return JobView.newBuilder()
                .setSpec(
                        name.equals("users-a")
                                ? fullSpec()
                                : JobSpec.newBuilder()
                                        .setName(name)
                                        .setSource(Source.newBuilder()
                                                .setHost("10.0.0.5")
                                                .setPort(9221))
                                        .setTarget(Target.newBuilder().setUri("redis://10.0.0.9:6379"))
                                        .build())
                .setCreatedMillis(ago(age))
                .setStateSinceMillis(ago(age));
    }

    private static JobView.Builder running(String name, Duration age, String worker, long epoch) {
        return job(name, age)
                .setDesired(DesiredState.RUN)
                .setState(ObservedState.RUNNING)
                .setWorker(worker)
                .setEpoch(epoch)
                .setProgressAtMillis(ago(Duration.ofSeconds(1)));
    }

    private static JobProgress.Builder progress(Phase phase) {
        return JobProgress.newBuilder()
                .setPhase(phase)
                .setSourceVersion("3.0.16")
                .setSourceGeneration("B");
    }

    private static StreamProgress stream(
            int file, long offset, int sourceFile, long sourceOffset, long lagBytes, double lagSeconds) {
        return StreamProgress.newBuilder()
                .setPosition(BinlogPosition.newBuilder().setFilenum(file).setOffset(offset))
                .setSource(BinlogPosition.newBuilder().setFilenum(sourceFile).setOffset(sourceOffset))
                .setLagBytes(lagBytes)
                .setLagSeconds(lagSeconds)
                .build();
    }

    static long ago(Duration age) {
        return Shell.NOW.minus(age).toEpochMilli();
    }
}
