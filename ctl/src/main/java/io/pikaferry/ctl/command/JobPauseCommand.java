package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobWishReport;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "pause", description = "Takes a job from its worker and keeps its checkpoint.", sortOptions = false)
final class JobPauseCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Option(names = "--wait", description = "Return only when it is PAUSED.")
    private boolean wait;

    private final Ferryctl ferryctl;

    JobPauseCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        JobView view = ferryctl.coordinator()
                .jobs(stub -> stub.pauseJob(JobRequest.newBuilder().setName(job).build()));
        ferryctl.print(new JobWishReport(wait ? new JobWait(ferryctl).until(job, Goal.PAUSED) : view));
    }
}
