package io.pikaferry.ctl.explanation;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.ctl.Golden;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class CommandSheetTest {

    private final CommandSheet sheet = CommandSheet.read();

    @Test
    void aReleaseHasACommandOnceAtMost() {
        for (PikaRelease release : sheet.releases()) {
            assertThat(sheet.of(release))
                    .as(release.toString())
                    .hasSizeGreaterThan(50)
                    .extracting(SourceCommand::name)
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void everyReleaseIsOfOneLine() {
        assertThat(sheet.releases()).allSatisfy(release -> assertThat(
                        Arrays.stream(PikaLine.values()).filter(line -> line.has(release)))
                .as(release.toString())
                .hasSize(1));
    }

    @Test
    void aLineSaysFromWhichReleaseOnSomethingElseIsDone() {
        LinesReport report = new LinesReport(sheet);

        assertThat(report.cell("incr", PikaLine.C, true)).isEqualTo("rewritten*, as-is from 3.2.4");
        assertThat(report.cell("incr", PikaLine.C, false)).isEqualTo("rewritten*/as-is");
        assertThat(report.cell("xadd", PikaLine.C, true)).isEqualTo("-");
        assertThat(report.cell("xadd", PikaLine.D, true)).isEqualTo("translated from 3.5.3");
        assertThat(report.cell("pkpatternmatchdel", PikaLine.D, true)).isEqualTo("translated");
    }

    @Test
    void theDocumentationListsEveryCommand() {
        Golden.check(Path.of("../docs/commands.md"), page());
    }

    private String page() {
        return """
                # Commands

                What becomes of every write command of every Pika from 2.3 to 4.0; `ferryctl explain commands --pika 3.4.0` says
                the same of one release. What follows from it when something fails is in [guarantees.md](guarantees.md).

                This page is written by `CommandSheetTest` of `ctl`, out of a file that `CommandSheetTest` of the worker writes out
                of `CommandTable` (first `mvn -pl worker`, then `-pl ctl`, each with `-am test -Dtest=CommandSheetTest
                -Dsurefire.failIfNoSpecifiedTests=false -Dgolden.update=true`).

                ## Side by side

                * **as-is**: logged as the client sent it, and applied so
                * **translated**: logged as the client sent it; what has the same effect in Redis is applied
                * **rewritten**: the source logs other commands, and those are applied
                * **reread**: the log does not say what it did; the key is read from the source
                * **ignored**: nothing to apply
                * **-**: no such command
                * a star: its keys are read from the source in some cases

                """
                + matrix()
                + """

                ## In full

                *Logged* is how it stands in the binlog, *raw* as the client sent it. *Again* says whether it would do no harm if it were
                applied a second time; nothing is applied twice all the same. A source that says 4.0.0 may be 4.0.1, so both are
                treated as that.

                Besides, keys are read from the source again: those of the first writes after some snapshots, those that expire
                within the second in which they are written (2.3, 4.0), and those whose write the target refused.

                """
                + spans();
    }

    private String matrix() {
        LinesReport report = new LinesReport(sheet);
        List<PikaLine> lines = List.of(PikaLine.values());
        String header = lines.stream().map(PikaLine::title).collect(Collectors.joining(" | "));
        return "| | " + header + " |\n|---" + "|---".repeat(lines.size()) + "|\n"
                + sheet.names().stream()
                        .map(name -> row(Stream.concat(
                                Stream.of(name.toUpperCase(Locale.ROOT)),
                                lines.stream().map(line -> report.cell(name, line, true)))))
                        .collect(Collectors.joining());
    }

    private String spans() {
        return "| Command | Releases | Logged | Applied | Read again | Again |\n|---|---|---|---|---|---|\n"
                + sheet.commands().stream()
                        .map(each -> row(Stream.of(
                                CommandsReport.title(each),
                                releases(each),
                                each.logged(),
                                each.applied(),
                                each.readAgain(),
                                each.repeatable() ? "yes" : "no")))
                        .collect(Collectors.joining());
    }

    private String releases(SourceCommand command) {
        List<PikaRelease> all = sheet.releases().stream().filter(command::isOf).toList();
        PikaRelease first = all.get(0);
        PikaRelease last = all.get(all.size() - 1);
        return first.equals(last) ? first.toString() : first + " – " + last;
    }

    private static String row(Stream<String> cells) {
        return cells.map(cell -> cell.replace("<", "&lt;").replace("*", "\\*"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
