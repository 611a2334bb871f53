package io.pikaferry.coordinator.rpc;

import io.pikaferry.coordinator.checkpoint.KeptCheckpoint;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Reason;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.rpc.ProgressBoard.Told;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.StreamProgress;
import java.util.Optional;

/** A job as operators see it: what is stored of it, and what its worker told last. */
final class JobViews {

    private static final int NOT_KNOWN = -1;

    private final Office office;
    private final ProgressBoard progress;

    JobViews(Office office, ProgressBoard progress) {
        this.office = office;
        this.progress = progress;
    }

    JobView of(MigrationJob job) {
        JobView.Builder view = JobView.newBuilder()
                .setSpec(SpecMessages.write(job.spec(), job.sourcePassword(), job.targetPassword()))
                .setDesired(DesiredState.valueOf(job.desired().name()))
                .setState(ObservedState.valueOf(job.observed().name()))
                .setWorker(job.worker().map(WorkerId::value).orElse(""))
                .setEpoch(job.epoch())
                .setFailovers(job.failovers())
                .setCreatedMillis(job.createdAt().toEpochMilli())
                .setStateSinceMillis(job.since().toEpochMilli())
                .setErrorsOpen(office.ledger().read(job.id()).open());
        Optional<Told> told = progress.find(job.id(), job.epoch());
        Optional<JobProgress> shown = shown(job, told);
        shown.ifPresent(view::setProgress);
        told.ifPresent(last -> view.setProgressAtMillis(last.at().toEpochMilli()));
        reason(job, shown).ifPresent(view::setReason);
        return view.build();
    }

    private Optional<io.pikaferry.proto.v1.Reason> reason(MigrationJob job, Optional<JobProgress> shown) {
        return switch (job.observed()) {
            case BLOCKED -> job.reason().map(reason -> ReportMessages.write(reason, job.since()));
            case RUNNING -> office.slots()
                    .whyWaiting(job.id())
                    .map(why -> ReportMessages.write(new Reason(ErrorCode.FULL_SYNC_WAITS, why), job.since()))
                    .or(() -> shown.filter(JobProgress::hasRetrying).map(JobProgress::getRetrying));
            case PENDING -> office.assignments()
                    .whyUnplaced(job.id())
                    .map(why -> ReportMessages.write(new Reason(ErrorCode.NO_WORKER, why), job.since()));
            case PAUSED, STOPPED, COMPLETED -> Optional.empty();
        };
    }

    /**
     * What was told under this epoch; streams that were not told of are where the checkpoint says. A job that does not
     * run is in no phase, retries nothing and is held back by nothing.
     */
    private Optional<JobProgress> shown(MigrationJob job, Optional<Told> told) {
        JobProgress.Builder shown =
                told.map(last -> last.progress().toBuilder()).orElseGet(JobProgress::newBuilder);
        if (shown.getStreamsCount() == 0 && !job.forceFullSync()) {
            office.checkpoints().find(job.id()).ifPresent(kept -> fillStreams(shown, kept));
        }
        if (job.observed() != JobState.RUNNING) {
            shown.setPhase(Phase.PHASE_UNSPECIFIED)
                    .clearRetrying()
                    .setCommandsPerSecond(0)
                    .clearRate()
                    .clearRateLimited()
                    .clearThrottled()
                    .clearFullSyncSlot();
        }
        return told.isEmpty() && shown.getStreamsCount() == 0 ? Optional.empty() : Optional.of(shown.build());
    }

    private static void fillStreams(JobProgress.Builder progress, KeptCheckpoint kept) {
        kept.checkpoint()
                .positions()
                .forEach((stream, position) -> progress.addStreams(StreamProgress.newBuilder()
                        .setDb(stream.db())
                        .setSlot(stream.slot())
                        .setPosition(ReportMessages.write(position))
                        .setLagBytes(NOT_KNOWN)
                        .setLagSeconds(NOT_KNOWN)));
    }
}
