package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Bytes;
import io.pikaferry.model.Endpoint;
import io.pikaferry.worker.pace.Limits;
import io.pikaferry.worker.target.TargetAddress;
import java.util.Map;
import java.util.Optional;

/**
 * What to migrate and how, as the operator said.
 *
 * @param lanes how many connections to the target; fixed once the job has begun
 * @param databases source database → target database; one not named keeps its number
 * @param limits as they were when the job was assigned
 */
public record JobSettings(
        Endpoint source,
        Optional<Bytes> sourcePassword,
        TargetAddress target,
        FullSync fullSync,
        int lanes,
        OnExistingKeys onExistingKeys,
        OnError onError,
        TypeConflict typeConflict,
        Map<Integer, Integer> databases,
        Limits limits) {

    /** When a snapshot may be taken. */
    public enum FullSync {
        /** If there is nothing to go on from. */
        AUTO,
        /** Follow the binlog only, from its beginning if there is nothing to go on from. */
        NEVER
    }

    /** What to do about keys that are in the target before the job has begun. */
    public enum OnExistingKeys {
        FAIL,
        OVERWRITE
    }

    /** What follows when a command cannot be applied; the ledger has it in any case. */
    public enum OnError {
        RECORD,
        STOP,
        RECONCILE
    }

    /** What to do about a name that has several types at the source. */
    public enum TypeConflict {
        PREFER,
        FAIL
    }

    public JobSettings {
        requireNonNull(source, "source is null");
        requireNonNull(sourcePassword, "sourcePassword is null");
        requireNonNull(target, "target is null");
        requireNonNull(fullSync, "fullSync is null");
        requireNonNull(onExistingKeys, "onExistingKeys is null");
        requireNonNull(onError, "onError is null");
        requireNonNull(typeConflict, "typeConflict is null");
        databases = Map.copyOf(databases);
        requireNonNull(limits, "limits is null");
    }

    JobSettings limited(Limits newLimits) {
        return new JobSettings(
                source,
                sourcePassword,
                target,
                fullSync,
                lanes,
                onExistingKeys,
                onError,
                typeConflict,
                databases,
                newLimits);
    }

    /** The target's database for one of the source: as mapped; else the one the target's address names, for database 0; else the same. */
    public int targetDb(int sourceDb) {
        return databases.getOrDefault(sourceDb, sourceDb == 0 ? target.controlDb() : sourceDb);
    }
}
