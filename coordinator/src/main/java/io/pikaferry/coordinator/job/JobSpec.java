package io.pikaferry.coordinator.job;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * What to migrate, as the operator submitted it, with the defaults filled in. Holds no password. Only limits ever change.
 *
 * @param databases source database to target database; a database not named keeps its number
 * @param labels for people; mean nothing to us
 * @param workerSelector labels that a worker must have to get the job
 */
public record JobSpec(
        JobId name,
        Endpoint source,
        TargetUri target,
        FullSync fullSync,
        int lanes,
        OnExistingKeys onExistingKeys,
        OnError onError,
        TypeConflict typeConflict,
        Map<Integer, Integer> databases,
        Map<String, String> labels,
        Map<String, String> workerSelector,
        RateLimit rate,
        Throttle throttle) {

    public static final int DEFAULT_LANES = 4;
    private static final int MAX_LANES = 64;

    /** In the order a person would look for a difference; the names are those of the submitted file. */
    private static final List<Field> FIELDS = List.of(
            new Field("source", JobSpec::source),
            new Field("target", JobSpec::target),
            new Field("full_sync", JobSpec::fullSync),
            new Field("lanes", JobSpec::lanes),
            new Field("on_existing_keys", JobSpec::onExistingKeys),
            new Field("on_error", JobSpec::onError),
            new Field("type_conflict", JobSpec::typeConflict),
            new Field("databases", spec -> new TreeMap<>(spec.databases())),
            new Field("labels", spec -> new TreeMap<>(spec.labels())),
            new Field("worker_selector", spec -> new TreeMap<>(spec.workerSelector())),
            new Field("rate", JobSpec::rate),
            new Field("throttle", JobSpec::throttle));

    private record Field(String name, Function<JobSpec, Object> value) {}

    /** Where two specs of one name differ. */
    public record Difference(String field, Object ours, Object theirs) {}

    public JobSpec {
        requireNonNull(name, "name is null");
        requireNonNull(source, "source is null");
        requireNonNull(target, "target is null");
        requireNonNull(fullSync, "fullSync is null");
        requireNonNull(onExistingKeys, "onExistingKeys is null");
        requireNonNull(onError, "onError is null");
        requireNonNull(typeConflict, "typeConflict is null");
        requireNonNull(rate, "rate is null");
        requireNonNull(throttle, "throttle is null");
        if (lanes < 1 || lanes > MAX_LANES) {
            throw new IllegalArgumentException("lanes must be 1..%d, got %d".formatted(MAX_LANES, lanes));
        }
        databases = Map.copyOf(databases);
        labels = Map.copyOf(labels);
        workerSelector = Map.copyOf(workerSelector);
        databases.forEach((from, to) -> {
            if (from < 0 || to < 0) {
                throw new IllegalArgumentException("databases: negative number in %d: %d".formatted(from, to));
            }
        });
    }

    JobSpec limited(RateLimit newRate, Throttle newThrottle) {
        return new JobSpec(
                name,
                source,
                target,
                fullSync,
                lanes,
                onExistingKeys,
                onError,
                typeConflict,
                databases,
                labels,
                workerSelector,
                newRate,
                newThrottle);
    }

    /** The first field in which the other differs from this, or empty if they ask for the same. */
    public Optional<Difference> firstDifference(JobSpec other) {
        return FIELDS.stream()
                .map(field -> new Difference(
                        field.name(), field.value().apply(this), field.value().apply(other)))
                .filter(difference -> !difference.ours().equals(difference.theirs()))
                .findFirst();
    }
}
