package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.explanation.CommandSheet;
import io.pikaferry.ctl.explanation.CommandsReport;
import io.pikaferry.ctl.explanation.LinesReport;
import io.pikaferry.ctl.explanation.PikaRelease;
import io.pikaferry.ctl.submission.NearestName;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "commands",
        description = {
            "What becomes of each write command of a Pika: how the source logs it, when its keys are read from the source"
                    + " again, and what is applied to the target. Needs no coordinator.",
            "Without --pika all lines stand side by side, a word for each: as-is; translated; rewritten (the source logs"
                    + " other commands, which are applied); reread (the key is read from the source); ignored; - (no such"
                    + " command). A star: its keys are read from the source in some cases."
        },
        sortOptions = false)
final class ExplainCommandsCommand implements Runnable {

    @Parameters(paramLabel = "COMMAND", arity = "0..*", description = "Only these, as in SPOP INCR.")
    private List<String> names = List.of();

    @Option(names = "--pika", paramLabel = "RELEASE", description = "Of this release only, as in 3.4.0.")
    private Optional<String> release = Optional.empty();

    private final Ferryctl ferryctl;

    ExplainCommandsCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        CommandSheet all = CommandSheet.read();
        Optional<PikaRelease> wanted = release.map(all::release);
        CommandSheet sheet = names.isEmpty() ? all : all.only(lowerCase(all));
        if (wanted.isPresent()) {
            ferryctl.print(new CommandsReport(sheet, wanted.get()));
        } else {
            ferryctl.print(new LinesReport(sheet));
        }
    }

    private List<String> lowerCase(CommandSheet all) {
        List<String> wanted =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        for (String name : wanted) {
            if (!all.names().contains(name)) {
                throw new FerryException(
                        ErrorCode.INVALID_ARGUMENT,
                        "no Pika from 2.3 to 4.0 has a write command '" + name + "'"
                                + NearestName.hint(name, all.names()));
            }
        }
        return wanted;
    }
}
