package io.pikaferry.ctl.submission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.FullSync;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.OnError;
import io.pikaferry.proto.v1.OnExistingKeys;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.TypeConflict;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(10)
class JobFileTest {

    @TempDir
    private Path directory;

    @Test
    void everyKeyHasItsPlaceInTheSpecification() throws IOException {
        Files.createDirectory(directory.resolve("secrets"));
        Files.writeString(directory.resolve("secrets/source"), "from\n");
        Files.writeString(directory.resolve("secrets/target"), "to\r\n");

        List<Submission> jobs = read(
                """
                apiVersion: v1
                name: users
                source:
                  address: "[::1]:9221"
                  passwordFile: secrets/source
                target:
                  uri: rediss://ferry@10.0.0.9:6379/2
                  passwordFile: secrets/target
                fullSync: never
                lanes: 8
                onExistingKeys: overwrite
                onError: reconcile
                typeConflict: fail
                databases: {0: 3, 1: 4}
                labels:
                  team: search
                  app.kubernetes.io/name: users
                workerSelector: {zone: a}
                rate: {commandsPerSecond: 50000, bytesPerSecond: 10MiB}
                paused: true
                """);

        assertThat(jobs).hasSize(1);
        assertThat(jobs.get(0).request().getSpec())
                .isEqualTo(JobSpec.newBuilder()
                        .setName("users")
                        .setSource(Source.newBuilder().setHost("::1").setPort(9221))
                        .setTarget(Target.newBuilder().setUri("rediss://ferry@10.0.0.9:6379/2"))
                        .setFullSync(FullSync.FULL_SYNC_NEVER)
                        .setLanes(8)
                        .setOnExistingKeys(OnExistingKeys.ON_EXISTING_KEYS_OVERWRITE)
                        .setOnError(OnError.ON_ERROR_RECONCILE)
                        .setTypeConflict(TypeConflict.TYPE_CONFLICT_FAIL)
                        .putDatabases(0, 3)
                        .putDatabases(1, 4)
                        .putLabels("team", "search")
                        .putLabels("app.kubernetes.io/name", "users")
                        .putWorkerSelector("zone", "a")
                        .setRate(RateLimit.newBuilder()
                                .setCommandsPerSecond(50_000)
                                .setBytesPerSecond(10L << 20))
                        .build());
        assertThat(jobs.get(0).request().getPaused()).isTrue();
        assertThat(jobs.get(0).request().getSourcePassword()).isEqualTo(ByteString.copyFromUtf8("from"));
        assertThat(jobs.get(0).request().getTargetPassword()).isEqualTo(ByteString.copyFromUtf8("to"));
    }

    @Test
    void whatIsNotSaidIsSentAsTheDefaultSoThatSayingItLaterIsNoChange() {
        Submission unsaid =
                read("{name: a, source: 'h:1', target: 'redis://h:2'}").get(0);
        Submission said =
                read("""
                        {name: a, source: {address: 'h:1'}, target: {uri: 'redis://h:2'}, fullSync: auto, lanes: 4,
                         onExistingKeys: fail, onError: reconcile, typeConflict: prefer, paused: false}
                        """)
                        .get(0);

        assertThat(unsaid.request()).isEqualTo(said.request());
    }

    @Test
    void aFileHoldsAListOfJobsThatShareDefaults() {
        List<Submission> jobs = read(
                """
                defaults:
                  target: redis://t:1
                  lanes: 8
                  labels: {team: search, env: test}
                jobs:
                  - name: a
                    source: s1:9221
                  - name: b
                    source: {address: s2:9221}
                    lanes: 2
                    labels: {env: live}
                """);

        assertThat(jobs).extracting(Submission::name).containsExactly("a", "b");
        assertThat(jobs).extracting(job -> job.request().getSpec().getLanes()).containsExactly(8, 2);
        assertThat(jobs.get(1).request().getSpec().getLabelsMap())
                .containsEntry("team", "search")
                .containsEntry("env", "live");
    }

    @Test
    void defaultsHoldForTheDocumentsAfterThemUntilThereAreOthers() {
        List<Submission> jobs = read(
                """
                defaults: {target: 'redis://t:1', lanes: 8}
                ---
                name: a
                source: s:1
                ---
                name: b
                source: s:2
                defaults: {target: 'redis://t:2'}
                """);

        assertThat(jobs)
                .extracting(job -> job.request().getSpec().getTarget().getUri())
                .containsExactly("redis://t:1", "redis://t:2");
        assertThat(jobs).extracting(job -> job.request().getSpec().getLanes()).containsExactly(8, 4);
    }

    @Test
    void anUnknownKeyNamesItsLineAndTheNearestKnownOne() {
        refuses(
                """
                name: users
                source: s:1
                target: redis://t:1
                lane: 8
                """,
                ErrorCode.UNKNOWN_CONFIG_KEY,
                "job.yaml line 4: unknown key 'lane'; did you mean 'lanes'?");
        refuses(
                """
                name: users
                source:
                  adress: s:1
                """,
                ErrorCode.UNKNOWN_CONFIG_KEY,
                "job.yaml line 3: unknown key 'source.adress'; did you mean 'address'?");
        refuses("zzzzzz: 1", ErrorCode.UNKNOWN_CONFIG_KEY, "job.yaml line 1: unknown key 'zzzzzz'");
        refuses("{name: a, rate: {rps: 1}}", ErrorCode.UNKNOWN_CONFIG_KEY, "job.yaml line 1: unknown key 'rate.rps'");
    }

    /** P7: a secret in a job file would be in a repository next. */
    @Test
    void aPasswordInTheFileIsRefusedAndNotRepeated() {
        refuses(
                """
                name: users
                source: {address: 's:1', password: hunter2}
                """,
                ErrorCode.UNKNOWN_CONFIG_KEY,
                "job.yaml line 2: 'source.password': a password does not belong into a job file; put it into a file of"
                        + " its own and name that as passwordFile");
        refuses(
                "{name: a, source: 's:1', target: 'redis://u:hunter2@t:1'}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: target.uri: a password does not belong into the URI; give it by"
                        + " --target-password-file (in a job file: target.passwordFile)");
        refuses(
                "name: users\nsource: 's:1\n  password: hunter2",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 3: not YAML: found unexpected end of stream");
    }

    @Test
    void valuesThatAreNotPossibleNameTheirLine() {
        refuses(
                "name: Users",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: name: job id must match [a-z0-9][a-z0-9-]{0,62}: 'Users'");
        refuses(
                "name: a\nsource: localhost",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: source.address: expected HOST:PORT, got 'localhost'");
        refuses(
                "name: a\nfullSync: forced",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: fullSync: must be auto, force or never, got 'forced'; did you mean 'force'?");
        refuses("name: a\nlanes: 0", ErrorCode.INVALID_ARGUMENT, "job.yaml line 2: lanes: must be 1 to 1024, got 0");
        refuses(
                "name: a\nlanes: many",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: lanes: must be a number, got 'many'");
        refuses(
                "name: a\nrate: {bytesPerSecond: 10MB}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: rate.bytesPerSecond: must be a number, got '10MB'");
        refuses(
                "name: a\npaused: yes",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: paused: must be true or false, got 'yes'");
        refuses(
                "name: a\ndatabases: {0: x}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: databases.0: must be a number, got 'x'");
        refuses(
                "name: a\ndatabases: {-1: 0}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 2: databases.-1: must be 0 or more, got -1");
    }

    @Test
    void theShapeOfTheFileIsChecked() {
        refuses("", ErrorCode.INVALID_ARGUMENT, "job.yaml holds no job");
        refuses("- a\n- b", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: a document must hold keys and values");
        refuses("jobs: users", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: 'jobs' must be a list");
        refuses("jobs: [users]", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: a job must hold keys and values");
        refuses("apiVersion: v2\nname: a", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: apiVersion must be v1");
        refuses(
                "jobs: []\nname: a",
                ErrorCode.UNKNOWN_CONFIG_KEY,
                "job.yaml line 2: 'name' stands beside 'jobs': it belongs into a job or into 'defaults'");
        refuses(
                "defaults: {name: a}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: a name cannot be a default: each job has its own");
        refuses("name: a\nname: b", ErrorCode.INVALID_ARGUMENT, "job.yaml line 2: 'name' is there twice");
        refuses(
                "{name: a, labels: {x: 1, x: 2}}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: 'labels.x' is there twice");
        refuses("name:\n", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: 'name' has no value");
        refuses("name: [a]", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: 'name' must be a single value");
        refuses("labels: x", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: 'labels' must hold keys and values");
        refuses("? [a]\n: b", ErrorCode.INVALID_ARGUMENT, "job.yaml line 1: a key must be a single word");
    }

    @Test
    void aJobWithoutASourceSaysWhichOne() {
        refuses(
                """
                jobs:
                  - name: a
                    source: s:1
                    target: redis://t:1
                  - name: b
                    target: redis://t:1
                """,
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 5: job b has no source");
    }

    @Test
    void everyJobThatIsWrongIsNamedAtOnce() {
        refuses(
                """
                jobs:
                  - {name: a, source: s, target: 'redis://t:1'}
                  - {name: b, source: 's:1', target: 'redis://t:1'}
                  - {name: c, source: 's:1', target: 'http://t:1'}
                  - {name: b, source: 's:1', target: 'redis://t:1'}
                """,
                ErrorCode.INVALID_ARGUMENT,
                """
                job.yaml line 2: source.address: expected HOST:PORT, got 's'
                job.yaml line 4: target.uri: expected redis://[USER@]HOST:PORT[/DB], or rediss:// for TLS; 'http' is not known
                job.yaml line 5: the name b is taken by job.yaml line 3""");
    }

    @Test
    void aPasswordFileMustBeThereAndHoldSomething() throws IOException {
        Files.writeString(directory.resolve("empty"), "\n");

        refuses(
                "{name: a, source: {address: 's:1', passwordFile: nothing}}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: source.passwordFile: there is no file " + directory.resolve("nothing"));
        refuses(
                "{name: a, source: {address: 's:1', passwordFile: empty}}",
                ErrorCode.INVALID_ARGUMENT,
                "job.yaml line 1: source.passwordFile: " + directory.resolve("empty") + " is empty");
    }

    @Test
    void theExampleInTheDocumentationIsAccepted() throws IOException {
        Files.createDirectory(directory.resolve("secrets"));
        Files.writeString(directory.resolve("secrets/users-source"), "x");
        Files.writeString(directory.resolve("secrets/users-target"), "x");

        List<Submission> jobs = read(Files.readString(Path.of("../docs/job.yaml")));

        assertThat(jobs).extracting(Submission::name).containsExactly("users", "carts");
    }

    private List<Submission> read(String text) {
        return Submission.all(new JobFile("job.yaml", directory).read(new StringReader(text)));
    }

    private void refuses(String text, ErrorCode code, String message) {
        assertThatThrownBy(() -> read(text))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(code))
                .hasMessage(message);
    }
}
