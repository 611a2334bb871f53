package io.pikaferry.worker.session;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.proto.v1.Checkpoint;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.FullSyncSlot;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Retention;
import io.pikaferry.proto.v1.StreamPosition;
import io.pikaferry.proto.v1.StreamProgress;
import io.pikaferry.worker.pipeline.JobRun;
import io.pikaferry.worker.pipeline.JobStatus;
import io.pikaferry.worker.pipeline.JobStatus.FullSyncStatus;
import io.pikaferry.worker.pipeline.JobStatus.StreamStatus;
import io.pikaferry.worker.sender.Refused;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What is said of a job to the coordinator. */
final class ReportMessages {

    /** What the coordinator keeps of a key. */
    private static final int MAX_KEY_BYTES = 512;

    private ReportMessages() {}

    static JobReport report(JobRun run, JobStatus status, List<LedgerEntry> ledger, long sequence) {
        JobReport.Builder report = JobReport.newBuilder()
                .setName(run.assignment().job().value())
                .setEpoch(run.assignment().epoch())
                .setProgress(progress(status))
                .setReportSequence(sequence);
        if (!status.streams().isEmpty()) {
            Checkpoint.Builder checkpoint = Checkpoint.newBuilder().setRewound(status.rewound());
            status.sourceIdentity().ifPresent(checkpoint::setSourceIdentity);
            for (StreamStatus stream : status.streams()) {
                checkpoint.addPositions(StreamPosition.newBuilder()
                        .setDb(stream.stream().db())
                        .setSlot(stream.stream().slot())
                        .setPosition(position(promised(run, status, stream))));
            }
            report.setCheckpoint(checkpoint);
        }
        report.addAllLedger(ledger);
        return report.build();
    }

    /** A successor begins where the slowest lane's mark stands, which may be a little before what was promised already. */
    private static BinlogPosition promised(JobRun run, JobStatus status, StreamStatus stream) {
        BinlogPosition before = run.assignment().checkpoint().getOrDefault(stream.stream(), stream.confirmed());
        return status.rewound() || stream.confirmed().isAfter(before) ? stream.confirmed() : before;
    }

    private static JobProgress progress(JobStatus status) {
        JobProgress.Builder progress = JobProgress.newBuilder()
                .setPhase(Phase.valueOf(status.phase().name()))
                .setCommandsApplied(status.commandsApplied())
                .setCommandsPerSecond(status.commandsPerSecond())
                .setSourceVersion(status.sourceVersion())
                .setSourceGeneration(status.sourceGeneration())
                .setHeldExpiries(status.heldExpiries())
                .setDirtyKeys(status.dirtyKeys())
                .setKeysReconciled(status.keysRepaired())
                .setRateLimited(status.rateLimited())
                .setFullSyncSlot(
                        switch (status.snapshotTurn()) {
                            case NONE -> FullSyncSlot.FULL_SYNC_SLOT_UNSPECIFIED;
                            case WANTED -> FullSyncSlot.FULL_SYNC_SLOT_WANTED;
                            case HELD -> FullSyncSlot.FULL_SYNC_SLOT_HELD;
                        });
        if (status.limits().limitsRate()) {
            progress.setRate(RateLimit.newBuilder()
                    .setCommandsPerSecond(status.limits().commandsPerSecond())
                    .setBytesPerSecond(status.limits().bytesPerSecond()));
        }
        status.throttled().ifPresent(progress::setThrottled);
        status.retrying().ifPresent(why -> progress.setRetrying(reason(why, status.retryingSinceMillis())));
        status.fullSync().ifPresent(fullSync -> progress.setFullSync(fullSync(fullSync)));
        for (StreamStatus stream : status.streams()) {
            StreamProgress.Builder view = StreamProgress.newBuilder()
                    .setDb(stream.stream().db())
                    .setSlot(stream.stream().slot())
                    .setPosition(position(stream.confirmed()))
                    .setLagBytes(stream.lagBytes())
                    .setLagSeconds(stream.lagSeconds());
            stream.source().ifPresent(end -> view.setSource(position(end)));
            stream.retention()
                    .ifPresent(left -> view.setRetention(Retention.newBuilder()
                            .setFilesLeft(left.filesLeft())
                            .setSecondsLeft(left.secondsLeft())
                            .setHeld(left.held())));
            progress.addStreams(view);
        }
        return progress.build();
    }

    private static FullSyncProgress fullSync(FullSyncStatus status) {
        return FullSyncProgress.newBuilder()
                .setKeysLoaded(status.keysLoaded())
                .setElementsLoaded(status.elementsLoaded())
                .setBytesDone(status.bytesDone())
                .setBytesTotal(status.bytesTotal())
                .setKeysPerSecond(status.keysPerSecond())
                .setKeysSkipped(status.keysSkipped())
                .setSecondsLeft(status.secondsLeft())
                .setFinishedMillis(status.finishedMillis())
                .build();
    }

    static Reason reason(FerryException why, long sinceMillis) {
        return Reason.newBuilder()
                .setCode(why.code().id())
                .setMessage(String.valueOf(why.getMessage()))
                .setBlame(why.code().blame().name())
                .setRemedy(why.code().remedy())
                .setSinceMillis(sinceMillis)
                .build();
    }

    /** Keys are cut to what the coordinator keeps. */
    static LedgerEntry entry(io.pikaferry.worker.ledger.LedgerEntry entry) {
        Refused what = entry.what();
        byte[] key = what.key().array();
        LedgerEntry.Builder message = LedgerEntry.newBuilder()
                .setId(what.id())
                .setCode(what.code().id())
                .setCommand(what.command())
                .setMessage(what.message())
                .setKey(ByteString.copyFrom(key, 0, Math.min(key.length, MAX_KEY_BYTES)))
                .setKeyBytes(key.length)
                .setDb(what.db())
                .setSourceDb(what.stream().db())
                .setSlot(what.stream().slot())
                .setAtMillis(what.atMillis())
                .setCount(what.count())
                .setAgain(entry.again())
                .setState(entry.state().name().toLowerCase(Locale.ROOT));
        what.position().ifPresent(at -> message.setPosition(position(at)));
        return message.build();
    }

    /** An entry as the coordinator sends it back. */
    static Refused refused(LedgerEntry entry) {
        return new Refused(
                entry.getId(),
                ErrorCode.find(entry.getCode()).orElse(ErrorCode.TARGET_REJECTED_COMMAND),
                entry.getCommand(),
                entry.getMessage(),
                Bytes.owning(entry.getKey().toByteArray()),
                entry.getDb(),
                new StreamId(entry.getSourceDb(), entry.getSlot()),
                entry.hasPosition() ? Optional.of(position(entry.getPosition())) : Optional.empty(),
                entry.getCount(),
                entry.getAtMillis());
    }

    private static BinlogPosition position(io.pikaferry.proto.v1.BinlogPosition position) {
        return new BinlogPosition(Integer.toUnsignedLong(position.getFilenum()), position.getOffset());
    }

    private static io.pikaferry.proto.v1.BinlogPosition position(BinlogPosition position) {
        return io.pikaferry.proto.v1.BinlogPosition.newBuilder()
                .setFilenum((int) position.filenum())
                .setOffset(position.offset())
                .build();
    }
}
