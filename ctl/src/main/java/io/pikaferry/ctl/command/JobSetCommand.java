package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.LimitsReport;
import io.pikaferry.ctl.submission.LimitChange;
import io.pikaferry.proto.v1.SetJobRequest;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "set",
        description = {
            "Changes limits of a job, also while it runs; they hold at once.",
            "Settings: rate-commands=N and rate-bytes=SIZE a second, e.g. 10MiB (none lifts them); throttle=auto|off."
        },
        sortOptions = false)
final class JobSetCommand implements Runnable {

    @Parameters(index = "0", paramLabel = "JOB")
    private String job;

    @Parameters(index = "1..*", arity = "1..*", paramLabel = "SETTING=VALUE")
    private List<String> settings;

    private final Ferryctl ferryctl;

    JobSetCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        SetJobRequest request = LimitChange.parse(job, settings);
        ferryctl.print(new LimitsReport(ferryctl.coordinator().jobs(stub -> stub.setJob(request))));
    }
}
