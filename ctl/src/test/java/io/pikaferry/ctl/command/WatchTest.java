package io.pikaferry.ctl.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.ctl.connection.ScriptedTime;
import io.pikaferry.proto.v1.JobView;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class WatchTest {

    private final Shell shell = new Shell();
    private final ScriptedTime time = ScriptedTime.interruptedAtTheEnd(Shell.NOW);

    @AfterEach
    void close() {
        shell.close();
    }

    @Test
    void intoAPipeGoesALineForEachChange() {
        shell.coordinator().put(Jobs.inLoad());
        time.then(() -> {})
                .then(() -> shell.coordinator().put(loaded(2_400_000_000L)))
                .then(() -> shell.coordinator().put(loaded(2_400_000_001L)))
                .then(() -> shell.coordinator().put(Jobs.retrying()));

        assertThat(shell.at(time).ferryctl("status", "-w")).isZero();

        assertThat(shell.out())
                .isEqualTo(
                        """
                        2026-11-22T20:00:00Z  users-b  RUNNING  load 61%  on w1 (e2)  1 failover
                        2026-11-22T20:00:04Z  users-b  RUNNING  load 62%  on w1 (e2)  1 failover
                        2026-11-22T20:00:08Z  feed-01  RUNNING  tail  on w3 (e1)  3 errors  FERRY-2002: target 10.0.0.9:6379: connection refused
                        """);
    }

    @Test
    void theIntervalIsAttachedSoThatTheJobIsNotTakenForIt() {
        shell.coordinator().put(Jobs.inTail()).put(Jobs.inLoad());
        time.then(() -> {});

        shell.at(time).ferryctl("status", "-w", "users-a");
        assertThat(shell.out()).startsWith("2026-11-22T20:00:00Z  users-a  RUNNING  tail");
        assertThat(time.waited()).hasSeconds(2);

        time.then(() -> {});
        shell.ferryctl("status", "--watch=0.5", "users-a");
        assertThat(time.waited()).hasMillis(2_500);

        time.then(() -> {});
        shell.ferryctl("status", "users-a", "-w=3");
        assertThat(time.waited()).hasMillis(5_500);
    }

    @Test
    void aTerminalIsRedrawnInPlace() {
        shell.coordinator().put(Jobs.paused());
        time.then(() -> {});

        shell.at(time).onTerminal(24).ferryctl("status", "archive", "-w", "--no-color");

        String frame =
                """
                archive   PAUSED   catch-up   1 failover   submitted 40d ago
                Source      10.0.0.5:9221   Pika 3.0.16
                Target      redis://10.0.0.9:6379   4 lanes
                Stream      db0   at 8:1,000   source at 9:2,000   lag 1h01m, 100 MiB
                Commands    77 applied
                Next        ferryctl job resume archive
                """;
        assertThat(shell.out())
                .isEqualTo("\r\u001b[J\u001b[?7l" + frame + "\u001b[?7h\u001b[6A\r\u001b[J\u001b[?7l" + frame
                        + "\u001b[?7h");
    }

    @Test
    void whatDoesNotFitTheTerminalIsCut() {
        shell.coordinator().put(Jobs.paused());

        shell.at(time).onTerminal(4).ferryctl("status", "archive", "-w", "--no-color");

        assertThat(shell.out()).contains("Target ").doesNotContain("Stream ");
    }

    @Test
    void documentsAreOnePerLineAndOnlyWhenTheyAreOthers() {
        shell.coordinator().put(Jobs.inLoad());
        time.then(() -> {}).then(() -> shell.coordinator().put(loaded(2_400_000_000L)));

        shell.at(time).ferryctl("status", "users-b", "-w", "-o", "json");

        assertThat(shell.out().lines()).hasSize(2).allMatch(line -> line.startsWith("{\"name\":\"users-b\","));
    }

    @Test
    void yamlDocumentsAreSeparated() {
        shell.coordinator().put(Jobs.inLoad());

        shell.at(time).ferryctl("status", "users-b", "-w", "-o", "yaml");

        assertThat(shell.out()).startsWith("---\nname: users-b\n");
    }

    @Test
    void aJobThatIsDeletedIsReportedAndTheWatchOfItEnds() {
        shell.coordinator().put(Jobs.inLoad()).put(Jobs.stopped());
        time.then(() -> shell.coordinator().remove("done"));

        shell.at(time).ferryctl("status", "-w");
        assertThat(shell.out()).endsWith("2026-11-22T20:00:02Z  done  deleted\n");

        time.then(() -> shell.coordinator().remove("users-b"));
        assertThat(shell.ferryctl("status", "users-b", "-w")).isEqualTo(ExitCode.NOT_FOUND.number());
    }

    @Test
    void aCoordinatorThatIsAwayIsWaitedForHalfAMinute() {
        shell.coordinator().put(Jobs.inTail());
        time.then(() -> shell.network().kill("localhost:7070"))
                .then(() -> {})
                .then(() -> shell.network().start("localhost:7070", shell.coordinator()))
                .then(() -> shell.network().kill("localhost:7070"));
        for (int i = 0; i < 20; i++) {
            time.then(() -> {});
        }

        assertThat(shell.at(time).ferryctl("status", "-w")).isEqualTo(ExitCode.NO_COORDINATOR.number());

        assertThat(time.waited()).hasSeconds(8 + 28);
        List<String> said = shell.err().lines().toList();
        assertThat(said).hasSize(4);
        assertThat(said.get(0))
                .startsWith("FERRY-1202: no coordinator can be reached: localhost:7070 ")
                .endsWith("; trying again");
        assertThat(said.get(1)).isEqualTo(said.get(0));
        assertThat(said.get(2)).startsWith("ferryctl: FERRY-1202: no coordinator can be reached");
    }

    @Test
    void orForAsLongAsTheTimeoutSays() {
        shell.coordinator().put(Jobs.inTail());
        time.then(() -> shell.network().kill("localhost:7070"));
        for (int i = 0; i < 40; i++) {
            time.then(() -> {});
        }

        assertThat(shell.at(time).ferryctl("status", "-w", "--timeout=5s")).isEqualTo(ExitCode.NO_COORDINATOR.number());

        assertThat(time.waited()).isBetween(Duration.ofSeconds(6), Duration.ofSeconds(7));
    }

    @Test
    void onATerminalTheLastScreenStaysWhileTheCoordinatorIsAway() {
        shell.coordinator().put(Jobs.paused());
        time.then(() -> shell.network().kill("localhost:7070"));

        shell.at(time).onTerminal(24).ferryctl("status", "archive", "-w");

        assertThat(shell.out().substring(shell.out().lastIndexOf("\u001b[J")))
                .contains("archive", "FERRY-1202: no coordinator can be reached");
        assertThat(shell.err()).isEmpty();
    }

    /** {@code ferryctl status -w | head -1} */
    @Test
    void endsWhenNobodyReadsAnyMore() {
        shell.coordinator().put(Jobs.inTail());
        shell.closedOutput();

        assertThat(shell.at(ScriptedTime.endless(Shell.NOW)).ferryctl("status", "-w"))
                .isZero();
    }

    @Test
    void namesAloneAreNotWatched() {
        assertThat(shell.ferryctl("status", "-w", "-o", "name")).isEqualTo(ExitCode.USAGE.number());
    }

    private static JobView loaded(long bytes) {
        JobView.Builder job = Jobs.inLoad().toBuilder();
        job.getProgressBuilder().getFullSyncBuilder().setBytesDone(bytes);
        return job.build();
    }
}
