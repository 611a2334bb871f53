package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.command.Watch.Sight;
import io.pikaferry.ctl.output.Format;
import io.pikaferry.ctl.output.JobReport;
import io.pikaferry.ctl.output.JobsReport;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ListJobsRequest;
import java.time.Duration;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(name = "status", description = "How the jobs are, one per line; or how one is, in full.", sortOptions = false)
final class StatusCommand implements Runnable {

    @Parameters(paramLabel = "JOB", arity = "0..1", description = "A job's name; without it, all jobs.")
    private String job;

    @Option(
            names = {"-w", "--watch"},
            paramLabel = "SECONDS",
            arity = "0..1",
            fallbackValue = "2",
            preprocessor = AttachedValue.class,
            description =
                    "Look again every 2 seconds, or as -w=SECONDS says. Redraws a terminal; into a pipe it writes a"
                            + " line for each change.")
    private Duration watch;

    private final Ferryctl ferryctl;

    StatusCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        if (watch == null) {
            Sight sight = look();
            ferryctl.print(sight.report());
            if (sight.report() instanceof JobsReport jobs && isForPeople()) {
                ferryctl.say(jobs.summary());
            }
            return;
        }
        if (ferryctl.format() == Format.NAME) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "-w: names alone do not change; use another -o");
        }
        new Watch(ferryctl, watch).run(this::look);
    }

    private boolean isForPeople() {
        return ferryctl.format() == Format.TABLE || ferryctl.format() == Format.WIDE;
    }

    private Sight look() {
        if (job == null) {
            List<JobView> jobs = ferryctl.coordinator()
                    .jobs(stub -> stub.listJobs(ListJobsRequest.getDefaultInstance()))
                    .getJobsList();
            return new Sight(jobs, new JobsReport(jobs, ferryctl.now()));
        }
        JobView view = ferryctl.coordinator()
                .jobs(stub -> stub.getJob(JobRequest.newBuilder().setName(job).build()));
        return new Sight(List.of(view), new JobReport(view, ferryctl.now()));
    }
}
