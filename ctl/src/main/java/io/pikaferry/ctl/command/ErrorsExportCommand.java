package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ErrorReport;
import io.pikaferry.proto.v1.ListErrorsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "export",
        description = "All entries of a job's error ledger, a JSON object per line, whatever the output format.",
        sortOptions = false)
final class ErrorsExportCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    private final Ferryctl ferryctl;

    ErrorsExportCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ListErrorsResponse ledger = ErrorsListCommand.ledger(ferryctl, job);
        ledger.getErrorsList().forEach(entry -> ferryctl.printLine(new ErrorReport(job, entry)));
        if (ledger.getDropped() > 0) {
            ferryctl.say("and %,d more that did not fit into the ledger".formatted(ledger.getDropped()));
        }
    }
}
