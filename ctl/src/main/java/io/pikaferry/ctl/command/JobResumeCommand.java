package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobWishReport;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ResumeJobRequest;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "resume",
        description = "Lets a paused, blocked or stopped job go on from its checkpoint.",
        sortOptions = false)
final class JobResumeCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    @Option(
            names = "--full-sync",
            paramLabel = "auto|force",
            defaultValue = "auto",
            description = "force: forget the checkpoint, once, and take a new snapshot.")
    private String fullSync;

    @Option(
            names = "--wait",
            paramLabel = "PHASE|running",
            description =
                    "Return only when it runs, or has come to a phase: precheck, handshake, waiting-dump, transfer,"
                            + " load, catch-up, tail.")
    private String wait;

    private final Ferryctl ferryctl;

    JobResumeCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        Optional<Goal> goal = Optional.ofNullable(wait).map(Goal::parse);
        ResumeJobRequest request = ResumeJobRequest.newBuilder()
                .setName(job)
                .setForceFullSync(isForced())
                .build();
        // forced twice would be two snapshots
        JobView view = request.getForceFullSync()
                ? ferryctl.coordinator().jobsOnce(stub -> stub.resumeJob(request))
                : ferryctl.coordinator().jobs(stub -> stub.resumeJob(request));
        ferryctl.print(new JobWishReport(
                goal.map(wanted -> new JobWait(ferryctl).until(job, wanted)).orElse(view)));
    }

    private boolean isForced() {
        return switch (fullSync.toLowerCase(Locale.ROOT)) {
            case "auto" -> false;
            case "force" -> true;
            default -> throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "--full-sync: must be auto or force, got '" + fullSync + "'");
        };
    }
}
