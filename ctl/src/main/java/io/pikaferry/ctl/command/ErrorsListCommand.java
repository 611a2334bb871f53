package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ErrorsReport;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.LedgerEntry;
import io.pikaferry.proto.v1.ListErrorsResponse;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "list", description = "The entries of a job's error ledger, all or some.", sortOptions = false)
final class ErrorsListCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Option(names = "--state", paramLabel = "STATE", description = "Only open, retrying, resolved or ignored ones.")
    private Optional<String> state;

    private final Ferryctl ferryctl;

    ErrorsListCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        Optional<String> wanted = state.map(text -> text.toLowerCase(Locale.ROOT));
        print(ferryctl, job, entry -> wanted.isEmpty() || wanted.get().equals(entry.getState()));
    }

    static ListErrorsResponse ledger(Ferryctl ferryctl, String job) {
        return ferryctl.coordinator()
                .jobs(stub ->
                        stub.listErrors(JobRequest.newBuilder().setName(job).build()));
    }

    static void print(Ferryctl ferryctl, String job, Predicate<LedgerEntry> wanted) {
        ListErrorsResponse all = ledger(ferryctl, job);
        ListErrorsResponse.Builder some = ListErrorsResponse.newBuilder().setDropped(all.getDropped());
        all.getErrorsList().stream().filter(wanted).forEach(some::addErrors);
        ErrorsReport errors = new ErrorsReport(job, some.build());
        ferryctl.print(errors);
        if (errors.dropped() > 0) {
            ferryctl.say("and %,d more that did not fit into the ledger".formatted(errors.dropped()));
        }
    }
}
