package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.coordinator.job.DesiredState;
import io.pikaferry.coordinator.job.FullSync;
import io.pikaferry.coordinator.job.Holder;
import io.pikaferry.coordinator.job.JobSpec;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.MoveWish;
import io.pikaferry.coordinator.job.OnError;
import io.pikaferry.coordinator.job.OnExistingKeys;
import io.pikaferry.coordinator.job.RateLimit;
import io.pikaferry.coordinator.job.Reason;
import io.pikaferry.coordinator.job.TargetUri;
import io.pikaferry.coordinator.job.Throttle;
import io.pikaferry.coordinator.job.TypeConflict;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.stored.v1.StoredMove;
import io.pikaferry.proto.stored.v1.StoredSpec;
import io.pikaferry.proto.stored.v1.StoredStatus;
import java.time.Instant;
import java.util.Optional;

/** A job's two znodes: the spec, which changes with its limits only, and the status. */
final class JobCodec {

    private JobCodec() {}

    static byte[] encodeSpec(MigrationJob job) {
        JobSpec spec = job.spec();
        return Json.bytes(StoredSpec.newBuilder()
                .setSource(spec.source().toString())
                .setTarget(spec.target().toString())
                .setFullSync(spec.fullSync().name())
                .setLanes(spec.lanes())
                .setOnExistingKeys(spec.onExistingKeys().name())
                .setOnError(spec.onError().name())
                .setTypeConflict(spec.typeConflict().name())
                .putAllDatabases(spec.databases())
                .putAllLabels(spec.labels())
                .putAllWorkerSelector(spec.workerSelector())
                .setCommandsPerSecond(spec.rate().commandsPerSecond())
                .setBytesPerSecond(spec.rate().bytesPerSecond())
                .setThrottle(spec.throttle().name())
                .setCreatedMillis(job.createdAt().toEpochMilli())
                .build());
    }

    static byte[] encodeStatus(MigrationJob job) {
        StoredStatus.Builder status = StoredStatus.newBuilder()
                .setDesired(job.desired().name())
                .setObserved(job.observed().name())
                .setEpoch(job.epoch())
                .setLastWorker(text(job.lastWorker()))
                .setForceFullSync(job.forceFullSync())
                .setFailovers(job.failovers())
                .setSourcePassword(job.sourcePassword())
                .setTargetPassword(job.targetPassword())
                .setSinceMillis(job.since().toEpochMilli());
        job.holder()
                .ifPresent(holder -> status.setWorker(holder.worker().value()).setIncarnation(holder.incarnation()));
        job.reason()
                .ifPresent(reason -> status.setReasonCode(reason.code().id()).setReasonMessage(reason.message()));
        job.move()
                .ifPresent(move -> status.setMove(
                        StoredMove.newBuilder().setFrom(text(move.from())).setTo(text(move.to()))));
        return Json.bytes(status.build());
    }

    static MigrationJob decode(JobId id, byte[] specBytes, byte[] statusBytes) {
        StoredSpec spec = Json.read(ZooKeeperPaths.job(id), specBytes, StoredSpec.newBuilder())
                .build();
        StoredStatus status = Json.read(ZooKeeperPaths.status(id), statusBytes, StoredStatus.newBuilder())
                .build();
        try {
            return new MigrationJob(
                    decode(id, spec),
                    DesiredState.valueOf(status.getDesired()),
                    JobState.valueOf(status.getObserved()),
                    status.getEpoch(),
                    worker(status.getWorker()).map(worker -> new Holder(worker, status.getIncarnation())),
                    worker(status.getLastWorker()),
                    Optional.of(status.getReasonCode())
                            .filter(code -> !code.isEmpty())
                            .map(code -> new Reason(
                                    ErrorCode.find(code).orElse(ErrorCode.INTERNAL), status.getReasonMessage())),
                    status.getForceFullSync(),
                    status.hasMove()
                            ? Optional.of(new MoveWish(
                                    worker(status.getMove().getFrom()),
                                    worker(status.getMove().getTo())))
                            : Optional.empty(),
                    status.getFailovers(),
                    status.getSourcePassword(),
                    status.getTargetPassword(),
                    Instant.ofEpochMilli(spec.getCreatedMillis()),
                    Instant.ofEpochMilli(status.getSinceMillis()));
        } catch (IllegalArgumentException e) {
            throw new FerryException(ErrorCode.INTERNAL, "what is stored of job " + id + " is not a job", e);
        }
    }

    private static JobSpec decode(JobId id, StoredSpec spec) {
        return new JobSpec(
                id,
                Endpoint.parse(spec.getSource()),
                TargetUri.parse(spec.getTarget()),
                FullSync.valueOf(spec.getFullSync()),
                spec.getLanes(),
                OnExistingKeys.valueOf(spec.getOnExistingKeys()),
                OnError.valueOf(spec.getOnError()),
                TypeConflict.valueOf(spec.getTypeConflict()),
                spec.getDatabasesMap(),
                spec.getLabelsMap(),
                spec.getWorkerSelectorMap(),
                new RateLimit(spec.getCommandsPerSecond(), spec.getBytesPerSecond()),
                spec.getThrottle().isEmpty() ? Throttle.AUTO : Throttle.valueOf(spec.getThrottle()));
    }

    private static String text(Optional<WorkerId> worker) {
        return worker.map(WorkerId::value).orElse("");
    }

    private static Optional<WorkerId> worker(String id) {
        return id.isEmpty() ? Optional.empty() : Optional.of(new WorkerId(id));
    }
}
