package io.pikaferry.worker.session;

import com.google.protobuf.ByteString;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.proto.v1.Checkpoint;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.StreamPosition;
import io.pikaferry.proto.v1.StreamProgress;
import io.pikaferry.worker.pipeline.JobRun;
import io.pikaferry.worker.pipeline.JobStatus;
import io.pikaferry.worker.pipeline.JobStatus.FullSyncStatus;
import io.pikaferry.worker.pipeline.JobStatus.StreamStatus;
import java.util.List;

/** What is said of a job to the coordinator. */
final class ReportMessages {

    private ReportMessages() {}

    static JobReport report(
            JobRun run, JobStatus status, List<io.pikaferry.worker.ledger.LedgerEntry> ledger, long sequence) {
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
        ledger.forEach(entry -> report.addLedger(entry(entry)));
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
                .setDirtyKeys(status.dirtyKeys());
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

    private static LedgerEntry entry(io.pikaferry.worker.ledger.LedgerEntry entry) {
        StreamId stream = entry.stream();
        LedgerEntry.Builder message = LedgerEntry.newBuilder()
                .setId(entry.id())
                .setCode(entry.code().id())
                .setMessage(entry.message())
                .setKey(ByteString.copyFrom(entry.key().array()))
                .setDb(entry.db())
                .setSlot(stream.slot())
                .setAtMillis(entry.atMillis())
                .setCount(1)
                .setState("open");
        entry.position().ifPresent(at -> message.setPosition(position(at)));
        return message.build();
    }

    private static io.pikaferry.proto.v1.BinlogPosition position(BinlogPosition position) {
        return io.pikaferry.proto.v1.BinlogPosition.newBuilder()
                .setFilenum((int) position.filenum())
                .setOffset(position.offset())
                .build();
    }
}
