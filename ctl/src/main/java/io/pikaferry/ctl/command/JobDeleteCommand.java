package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.JobRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "delete",
        description =
                "Forgets a job that does not run. Its marks stay in the target: submitted again, it goes on from them.",
        sortOptions = false)
final class JobDeleteCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    private final Ferryctl ferryctl;

    JobDeleteCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        // not repeated: the second time it would be "no such job"
        ferryctl.coordinator()
                .jobsOnce(stub ->
                        stub.deleteJob(JobRequest.newBuilder().setName(job).build()));
        ferryctl.say(job + ": deleted");
    }
}
