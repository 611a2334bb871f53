package io.pikaferry.coordinator.rpc;

import io.pikaferry.coordinator.job.FullSync;
import io.pikaferry.coordinator.job.JobSpec;
import io.pikaferry.coordinator.job.OnError;
import io.pikaferry.coordinator.job.OnExistingKeys;
import io.pikaferry.coordinator.job.RateLimit;
import io.pikaferry.coordinator.job.TargetUri;
import io.pikaferry.coordinator.job.Throttle;
import io.pikaferry.coordinator.job.TypeConflict;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import java.util.Optional;

/** A job's spec as a message and back; what the message leaves open gets its default here. */
final class SpecMessages {

    private SpecMessages() {}

    static JobSpec read(io.pikaferry.proto.v1.JobSpec spec) {
        return new JobSpec(
                new JobId(spec.getName()),
                source(spec.getSource()),
                TargetUri.parse(spec.getTarget().getUri()),
                fullSync(spec.getFullSync()),
                spec.getLanes() == 0 ? JobSpec.DEFAULT_LANES : spec.getLanes(),
                onExistingKeys(spec.getOnExistingKeys()),
                onError(spec.getOnError()),
                typeConflict(spec.getTypeConflict()),
                spec.getDatabasesMap(),
                spec.getLabelsMap(),
                spec.getWorkerSelectorMap(),
                new RateLimit(
                        spec.getRate().getCommandsPerSecond(), spec.getRate().getBytesPerSecond()),
                throttle(spec.getThrottle()).orElse(Throttle.AUTO));
    }

    static io.pikaferry.proto.v1.JobSpec write(JobSpec spec, boolean sourcePassword, boolean targetPassword) {
        return io.pikaferry.proto.v1.JobSpec.newBuilder()
                .setName(spec.name().value())
                .setSource(Source.newBuilder()
                        .setHost(spec.source().host())
                        .setPort(spec.source().port())
                        .setHasPassword(sourcePassword))
                .setTarget(Target.newBuilder().setUri(spec.target().toString()).setHasPassword(targetPassword))
                .setFullSync(
                        switch (spec.fullSync()) {
                            case AUTO -> io.pikaferry.proto.v1.FullSync.FULL_SYNC_AUTO;
                            case FORCE -> io.pikaferry.proto.v1.FullSync.FULL_SYNC_FORCE;
                            case NEVER -> io.pikaferry.proto.v1.FullSync.FULL_SYNC_NEVER;
                        })
                .setLanes(spec.lanes())
                .setOnExistingKeys(
                        switch (spec.onExistingKeys()) {
                            case FAIL -> io.pikaferry.proto.v1.OnExistingKeys.ON_EXISTING_KEYS_FAIL;
                            case OVERWRITE -> io.pikaferry.proto.v1.OnExistingKeys.ON_EXISTING_KEYS_OVERWRITE;
                            case SKIP -> io.pikaferry.proto.v1.OnExistingKeys.ON_EXISTING_KEYS_SKIP;
                        })
                .setOnError(
                        switch (spec.onError()) {
                            case RECORD -> io.pikaferry.proto.v1.OnError.ON_ERROR_RECORD;
                            case STOP -> io.pikaferry.proto.v1.OnError.ON_ERROR_STOP;
                            case RECONCILE -> io.pikaferry.proto.v1.OnError.ON_ERROR_RECONCILE;
                        })
                .setTypeConflict(
                        switch (spec.typeConflict()) {
                            case PREFER -> io.pikaferry.proto.v1.TypeConflict.TYPE_CONFLICT_PREFER;
                            case FAIL -> io.pikaferry.proto.v1.TypeConflict.TYPE_CONFLICT_FAIL;
                        })
                .putAllDatabases(spec.databases())
                .putAllLabels(spec.labels())
                .putAllWorkerSelector(spec.workerSelector())
                .setRate(write(spec.rate()))
                .setThrottle(write(spec.throttle()))
                .build();
    }

    static io.pikaferry.proto.v1.RateLimit write(RateLimit rate) {
        return io.pikaferry.proto.v1.RateLimit.newBuilder()
                .setCommandsPerSecond(rate.commandsPerSecond())
                .setBytesPerSecond(rate.bytesPerSecond())
                .build();
    }

    static io.pikaferry.proto.v1.Throttle write(Throttle throttle) {
        return switch (throttle) {
            case AUTO -> io.pikaferry.proto.v1.Throttle.THROTTLE_AUTO;
            case OFF -> io.pikaferry.proto.v1.Throttle.THROTTLE_OFF;
        };
    }

    /** Empty: nothing is said of it. */
    static Optional<Throttle> throttle(io.pikaferry.proto.v1.Throttle value) {
        return switch (value) {
            case THROTTLE_UNSPECIFIED -> Optional.empty();
            case THROTTLE_AUTO -> Optional.of(Throttle.AUTO);
            case THROTTLE_OFF -> Optional.of(Throttle.OFF);
            case UNRECOGNIZED -> throw unknown("throttle");
        };
    }

    private static Endpoint source(Source source) {
        try {
            return new Endpoint(source.getHost(), source.getPort());
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("source: " + e.getMessage(), e);
        }
    }

    private static FullSync fullSync(io.pikaferry.proto.v1.FullSync value) {
        return switch (value) {
            case FULL_SYNC_UNSPECIFIED, FULL_SYNC_AUTO -> FullSync.AUTO;
            case FULL_SYNC_FORCE -> FullSync.FORCE;
            case FULL_SYNC_NEVER -> FullSync.NEVER;
            case UNRECOGNIZED -> throw unknown("full_sync");
        };
    }

    private static OnExistingKeys onExistingKeys(io.pikaferry.proto.v1.OnExistingKeys value) {
        return switch (value) {
            case ON_EXISTING_KEYS_UNSPECIFIED, ON_EXISTING_KEYS_FAIL -> OnExistingKeys.FAIL;
            case ON_EXISTING_KEYS_OVERWRITE -> OnExistingKeys.OVERWRITE;
            case ON_EXISTING_KEYS_SKIP -> OnExistingKeys.SKIP;
            case UNRECOGNIZED -> throw unknown("on_existing_keys");
        };
    }

    private static OnError onError(io.pikaferry.proto.v1.OnError value) {
        return switch (value) {
            case ON_ERROR_RECORD -> OnError.RECORD;
            case ON_ERROR_STOP -> OnError.STOP;
            case ON_ERROR_UNSPECIFIED, ON_ERROR_RECONCILE -> OnError.RECONCILE;
            case UNRECOGNIZED -> throw unknown("on_error");
        };
    }

    private static TypeConflict typeConflict(io.pikaferry.proto.v1.TypeConflict value) {
        return switch (value) {
            case TYPE_CONFLICT_UNSPECIFIED, TYPE_CONFLICT_PREFER -> TypeConflict.PREFER;
            case TYPE_CONFLICT_FAIL -> TypeConflict.FAIL;
            case UNRECOGNIZED -> throw unknown("type_conflict");
        };
    }

    private static IllegalArgumentException unknown(String field) {
        return new IllegalArgumentException(field + " has a value this coordinator does not know; is it older?");
    }
}
