package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ErrorsReport;
import io.pikaferry.proto.v1.JobRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "errors",
        description = "A job's error ledger: what could not be applied as it was, and why.",
        sortOptions = false)
final class JobErrorsCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    private final Ferryctl ferryctl;

    JobErrorsCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ErrorsReport errors = new ErrorsReport(
                job,
                ferryctl.coordinator()
                        .jobs(stub -> stub.listErrors(
                                JobRequest.newBuilder().setName(job).build())));
        ferryctl.print(errors);
        if (errors.dropped() > 0) {
            ferryctl.say("and %,d more that did not fit into the ledger".formatted(errors.dropped()));
        }
    }
}
