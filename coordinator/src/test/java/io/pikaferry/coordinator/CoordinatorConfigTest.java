package io.pikaferry.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.leadership.OfficeConfig;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CoordinatorConfigTest {

    private static final Endpoint LISTEN = new Endpoint("127.0.0.1", 7070);
    private static final Path DOCUMENTED = Path.of("../deploy/dist/conf/coordinator.properties");

    @TempDir
    private Path folder;

    private static CoordinatorConfig of(Optional<Path> file) {
        return CoordinatorConfig.of(
                new CoordinatorConfig.CommandLine(
                        LISTEN,
                        Optional.of("zk1:2181"),
                        Optional.empty(),
                        file,
                        Optional.empty(),
                        Optional.empty(),
                        false),
                Map.of("HOME", "/home/ferry"));
    }

    private CoordinatorConfig with(String text) throws IOException {
        return of(Optional.of(Files.writeString(folder.resolve("coordinator.properties"), text)));
    }

    @Test
    void withoutAFileThereAreDefaults() {
        CoordinatorConfig config = of(Optional.empty());

        assertThat(config.id()).isEqualTo("127.0.0.1:7070");
        assertThat(config.advertise()).isEqualTo(LISTEN);
        assertThat(config.sessionTimeout()).isEqualTo(Duration.ofSeconds(6));
        assertThat(config.connectPatience()).isEqualTo(Duration.ofSeconds(15));
        assertThat(config.secretKeyFile()).isEqualTo(Path.of("/home/ferry/.config/pikaferry/secret.key"));
        assertThat(config.office()).isEqualTo(OfficeConfig.DEFAULT);
    }

    @Test
    void theDocumentedDefaultsAreTheDefaults() {
        Map<String, String> documented = ConfigFile.read(DOCUMENTED, CoordinatorConfig.DEFAULTS.keySet());

        assertThat(documented).isEqualTo(CoordinatorConfig.DEFAULTS);
        assertThat(of(Optional.of(DOCUMENTED))).isEqualTo(of(Optional.empty()));
    }

    @Test
    void aFileIsReadWithEitherSeparator() throws Exception {
        CoordinatorConfig config = with(
                "# ours\n\nadvertise: ferry.example:7070\nworker.lease = 10s\nworker.grace=500ms\nerrors.kept:  5\n");

        assertThat(config.advertise()).isEqualTo(new Endpoint("ferry.example", 7070));
        assertThat(config.office().lease()).isEqualTo(Duration.ofSeconds(10));
        assertThat(config.office().grace()).isEqualTo(Duration.ofMillis(500));
        assertThat(config.office().errorsKept()).isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "worker.leese = 6s, 'unknown configuration key ''worker.leese''; did you mean ''worker.lease''?'",
        "Zookeeper.sessionTimeout = 6s, 'unknown configuration key ''Zookeeper.sessionTimeout''; did you mean ''zookeeper.session-timeout''?'",
    })
    void anUnknownKeyIsRefusedWithTheNearestKnownOne(String line, String message) {
        assertThatThrownBy(() -> with(line))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.UNKNOWN_CONFIG_KEY))
                .hasMessage("%s:1: %s".formatted(folder.resolve("coordinator.properties"), message));
    }

    @ParameterizedTest
    @CsvSource({
        "worker.lease = soon, 'worker.lease: expected a duration like 500ms, 6s, 10m or 1h, got ''soon'''",
        "worker.lease = 1ms, 'worker.lease must be 1500 ms to 600000 ms, got 1 ms'",
        "worker.grace = 7s, 'worker.grace must be 0 ms to 6000 ms, got 7000 ms'",
        "events.kept = many, 'events.kept must be a whole number, got ''many'''",
        "events.kept = 0, 'events.kept must be 1 to 500, got 0'",
        "advertise = here, 'advertise: expected HOST:PORT, got ''here'''",
        "zookeeper.session-timeout = 1ms, 'zookeeper.session-timeout must be 1s to 60s, got 1 ms'",
    })
    void aBadValueIsRefusedUnderTheNameOfItsKey(String line, String message) {
        assertThatThrownBy(() -> with(line))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage(message);
    }

    @Test
    void aLineThatIsNoneIsRefused() {
        Path file = folder.resolve("coordinator.properties");
        assertThatThrownBy(() -> with("\nworker.lease\n"))
                .hasMessage(file + ":2: expected key = value, got 'worker.lease'");
        assertThatThrownBy(() -> with("worker.lease=6s\nworker.lease=7s"))
                .hasMessage(file + ":2: configuration key 'worker.lease' is given twice");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> of(Optional.of(folder.resolve("none"))))
                .hasMessageStartingWith("configuration file %s cannot be read".formatted(folder.resolve("none")));
    }

    @Test
    void anEmbeddedZooKeeperHasItsKeyBesideIt() {
        CoordinatorConfig config = CoordinatorConfig.of(
                new CoordinatorConfig.CommandLine(
                        LISTEN,
                        Optional.empty(),
                        Optional.of(folder),
                        Optional.empty(),
                        Optional.of("c1"),
                        Optional.empty(),
                        false),
                Map.of("XDG_CONFIG_HOME", "/xdg"));

        assertThat(config.secretKeyFile()).isEqualTo(folder.resolve("secret.key"));
        assertThat(config.id()).isEqualTo("c1");
    }

    @Test
    void theCommandLineGoesBeforeTheFile() throws Exception {
        Path file = Files.writeString(folder.resolve("c"), "secret.key-file = /from/file\n");
        CoordinatorConfig config = CoordinatorConfig.of(
                new CoordinatorConfig.CommandLine(
                        LISTEN,
                        Optional.of("zk1:2181"),
                        Optional.empty(),
                        Optional.of(file),
                        Optional.empty(),
                        Optional.of(Path.of("/from/line")),
                        false),
                Map.of());

        assertThat(config.secretKeyFile()).isEqualTo(Path.of("/from/line"));
        assertThat(of(Optional.of(file)).secretKeyFile()).isEqualTo(Path.of("/from/file"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"zk1:2181", "zk1", "zk1:2181,zk2:2181/ferry", "10.0.0.1:2181,[::1]:2181/a/b", "zk:2181/"})
    void anEnsembleIsTaken(String hosts) {
        assertThat(ensemble(hosts).zookeeper()).contains(hosts);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "zk1:port", "zk1:2181,", "zk1:2181 zk2:2181", "/ferry", "zk1:2181//ferry"})
    void whatIsNoEnsembleIsRefused(String hosts) {
        assertThatThrownBy(() -> ensemble(hosts))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.INVALID_ARGUMENT))
                .hasMessage("--zookeeper: expected HOST:PORT,…[/CHROOT], got '%s'".formatted(hosts));
    }

    private static CoordinatorConfig ensemble(String hosts) {
        return CoordinatorConfig.of(
                new CoordinatorConfig.CommandLine(
                        LISTEN,
                        Optional.of(hosts),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        false),
                Map.of());
    }

    @Test
    void anIdThatIsNoPathIsRefused() {
        assertThatThrownBy(() -> CoordinatorConfig.of(
                        new CoordinatorConfig.CommandLine(
                                LISTEN,
                                Optional.of("zk1:2181"),
                                Optional.empty(),
                                Optional.empty(),
                                Optional.of("a/b"),
                                Optional.empty(),
                                false),
                        Map.of()))
                .hasMessageStartingWith("--id must match ");
    }
}
