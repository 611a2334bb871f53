package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobWishReport;
import io.pikaferry.proto.v1.MoveJobRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "move",
        description = "Gives a job to another worker, where it goes on from its checkpoint.",
        sortOptions = false)
final class JobMoveCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Option(names = "--to", paramLabel = "WORKER", description = "Default: any but where it is.", defaultValue = "")
    private String worker;

    private final Ferryctl ferryctl;

    JobMoveCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        MoveJobRequest request =
                MoveJobRequest.newBuilder().setName(job).setWorker(worker).build();
        // not repeated: the second time it would move on
        ferryctl.print(new JobWishReport(ferryctl.coordinator().jobsOnce(stub -> stub.moveJob(request))));
    }
}
