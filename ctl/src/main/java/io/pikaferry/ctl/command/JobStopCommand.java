package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobWishReport;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "stop",
        description = "Ends a job; its checkpoint is kept, and it can be resumed or deleted.",
        sortOptions = false)
final class JobStopCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Option(names = "--wait", description = "Return only when it is STOPPED.")
    private boolean wait;

    private final Ferryctl ferryctl;

    JobStopCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        JobView view = ferryctl.coordinator()
                .jobs(stub -> stub.stopJob(JobRequest.newBuilder().setName(job).build()));
        ferryctl.print(new JobWishReport(wait ? new JobWait(ferryctl).until(job, Goal.STOPPED) : view));
    }
}
