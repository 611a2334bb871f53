package io.pikaferry.coordinator;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.leadership.OfficeConfig;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a coordinator is told at start: the command line, then the configuration file. Every key of the file is
 * documented, with its default, in {@code deploy/dist/conf/coordinator.properties}.
 *
 * @param advertise where others are told to reach it
 * @param zookeeper {@code host:port,…[/chroot]}; present exactly if {@code embeddedZooKeeper} is not
 * @param insecure plain text also on addresses that others can reach
 */
public record CoordinatorConfig(
        String id,
        Endpoint listen,
        Endpoint advertise,
        boolean insecure,
        Optional<String> zookeeper,
        Optional<Path> embeddedZooKeeper,
        Duration sessionTimeout,
        Duration connectPatience,
        Path secretKeyFile,
        OfficeConfig office) {

    private static final String ID_PATTERN = "[A-Za-z0-9\\[][A-Za-z0-9._:\\[\\]-]{0,127}";
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})\\s*(ms|s|m|h)");

    private static final String SERVER = "([^\\s:,/\\[\\]]+|\\[[0-9a-fA-F:.]+\\])(:\\d{1,5})?";
    private static final Pattern ENSEMBLE = Pattern.compile(SERVER + "(," + SERVER + ")*(/[^\\s/]+)*/?");

    /** Every key of the configuration file, with its default; what has no fixed one is described. */
    static final Map<String, String> DEFAULTS = defaults();

    private static Map<String, String> defaults() {
        Map<String, String> defaults = new LinkedHashMap<>();
        defaults.put("advertise", "");
        defaults.put("zookeeper.session-timeout", "6s");
        defaults.put("zookeeper.connect-patience", "15s");
        defaults.put("secret.key-file", "");
        defaults.put("worker.lease", "6s");
        defaults.put("worker.grace", "2s");
        defaults.put("balance.interval", "500ms");
        defaults.put("checkpoint.interval", "1s");
        defaults.put("events.kept", "200");
        defaults.put("errors.kept", "1000");
        defaults.put("full-syncs.per-source-host", "2");
        return defaults;
    }

    /** What stands on the command line. */
    public record CommandLine(
            Endpoint listen,
            Optional<String> zookeeper,
            Optional<Path> embeddedZooKeeper,
            Optional<Path> configFile,
            Optional<String> id,
            Optional<Path> secretKeyFile,
            boolean insecure) {}

    public CoordinatorConfig {
        requireNonNull(listen, "listen is null");
        requireNonNull(advertise, "advertise is null");
        requireNonNull(secretKeyFile, "secretKeyFile is null");
        requireNonNull(office, "office is null");
        if (!id.matches(ID_PATTERN)) {
            throw new IllegalArgumentException("--id must match %s, got '%s'".formatted(ID_PATTERN, id));
        }
        if (zookeeper.isPresent() == embeddedZooKeeper.isPresent()) {
            throw new IllegalArgumentException("give either --zookeeper or --embedded-zookeeper");
        }
        zookeeper.filter(hosts -> !ENSEMBLE.matcher(hosts).matches()).ifPresent(hosts -> {
            throw new IllegalArgumentException("--zookeeper: expected HOST:PORT,…[/CHROOT], got '%s'".formatted(hosts));
        });
        if (sessionTimeout.toMillis() < 1_000 || sessionTimeout.toMillis() > 60_000) {
            throw new IllegalArgumentException(
                    "zookeeper.session-timeout must be 1s to 60s, got %d ms".formatted(sessionTimeout.toMillis()));
        }
        if (connectPatience.toMillis() < 1) {
            throw new IllegalArgumentException("zookeeper.connect-patience must be positive");
        }
    }

    /**
     * The configuration.
     *
     * @param environment of the process, for the places of files
     * @throws FerryException with UNKNOWN_CONFIG_KEY or INVALID_ARGUMENT
     */
    public static CoordinatorConfig of(CommandLine line, Map<String, String> environment) {
        Map<String, String> values = new LinkedHashMap<>(DEFAULTS);
        line.configFile().ifPresent(file -> values.putAll(ConfigFile.read(file, DEFAULTS.keySet())));
        try {
            return new CoordinatorConfig(
                    line.id().orElse(line.listen().toString()),
                    line.listen(),
                    given(values, "advertise").isPresent()
                            ? value(values, "advertise", Endpoint::parse)
                            : line.listen(),
                    line.insecure(),
                    line.zookeeper(),
                    line.embeddedZooKeeper(),
                    value(values, "zookeeper.session-timeout", CoordinatorConfig::duration),
                    value(values, "zookeeper.connect-patience", CoordinatorConfig::duration),
                    line.secretKeyFile()
                            .or(() -> given(values, "secret.key-file").map(Path::of))
                            .orElseGet(() -> defaultKeyFile(line, environment)),
                    new OfficeConfig(
                            value(values, "worker.lease", CoordinatorConfig::duration),
                            value(values, "worker.grace", CoordinatorConfig::duration),
                            value(values, "balance.interval", CoordinatorConfig::duration),
                            value(values, "checkpoint.interval", CoordinatorConfig::duration),
                            value(values, "events.kept", Integer::parseInt),
                            value(values, "errors.kept", Integer::parseInt),
                            value(values, "full-syncs.per-source-host", Integer::parseInt)));
        } catch (IllegalArgumentException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, e.getMessage(), e);
        }
    }

    private static Optional<String> given(Map<String, String> values, String key) {
        return Optional.of(values.get(key)).filter(text -> !text.isEmpty());
    }

    private static <T> T value(Map<String, String> values, String key, Function<String, T> parse) {
        try {
            return parse.apply(values.get(key));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "%s must be a whole number, got '%s'".formatted(key, values.get(key)), e);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(key + ": " + e.getMessage(), e);
        }
    }

    private static Duration duration(String text) {
        Matcher duration = DURATION.matcher(text);
        if (!duration.matches()) {
            throw new IllegalArgumentException("expected a duration like 500ms, 6s, 10m or 1h, got '" + text + "'");
        }
        long number = Long.parseLong(duration.group(1));
        return switch (duration.group(2)) {
            case "ms" -> Duration.ofMillis(number);
            case "s" -> Duration.ofSeconds(number);
            case "m" -> Duration.ofMinutes(number);
            default -> Duration.ofHours(number);
        };
    }

    private static Path defaultKeyFile(CommandLine line, Map<String, String> environment) {
        if (line.embeddedZooKeeper().isPresent()) {
            return line.embeddedZooKeeper().get().resolve("secret.key");
        }
        Path config = Optional.ofNullable(environment.get("XDG_CONFIG_HOME"))
                .filter(folder -> !folder.isEmpty())
                .map(Path::of)
                .orElseGet(() -> Path.of(environment.getOrDefault("HOME", "."), ".config"));
        return config.resolve("pikaferry").resolve("secret.key");
    }
}
