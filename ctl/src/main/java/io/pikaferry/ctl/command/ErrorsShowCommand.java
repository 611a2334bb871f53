package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ErrorReport;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.LedgerEntry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "show",
        description = "One entry of a job's error ledger in full, with what to do.",
        sortOptions = false)
final class ErrorsShowCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Parameters(paramLabel = "ID")
    private String id;

    private final Ferryctl ferryctl;

    ErrorsShowCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        LedgerEntry entry = ErrorsListCommand.ledger(ferryctl, job).getErrorsList().stream()
                .filter(each -> each.getId().equals(id))
                .findFirst()
                .orElseThrow(() -> new FerryException(
                        ErrorCode.INVALID_ARGUMENT, "the error ledger of job %s has no entry %s".formatted(job, id)));
        ferryctl.print(new ErrorReport(job, entry));
    }
}
