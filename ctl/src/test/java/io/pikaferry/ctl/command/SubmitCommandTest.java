package io.pikaferry.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.ctl.connection.ScriptedTime;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.FullSync;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.OnError;
import io.pikaferry.proto.v1.OnExistingKeys;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Source;
import io.pikaferry.proto.v1.SubmitJobRequest;
import io.pikaferry.proto.v1.Target;
import io.pikaferry.proto.v1.TypeConflict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class SubmitCommandTest {

    @TempDir
    private Path directory;

    private final Shell shell = new Shell();

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void everyOptionHasItsPlaceInTheRequest() throws IOException {
        Files.writeString(directory.resolve("from"), "hunter2\n");
        Files.writeString(directory.resolve("to"), " hunter 3\n\n");

        int exit = shell.in(directory)
                .ferryctl(
                        "submit",
                        "--name=users",
                        "--source",
                        "10.0.0.5:9221",
                        "--source-password-file=from",
                        "--target",
                        "rediss://ferry@10.0.0.9:6379/2",
                        "--target-password-file",
                        directory.resolve("to").toString(),
                        "--full-sync=force",
                        "--lanes=8",
                        "--on-existing-keys=skip",
                        "--on-error=stop",
                        "--type-conflict=fail",
                        "--database=0=3",
                        "--database=1=4",
                        "--label=team=search",
                        "--label=note=a=b",
                        "--worker-selector=zone=a",
                        "--rate-commands=50000",
                        "--rate-bytes=1MiB",
                        "--paused");

        assertThat(exit).isZero();
        SubmitJobRequest request = shell.coordinator().last(SubmitJobRequest.class);
        assertThat(request.getSpec())
                .isEqualTo(JobSpec.newBuilder()
                        .setName("users")
                        .setSource(Source.newBuilder().setHost("10.0.0.5").setPort(9221))
                        .setTarget(Target.newBuilder().setUri("rediss://ferry@10.0.0.9:6379/2"))
                        .setFullSync(FullSync.FULL_SYNC_FORCE)
                        .setLanes(8)
                        .setOnExistingKeys(OnExistingKeys.ON_EXISTING_KEYS_SKIP)
                        .setOnError(OnError.ON_ERROR_STOP)
                        .setTypeConflict(TypeConflict.TYPE_CONFLICT_FAIL)
                        .putDatabases(0, 3)
                        .putDatabases(1, 4)
                        .putLabels("team", "search")
                        .putLabels("note", "a=b")
                        .putWorkerSelector("zone", "a")
                        .setRate(RateLimit.newBuilder()
                                .setCommandsPerSecond(50_000)
                                .setBytesPerSecond(1 << 20))
                        .build());
        assertThat(request.getPaused()).isTrue();
        assertThat(request.getSourcePassword().toStringUtf8()).isEqualTo("hunter2");
        assertThat(request.getTargetPassword().toStringUtf8())
                .as("one newline is the editor's, the second one is not")
                .isEqualTo(" hunter 3\n");
        assertThat(shell.out() + shell.err()).as("P7").doesNotContain("hunter");
    }

    @Test
    void submittingTwiceChangesNothingAndSaysSo() {
        assertThat(submit("users")).isZero();
        assertThat(shell.out()).isEqualTo("users: submitted\n");
        assertThat(shell.err()).isEqualTo("next: ferryctl status users -w\n");

        assertThat(submit("users")).isZero();
        assertThat(shell.out()).isEqualTo("users: unchanged, it had been submitted before\n");
    }

    @Test
    void theSameNameWithAnotherSpecificationIsRefused() {
        submit("users");

        assertThat(submit("users", "--lanes", "8")).isEqualTo(ExitCode.WRONG_STATE.number());
        assertThat(shell.out()).isEmpty();
        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-1002: job users exists with another specification
                          → choose another name, submit the same spec, or delete the job first
                        """);
    }

    @Test
    void jsonIsTheJobAndWhetherItIsNew() {
        submit("users", "-o", "json");
        assertThat(shell.out()).startsWith("{\n  \"name\": \"users\",\n").contains("\"created\": true\n}");

        submit("users", "-o", "name");
        assertThat(shell.out()).isEqualTo("users\n");
    }

    @Test
    void optionsMayStandBeforeTheVerb() {
        int exit = shell.ferryctl(
                "-q",
                "--coordinators",
                "localhost:7070",
                "-o",
                "json",
                "submit",
                "--name",
                "a",
                "--source",
                "s:1",
                "--target",
                "redis://t:1");

        assertThat(exit).isZero();
        assertThat(shell.out()).startsWith("{");
        assertThat(shell.err()).isEmpty();
    }

    @Test
    void badInputIsNamed() {
        refused("--source: expected HOST:PORT, got 'pika'", "--name=a", "--source=pika", "--target=redis://t:1");
        refused(
                "--source: port must be 1..65535, got 99999",
                "--name=a",
                "--source=pika:99999",
                "--target=redis://t:1");
        refused(
                "--source: expected HOST:PORT; a password is given by --source-password-file (in a job file:"
                        + " source.passwordFile)",
                "--name=a",
                "--source=:hunter2@pika:9221",
                "--target=redis://t:1");
        refused(
                "--target: a password does not belong into the URI; give it by --target-password-file (in a job file:"
                        + " target.passwordFile)",
                "--name=a",
                "--source=s:1",
                "--target=redis://:hunter2@t:1");
        refused(
                "--name: job id must match [a-z0-9][a-z0-9-]{0,62}: 'A b'",
                "--name=A b",
                "--source=s:1",
                "--target=redis://t:1");
        refused(
                "--on-error: must be record, stop or reconcile, got 'reconsile'; did you mean 'reconcile'?",
                valid("--on-error=reconsile"));
        refused("--database: expected KEY=VALUE, got '3'", valid("--database=3"));
        refused("--database: '0' is given twice", valid("--database=0=1", "--database=0=2"));
        refused("--database 0: must be a number, got 'x'", valid("--database=0=x"));
        refused("--label: expected KEY=VALUE, got '=x'", valid("--label==x"));
        refused(
                "--source-password-file: there is no file " + directory.resolve("nix"),
                valid("--source-password-file=nix"));
        refused(
                "--wait: there is no phase 'tial'; known are running, precheck, handshake, waiting-dump, transfer, load,"
                        + " catch-up, tail; did you mean 'tail'?",
                valid("--wait=tial"));
        refused(
                "--wait and --paused exclude each other: a paused job comes to no phase",
                valid("--wait=tail", "--paused"));
        refused(
                "--target is missing; --name, --source and --target make a job, or -f names a file",
                "--name=a",
                "--source=s:1");
        refused("-f: there is no file nix.yaml", "-f", "nix.yaml");
        refused("--lanes cannot stand beside -f: write it into the file", "-f", "nix.yaml", "--lanes=8");
        assertThat(shell.coordinator().requests()).isEmpty();
    }

    /** P7: also an option that does not exist may have been given a password. */
    @Test
    void anUnknownOptionIsNamedWithoutItsValue() {
        assertThat(shell.ferryctl("submit", "--target-password=hunter2")).isEqualTo(ExitCode.USAGE.number());
        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-1004: unknown option '--target-password'; did you mean '--target-password-file'?
                          → see ferryctl submit --help
                        """);
    }

    @Test
    void aFileOfJobsIsSubmittedWhole() throws IOException {
        Path file = write(
                "jobs.yaml",
                "defaults: {target: 'redis://t:1'}\njobs: [{name: a, source: 's:1'}, {name: b, source: 's:2'}]");

        assertThat(shell.in(directory).ferryctl("submit", "-f", file.toString()))
                .isZero();

        assertThat(shell.out()).isEqualTo("a: submitted\nb: submitted\n");
        assertThat(shell.err()).isEqualTo("next: ferryctl status -w\n");
    }

    @Test
    void nothingIsSubmittedWhenOneOfTheJobsIsWrong() throws IOException {
        write(
                "jobs.yaml",
                "jobs:\n- {name: a, source: 's:1', target: 'redis://t:1'}\n- {name: b, source: 's:2', targett: x}");

        assertThat(shell.in(directory).ferryctl("submit", "-f", "jobs.yaml")).isEqualTo(ExitCode.USAGE.number());

        assertThat(shell.coordinator().requests()).isEmpty();
        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-1005: jobs.yaml line 3: unknown key 'targett'; did you mean 'target'?
                          → correct the key; the message names the nearest known one
                        """);
    }

    @Test
    void severalMistakesAreToldAtOnce() throws IOException {
        write("jobs.yaml", "jobs:\n- {name: a, source: 's:1'}\n- {name: b, source: 's'}");

        shell.in(directory).ferryctl("submit", "-f", "jobs.yaml");

        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-1004: jobs.yaml line 2: job a has no target
                          also: jobs.yaml line 3: source.address: expected HOST:PORT, got 's'
                          → correct what the message names
                        """);
    }

    @Test
    void whatWasSubmittedBeforeARefusalIsTold() throws IOException {
        submit("b", "--lanes", "8");
        write("jobs.yaml", "defaults: {target: 'redis://t:1', source: 's:1'}\njobs: [{name: a}, {name: b}, {name: c}]");

        assertThat(shell.in(directory).ferryctl("submit", "-f", "jobs.yaml")).isEqualTo(ExitCode.WRONG_STATE.number());

        assertThat(shell.out()).isEqualTo("a: submitted\n");
        assertThat(shell.err()).startsWith("ferryctl: FERRY-1002: job b exists");
    }

    @Test
    void aFileMayComeFromStandardInput() {
        assertThat(shell.typing("{name: a, source: 's:1', target: 'redis://t:1'}")
                        .ferryctl("submit", "-f", "-"))
                .isZero();

        assertThat(shell.out()).isEqualTo("a: submitted\n");
    }

    @Test
    void passwordFilesAreRelativeToTheJobFile() throws IOException {
        Files.createDirectories(directory.resolve("conf"));
        write("conf/pw", "hunter2");
        write("conf/job.yaml", "{name: a, source: {address: 's:1', passwordFile: pw}, target: 'redis://t:1'}");

        assertThat(shell.in(directory).ferryctl("submit", "-f", "conf/job.yaml"))
                .isZero();

        assertThat(shell.coordinator()
                        .last(SubmitJobRequest.class)
                        .getSourcePassword()
                        .toStringUtf8())
                .isEqualTo("hunter2");
    }

    /** A dry run's output is itself a job file. */
    @Test
    void aDryRunShowsWhatWouldBeSubmittedAndSubmitsNothing() throws IOException {
        Path password = write("pw", "hunter2");

        shell.in(directory)
                .ferryctl(
                        "submit",
                        "--dry-run",
                        "--name=a",
                        "--source=s:1",
                        "--source-password-file=pw",
                        "--target=redis://t:1",
                        "--label=no=yes",
                        "--paused");

        assertThat(shell.coordinator().requests()).isEmpty();
        String dry = shell.out();
        assertThat(dry)
                .isEqualTo(
                        """
                        apiVersion: v1
                        jobs:
                          - name: a
                            source:
                              address: s:1
                              passwordFile: %s
                            target:
                              uri: redis://t:1
                            fullSync: auto
                            lanes: 4
                            onExistingKeys: fail
                            onError: reconcile
                            typeConflict: prefer
                            labels:
                              'no': 'yes'
                            paused: true
                        """
                                .formatted(password));

        shell.typing(dry).ferryctl("submit", "-f", "-", "--dry-run");
        assertThat(shell.out()).isEqualTo(dry);
    }

    @Test
    void waitReturnsWhenThePhaseIsReachedOrPassed() {
        ScriptedTime time = ScriptedTime.interruptedAtTheEnd(Shell.NOW)
                .then(() -> observe(ObservedState.RUNNING, Phase.LOAD))
                .then(() -> observe(ObservedState.RUNNING, Phase.LOAD))
                .then(() -> observe(ObservedState.RUNNING, Phase.TAIL));

        assertThat(shell.at(time).ferryctl(valid("submit", "--wait", "catch-up")))
                .isZero();

        assertThat(shell.out()).isEqualTo("a: submitted\n");
        assertThat(shell.err())
                .isEqualTo(
                        """
                        2026-11-22T20:00:00Z  a  PENDING
                        2026-11-22T20:00:00Z  a  RUNNING  load  on w1 (e1)
                        2026-11-22T20:00:00Z  a  RUNNING  tail  on w1 (e1)
                        """);
    }

    @Test
    void waitEndsWithTheJobsOwnReasonWhenItIsBlocked() {
        ScriptedTime time = ScriptedTime.interruptedAtTheEnd(Shell.NOW).then(() -> shell.coordinator()
                .put(known().toBuilder()
                        .setState(ObservedState.BLOCKED)
                        .setReason(Reason.newBuilder()
                                .setCode(ErrorCode.TARGET_NOT_EMPTY.id())
                                .setMessage("target t:1 holds 3 keys"))
                        .build()));

        assertThat(shell.at(time).ferryctl(valid("submit", "-q", "--wait", "running")))
                .isEqualTo(ExitCode.PRECONDITION.number());

        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-2204: job a is BLOCKED: target t:1 holds 3 keys
                          → empty the target, or submit with --on-existing-keys overwrite
                        """);
    }

    @Test
    void waitEndsWhenSomebodyPausesTheJob() {
        ScriptedTime time = ScriptedTime.interruptedAtTheEnd(Shell.NOW).then(() -> shell.coordinator()
                .put(known().toBuilder()
                        .setDesired(DesiredState.PAUSE)
                        .setState(ObservedState.PAUSED)
                        .build()));

        assertThat(shell.at(time).ferryctl(valid("submit", "-q", "--wait", "TAIL")))
                .isEqualTo(ExitCode.WRONG_STATE.number());

        assertThat(shell.err())
                .startsWith(
                        "ferryctl: FERRY-1003: job a is PAUSED, and to PAUSE is what is desired: it does not become TAIL\n");
    }

    @Test
    void waitIsBoundedByTheTimeoutThatWasGiven() {
        ScriptedTime time = ScriptedTime.endless(Shell.NOW).then(() -> observe(ObservedState.RUNNING, Phase.LOAD));

        assertThat(shell.at(time).ferryctl(valid("submit", "-q", "--wait", "tail", "--timeout", "2m")))
                .isEqualTo(ExitCode.TIMEOUT.number());

        assertThat(shell.err())
                .isEqualTo(
                        """
                        ferryctl: FERRY-1206: job a is RUNNING in phase LOAD and not yet TAIL, after 120s
                          → look at the state, then repeat, with a longer --timeout if need be
                        """);
        assertThat(time.waited()).isEqualTo(Duration.ofMinutes(2));
    }

    private void observe(ObservedState state, Phase phase) {
        shell.coordinator()
                .put(known().toBuilder()
                        .setState(state)
                        .setWorker("w1")
                        .setEpoch(1)
                        .setProgress(JobProgress.newBuilder().setPhase(phase))
                        .build());
    }

    private JobView known() {
        return JobView.newBuilder()
                .setSpec(JobSpec.newBuilder().setName("a"))
                .setDesired(DesiredState.RUN)
                .build();
    }

    private int submit(String name, String... more) {
        String[] job = {"submit", "--name", name, "--source", "s:1", "--target", "redis://t:1"};
        return shell.ferryctl(
                Stream.concat(Arrays.stream(job), Arrays.stream(more)).toArray(String[]::new));
    }

    private static String[] valid(String... more) {
        return Stream.concat(Arrays.stream(more), Stream.of("--name=a", "--source=s:1", "--target=redis://t:1"))
                .toArray(String[]::new);
    }

    private void refused(String message, String... options) {
        int exit = shell.in(directory)
                .ferryctl(Stream.concat(Stream.of("submit"), Arrays.stream(options))
                        .toArray(String[]::new));

        assertThat(shell.err())
                .isEqualTo("ferryctl: FERRY-1004: " + message + "\n  → correct what the message names\n");
        assertThat(exit).isEqualTo(ExitCode.USAGE.number());
        assertThat(shell.out()).isEmpty();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(directory.resolve(name), text);
    }
}
