package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.submission.Submission.Secret;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.proto.v1.FullSync;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.OnError;
import io.pikaferry.proto.v1.OnExistingKeys;
import io.pikaferry.proto.v1.Throttle;
import io.pikaferry.proto.v1.TypeConflict;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Puts a submission together from what was written. Knows every key a job can have, what it may hold and where it goes. */
final class Assembly {

    /** Sets one value; throws IllegalArgumentException when it is not possible. */
    private interface Setter {
        void set(Assembly assembly, String text);
    }

    /** Sets one value of a map. */
    private interface EntrySetter {
        void set(Assembly assembly, String key, String text);
    }

    private static final Map<String, Setter> KEYS = new LinkedHashMap<>();
    private static final Map<String, EntrySetter> MAPS = new LinkedHashMap<>();

    static {
        KEYS.put("name", (job, text) -> job.spec.setName(new JobId(text).value()));
        KEYS.put("source.address", (job, text) -> job.source(text));
        KEYS.put("source.passwordFile", (job, text) -> job.sourceSecret = Optional.of(job.secret(text)));
        KEYS.put("target.uri", (job, text) -> job.spec
                .getTargetBuilder()
                .setUri(TargetUri.parse(text).toString()));
        KEYS.put("target.passwordFile", (job, text) -> job.targetSecret = Optional.of(job.secret(text)));
        KEYS.put(
                "fullSync",
                (job, text) -> job.spec.setFullSync(
                        choice(text, FullSync.FULL_SYNC_AUTO, FullSync.FULL_SYNC_FORCE, FullSync.FULL_SYNC_NEVER)));
        KEYS.put("lanes", (job, text) -> job.spec.setLanes(Math.toIntExact(number(text, 1, 1_024))));
        KEYS.put(
                "onExistingKeys",
                (job, text) -> job.spec.setOnExistingKeys(choice(
                        text,
                        OnExistingKeys.ON_EXISTING_KEYS_FAIL,
                        OnExistingKeys.ON_EXISTING_KEYS_OVERWRITE,
                        OnExistingKeys.ON_EXISTING_KEYS_SKIP)));
        KEYS.put(
                "onError",
                (job, text) -> job.spec.setOnError(
                        choice(text, OnError.ON_ERROR_RECORD, OnError.ON_ERROR_STOP, OnError.ON_ERROR_RECONCILE)));
        KEYS.put(
                "typeConflict",
                (job, text) -> job.spec.setTypeConflict(
                        choice(text, TypeConflict.TYPE_CONFLICT_PREFER, TypeConflict.TYPE_CONFLICT_FAIL)));
        KEYS.put(
                "rate.commandsPerSecond",
                (job, text) -> job.spec.getRateBuilder().setCommandsPerSecond(number(text, 1, Long.MAX_VALUE)));
        KEYS.put("rate.bytesPerSecond", (job, text) -> job.spec.getRateBuilder().setBytesPerSecond(bytes(text)));
        KEYS.put(
                "throttle",
                (job, text) -> job.spec.setThrottle(choice(text, Throttle.THROTTLE_AUTO, Throttle.THROTTLE_OFF)));
        KEYS.put("paused", (job, text) -> job.paused = truth(text));

        MAPS.put("databases", Assembly::database);
        MAPS.put("labels", (job, key, text) -> job.spec.putLabels(labelKey(key), text));
        MAPS.put("workerSelector", (job, key, text) -> job.spec.putWorkerSelector(labelKey(key), text));
    }

    private final String origin;
    private final Path directory;
    private final JobSpec.Builder spec = JobSpec.newBuilder()
            .setFullSync(FullSync.FULL_SYNC_AUTO)
            .setLanes(4)
            .setOnExistingKeys(OnExistingKeys.ON_EXISTING_KEYS_FAIL)
            .setOnError(OnError.ON_ERROR_RECONCILE)
            .setTypeConflict(TypeConflict.TYPE_CONFLICT_PREFER);
    private Optional<Secret> sourceSecret = Optional.empty();
    private Optional<Secret> targetSecret = Optional.empty();
    private boolean paused;

    Assembly(String origin, Path directory) {
        this.origin = requireNonNull(origin, "origin is null");
        this.directory = requireNonNull(directory, "directory is null");
    }

    /** The keys of one level: of the job itself, or of {@code source}. */
    static Set<String> keysUnder(String group) {
        String prefix = group.isEmpty() ? "" : group + ".";
        Set<String> keys = KEYS.keySet().stream()
                .filter(key -> key.startsWith(prefix))
                .map(key -> key.substring(prefix.length()).replaceFirst("\\..*", ""))
                .collect(Collectors.toSet());
        if (group.isEmpty()) {
            keys.addAll(MAPS.keySet());
        }
        return keys;
    }

    static boolean isKey(String key) {
        return KEYS.containsKey(key);
    }

    /** {@code labels}: its keys are the operator's. */
    static boolean isMap(String key) {
        return MAPS.containsKey(key);
    }

    /** {@code source}: its keys are ours. */
    static boolean isGroup(String key) {
        return KEYS.keySet().stream().anyMatch(known -> known.startsWith(key + "."));
    }

    void set(String key, Written value) {
        try {
            if (KEYS.containsKey(key)) {
                KEYS.get(key).set(this, value.text());
                return;
            }
            int dot = key.indexOf('.');
            MAPS.get(key.substring(0, dot)).set(this, key.substring(dot + 1), value.text());
        } catch (IllegalArgumentException e) {
            throw value.refused(e);
        }
    }

    Submission finish() {
        require(!spec.getName().isEmpty(), "name");
        require(spec.hasSource(), "source");
        require(spec.hasTarget(), "target");
        return new Submission(origin, spec.build(), sourceSecret, targetSecret, paused);
    }

    private void require(boolean present, String key) {
        if (!present) {
            String job = spec.getName().isEmpty() ? "the job" : "job " + spec.getName();
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "%s: %s has no %s".formatted(origin, job, key));
        }
    }

    private void source(String text) {
        if (text.indexOf('@') >= 0) {
            throw new IllegalArgumentException("expected HOST:PORT; a password is given by --source-password-file"
                    + " (in a job file: source.passwordFile)");
        }
        Endpoint address = Endpoint.parse(text);
        spec.getSourceBuilder().setHost(address.host()).setPort(address.port());
    }

    private Secret secret(String file) {
        Path path = directory.resolve(file);
        return new Secret(path, new PasswordFile(path).read());
    }

    private void database(String from, String to) {
        spec.putDatabases(
                Math.toIntExact(number(from, 0, Integer.MAX_VALUE)), Math.toIntExact(number(to, 0, Integer.MAX_VALUE)));
    }

    private static String labelKey(String key) {
        if (key.isBlank()) {
            throw new IllegalArgumentException("a label needs a name");
        }
        return key;
    }

    /** The choice of that name; the values' common prefix is not part of their names. */
    @SafeVarargs
    static <E extends Enum<E>> E choice(String text, E... choices) {
        List<String> names = Arrays.stream(choices).map(choice -> word(choice)).toList();
        int index = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw new IllegalArgumentException(
                    "must be %s, got '%s'%s".formatted(oneOf(names), text, NearestName.hint(text, names)));
        }
        return choices[index];
    }

    /** None of our choices is of more than one word, so the last one is its name. */
    private static String word(Enum<?> choice) {
        return choice.name().substring(choice.name().lastIndexOf('_') + 1).toLowerCase(Locale.ROOT);
    }

    private static String oneOf(List<String> names) {
        return String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.get(names.size() - 1);
    }

    static long number(String text, long least, long most) {
        try {
            long number = Long.parseLong(text);
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("must be a number, got '" + text + "'", e);
        }
        throw new IllegalArgumentException(
                most < Integer.MAX_VALUE
                        ? "must be %d to %d, got %s".formatted(least, most, text)
                        : "must be %d or more, got %s".formatted(least, text));
    }

    /** {@code 1048576}, {@code 10MiB} */
    static long bytes(String text) {
        Map<String, Integer> shifts = Map.of("KiB", 10, "MiB", 20, "GiB", 30);
        String unit = text.length() > 3 ? text.substring(text.length() - 3) : "";
        if (!shifts.containsKey(unit)) {
            return number(text, 1, Long.MAX_VALUE);
        }
        int shift = shifts.get(unit);
        return number(text.substring(0, text.length() - 3).trim(), 1, Long.MAX_VALUE >> shift) << shift;
    }

    private static boolean truth(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException("must be true or false, got '" + text + "'");
        };
    }
}
