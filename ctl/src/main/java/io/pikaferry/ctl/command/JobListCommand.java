package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobsReport;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ListJobsRequest;
import io.pikaferry.proto.v1.ObservedState;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(name = "list", description = "The jobs, all or some.", sortOptions = false)
final class JobListCommand implements Runnable {

    static final ObservedState[] STATES = {
        ObservedState.PENDING,
        ObservedState.RUNNING,
        ObservedState.PAUSED,
        ObservedState.BLOCKED,
        ObservedState.STOPPED,
        ObservedState.COMPLETED
    };

    @Option(names = "--state", paramLabel = "STATE", description = "Only those in this state, e.g. blocked.")
    private ObservedState state;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "Only those with this label; may be repeated.")
    private Map<String, String> labels = new LinkedHashMap<>();

    private final Ferryctl ferryctl;

    JobListCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        List<JobView> jobs =
                ferryctl
                        .coordinator()
                        .jobs(stub -> stub.listJobs(ListJobsRequest.getDefaultInstance()))
                        .getJobsList()
                        .stream()
                        .filter(job -> state == null || job.getState() == state)
                        .filter(job -> job.getSpec().getLabelsMap().entrySet().containsAll(labels.entrySet()))
                        .toList();
        ferryctl.print(new JobsReport(jobs, ferryctl.now()));
    }
}
