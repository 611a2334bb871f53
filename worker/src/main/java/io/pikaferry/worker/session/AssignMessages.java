package io.pikaferry.worker.session;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Throttle;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.pipeline.Assignment;
import io.pikaferry.worker.pipeline.JobSettings;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.target.TargetAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Reads an assignment. */
final class AssignMessages {

    private AssignMessages() {}

    /** @throws FerryException INVALID_ARGUMENT, TARGET_UNSUPPORTED: the job cannot be begun as it was submitted */
    static Assignment assignment(Assign assign) {
        Map<StreamId, BinlogPosition> checkpoint = new HashMap<>();
        assign.getCheckpoint()
                .getPositionsList()
                .forEach(at -> checkpoint.put(
                        new StreamId(at.getDb(), at.getSlot()),
                        new BinlogPosition(
                                Integer.toUnsignedLong(at.getPosition().getFilenum()),
                                at.getPosition().getOffset())));
        return new Assignment(
                new JobId(assign.getName()),
                assign.getEpoch(),
                settings(assign),
                checkpoint,
                assign.getForceFullSync());
    }

    private static JobSettings settings(Assign assign) {
        JobSpec spec = assign.getSpec();
        try {
            return new JobSettings(
                    new Endpoint(spec.getSource().getHost(), spec.getSource().getPort()),
                    secret(assign.getSourcePassword()),
                    TargetAddress.parse(spec.getTarget().getUri(), secret(assign.getTargetPassword())),
                    switch (spec.getFullSync()) {
                        case FULL_SYNC_NEVER -> JobSettings.FullSync.NEVER;
                        default -> JobSettings.FullSync.AUTO; // FORCE comes as the assignment's flag, once
                    },
                    spec.getLanes() == 0 ? SenderConfig.DEFAULT_LANES : spec.getLanes(),
                    switch (spec.getOnExistingKeys()) {
                        case ON_EXISTING_KEYS_OVERWRITE -> JobSettings.OnExistingKeys.OVERWRITE;
                        case ON_EXISTING_KEYS_SKIP -> throw new FerryException(
                                ErrorCode.INVALID_ARGUMENT,
                                "on-existing-keys skip is not available in this version; use fail or overwrite");
                        default -> JobSettings.OnExistingKeys.FAIL;
                    },
                    switch (spec.getOnError()) {
                        case ON_ERROR_STOP -> JobSettings.OnError.STOP;
                        case ON_ERROR_RECORD -> JobSettings.OnError.RECORD;
                        default -> JobSettings.OnError.RECONCILE;
                    },
                    switch (spec.getTypeConflict()) {
                        case TYPE_CONFLICT_FAIL -> JobSettings.TypeConflict.FAIL;
                        default -> JobSettings.TypeConflict.PREFER;
                    },
                    new HashMap<>(spec.getDatabasesMap()),
                    limits(spec.getRate(), spec.getThrottle()));
        } catch (IllegalArgumentException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "job " + assign.getName() + ": " + e.getMessage(), e);
        }
    }

    static Limits limits(RateLimit rate, Throttle throttle) {
        return new Limits(rate.getCommandsPerSecond(), rate.getBytesPerSecond(), throttle != Throttle.THROTTLE_OFF);
    }

    private static Optional<Bytes> secret(ByteString bytes) {
        return bytes.isEmpty() ? Optional.empty() : Optional.of(Bytes.owning(bytes.toByteArray()));
    }
}
