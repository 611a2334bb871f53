package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "errors",
        description = "A job's error ledger: what could not be applied as it was, and why; and what to do about it."
                + " Without a verb: list.",
        sortOptions = false)
final class JobErrorsCommand implements Runnable {

    @Parameters(paramLabel = "JOB", arity = "0..1")
    private Optional<String> job;

    @Spec
    private CommandSpec spec;

    private final Ferryctl ferryctl;

    JobErrorsCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        String name =
                job.orElseThrow(() -> new ParameterException(spec.commandLine(), "Missing required parameter: 'JOB'"));
        ErrorsListCommand.print(ferryctl, name, entry -> true);
    }
}
