package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.explanation.Explanations;
import io.pikaferry.ctl.explanation.ExplanationsReport;
import io.pikaferry.error.ErrorCode;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "explain",
        description =
                "What an error code means, who has to act, and what to do; or what becomes of the commands of a Pika."
                        + " Needs no coordinator.",
        sortOptions = false)
final class ExplainCommand implements Callable<Integer> {

    @Parameters(
            paramLabel = "CODE",
            arity = "0..1",
            description = "FERRY-2107, ferry-2107 or 2107; without it, the list of all codes.")
    private String code;

    private final Ferryctl ferryctl;

    ExplainCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public Integer call() {
        Explanations explanations = new Explanations();
        if (code == null) {
            ferryctl.print(ExplanationsReport.all(explanations.all()));
            return ExitCode.OK.number();
        }
        Optional<ErrorCode> known = ErrorCode.find(code);
        if (known.isEmpty()) {
            ferryctl.terminal().err().println("ferryctl: there is no error code '" + code + "'");
            ferryctl.terminal().err().println("  → ferryctl explain, without a code, lists them");
            return ExitCode.NOT_FOUND.number();
        }
        ferryctl.print(ExplanationsReport.one(explanations.of(known.get())));
        return ExitCode.OK.number();
    }
}
