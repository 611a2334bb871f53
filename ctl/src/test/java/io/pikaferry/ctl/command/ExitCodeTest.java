package io.pikaferry.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.ctl.Golden;
import io.pikaferry.ctl.connection.InMemoryCoordinator;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.ResumeJobRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Exit codes and the two lines of an error: scripts depend on both. */
@Timeout(30)
class ExitCodeTest {

    private final Shell shell = new Shell();

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void everyErrorCodeHasAnExitCode() {
        Golden.check(
                "exit-codes.txt",
                Arrays.stream(ErrorCode.values())
                        .map(code -> code.id() + " " + ExitCode.of(code).number() + " " + code.name() + "\n")
                        .collect(Collectors.joining()));
    }

    @Test
    void theHelpAndTheDocumentationListEveryExitCode() throws IOException {
        shell.ferryctl("--help");
        String documentation = Files.readString(Path.of("../docs/ferryctl.md"));

        for (ExitCode code : ExitCode.values()) {
            assertThat(shell.out()).contains("  " + code.number() + "   " + code.meaning() + "\n");
            assertThat(documentation).contains("| " + code.number() + " | " + code.meaning() + " |");
        }
    }

    @Test
    void whatDoesNotExistIsNotFound() {
        fails(
                ExitCode.NOT_FOUND,
                """
                ferryctl: FERRY-1001: no job named nobody
                  → see ferryctl job list
                """,
                "status",
                "nobody");
        fails(
                ExitCode.NOT_FOUND,
                """
                ferryctl: FERRY-1006: no worker named w9
                  → see ferryctl worker list
                """,
                "worker",
                "drain",
                "w9");
        fails(
                ExitCode.NOT_FOUND,
                """
                ferryctl: there is no error code 'FERRY-1'
                  → ferryctl explain, without a code, lists them
                """,
                "explain",
                "FERRY-1");
    }

    @Test
    void aStateThatForbidsItIsAWrongState() {
        shell.coordinator().put(Jobs.inTail());

        fails(
                ExitCode.WRONG_STATE,
                """
                ferryctl: FERRY-1003: job users-a is RUNNING and cannot be deleted
                  → see ferryctl job describe for the job's state
                """,
                "job",
                "delete",
                "users-a");
    }

    @Test
    void noCoordinatorIsAnExitCodeOfItsOwn() {
        assertThat(shell.ferryctl("--coordinators", "gone:1,gone:2", "status"))
                .isEqualTo(ExitCode.NO_COORDINATOR.number());
        assertThat(shell.err())
                .startsWith("ferryctl: FERRY-1202: no coordinator can be reached: gone:1 could not find server: ")
                .contains("; gone:2 could not find server: ")
                .endsWith("\n  → start a coordinator, or check the --coordinators addresses\n");
    }

    @Test
    void anUnforeseenFailureOfTheCoordinatorIsAFailure() {
        shell.coordinator().refuseNext(ErrorCode.INTERNAL, "java.lang.NullPointerException");

        fails(
                ExitCode.FAILED,
                """
                ferryctl: FERRY-9001: java.lang.NullPointerException
                  → report it, with the log
                """,
                "status");
    }

    @Test
    void coordinatorsComeFromTheEnvironmentUnlessTheyAreGiven() {
        InMemoryCoordinator other = new InMemoryCoordinator();
        shell.network().start("other:1", other);
        shell.export("FERRY_COORDINATORS", "other:1");

        shell.ferryctl("status");
        assertThat(other.requests()).hasSize(1);

        shell.ferryctl("status", "--coordinators", "localhost:7070");
        assertThat(other.requests()).hasSize(1);
        assertThat(shell.coordinator().requests()).hasSize(1);
    }

    @Test
    void aStandbyLeadsToItsLeader() {
        InMemoryCoordinator standby = new InMemoryCoordinator().standBy(Optional.of("localhost:7070"));
        shell.network().start("standby:1", standby);
        shell.coordinator().put(Jobs.inTail());

        assertThat(shell.ferryctl("--coordinators", "standby:1", "status", "-o", "name"))
                .isZero();
        assertThat(shell.out()).isEqualTo("users-a\n");
    }

    @Test
    void theCommandLineIsChecked() {
        usage("what is to be done is missing", "ferryctl");
        usage("what is to be done is missing", "ferryctl job", "job");
        usage("unexpected 'staus'; did you mean 'status'?", "ferryctl", "staus");
        usage("unexpected 'resme'; did you mean 'resume'?", "ferryctl job", "job", "resme", "x");
        usage("missing required parameter: 'JOB'", "ferryctl job pause", "job", "pause");
        usage("unknown option '--watxh'; did you mean '--watch'?", "ferryctl status", "status", "--watxh");
        usage("unexpected 'b'", "ferryctl status", "status", "a", "b");
        usage(
                "invalid value for option '--output': expected table, wide, json, yaml or name, got 'xml'",
                "ferryctl status",
                "status",
                "-o",
                "xml");
        usage(
                "invalid value for option '--state': expected pending, running, paused, blocked, stopped or completed, got"
                        + " 'blokced'; did you mean 'blocked'?",
                "ferryctl job list",
                "job",
                "list",
                "--state=blokced");
        usage(
                "invalid value for positional parameter at index 0: expected bash or zsh, got 'fish'",
                "ferryctl completion",
                "completion",
                "fish");
        usage(
                "invalid value for option '--timeout': expected a duration such as 500ms, 10s or 2m, got" + " 'soon'",
                "ferryctl status",
                "status",
                "--timeout",
                "soon");
        usage(
                "invalid value for option '--timeout': must be longer than nothing, got '0'",
                "ferryctl",
                "--timeout=0",
                "status");
    }

    @Test
    void addressesOfCoordinatorsAreChecked() {
        fails(
                ExitCode.USAGE,
                """
                ferryctl: FERRY-1004: --coordinators: expected HOST:PORT, got 'c1'
                  → correct what the message names
                """,
                "status",
                "--coordinators",
                "c1");
        shell.export("FERRY_COORDINATORS", "c1:1,,c2:1");
        fails(
                ExitCode.USAGE,
                """
                ferryctl: FERRY-1004: FERRY_COORDINATORS: expected HOST:PORT, got ''
                  → correct what the message names
                """,
                "status");
    }

    @Test
    void resumeKnowsTwoWaysOfFullSync() {
        shell.coordinator().put(Jobs.blocked());

        assertThat(shell.ferryctl("job", "resume", "legacy-9", "--full-sync", "force"))
                .isZero();
        assertThat(shell.coordinator().last(ResumeJobRequest.class).getForceFullSync())
                .isTrue();

        fails(
                ExitCode.USAGE,
                """
                ferryctl: FERRY-1004: --full-sync: must be auto or force, got 'never'
                  → correct what the message names
                """,
                "job",
                "resume",
                "legacy-9",
                "--full-sync",
                "never");
    }

    @Test
    void explainTakesACodeInAnyForm() {
        for (String form : new String[] {"FERRY-2107", "ferry-2107", "2107"}) {
            assertThat(shell.ferryctl("explain", form)).isZero();
            assertThat(shell.out()).startsWith("FERRY-2107  BINLOG_PURGED\n");
        }
        assertThat(shell.ferryctl("explain")).isZero();
        assertThat(shell.out().lines()).hasSize(ErrorCode.values().length);
        assertThat(shell.coordinator().requests()).isEmpty();
    }

    @Test
    void explainCommandsNeedsNoCoordinator() {
        assertThat(shell.ferryctl("explain", "commands", "--pika", "v3.4.0", "incr"))
                .isZero();
        assertThat(shell.out()).contains("INCR").doesNotContain("SPOP");
        assertThat(shell.coordinator().requests()).isEmpty();
    }

    @Test
    void aReleaseThatIsNotKnownIsAnsweredWithThoseThatAre() {
        fails(
                ExitCode.USAGE,
                """
                ferryctl: FERRY-1004: --pika: there is no release '3.4.7' of which it is known what it logs; known are 2.3.0 – 2.3.8, 3.0.0 – 3.0.16, 3.1.0 – 3.1.1, 3.2.0 – 3.2.9, 3.3.0 – 3.3.6, 3.4.0 – 3.4.1, 3.5.0 – 3.5.5, 4.0.0 – 4.0.1
                  → correct what the message names
                """,
                "explain",
                "commands",
                "--pika",
                "3.4.7");
    }

    @Test
    void aCommandThatNoPikaHasIsAnsweredWithTheNearest() {
        fails(
                ExitCode.USAGE,
                """
                ferryctl: FERRY-1004: no Pika from 2.3 to 4.0 has a write command 'spopp'; did you mean 'spop'?
                  → correct what the message names
                """,
                "explain",
                "commands",
                "spopp");
    }

    @Test
    void completionIsAScriptForTheShell() {
        assertThat(shell.ferryctl("completion", "bash")).isZero();
        assertThat(shell.out()).contains("complete -F _complete_ferryctl").contains("uncordon");

        assertThat(shell.ferryctl("completion", "zsh")).isZero();
        assertThat(shell.out()).startsWith("autoload -U +X compinit && compinit\n");
    }

    @Test
    void versionNeedsNoCoordinator() {
        assertThat(shell.ferryctl("version", "--coordinators", "gone:1")).isZero();
        assertThat(shell.out()).startsWith("ferryctl development (Java ");
    }

    private void usage(String message, String command, String... arguments) {
        fails(ExitCode.USAGE, "ferryctl: FERRY-1004: " + message + "\n  → see " + command + " --help\n", arguments);
    }

    private void fails(ExitCode exit, String message, String... arguments) {
        int code = shell.ferryctl(arguments);

        assertThat(shell.err()).isEqualTo(message);
        assertThat(code).isEqualTo(exit.number());
        assertThat(shell.out()).isEmpty();
    }
}
