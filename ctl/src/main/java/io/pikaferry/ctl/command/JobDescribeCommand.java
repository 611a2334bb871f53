package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.connection.CoordinatorConnection;
import io.pikaferry.ctl.output.JobDescription;
import io.pikaferry.proto.v1.JobRequest;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.ListErrorsResponse;
import io.pikaferry.proto.v1.ListEventsResponse;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "describe",
        description = "Everything about a job: how it is, what was submitted, its last events and errors.",
        sortOptions = false)
final class JobDescribeCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    private final Ferryctl ferryctl;

    JobDescribeCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        JobRequest request = JobRequest.newBuilder().setName(job).build();
        CoordinatorConnection coordinator = ferryctl.coordinator();
        JobView view = coordinator.jobs(stub -> stub.getJob(request));
        ListEventsResponse events = coordinator.jobs(stub -> stub.listEvents(request));
        ListErrorsResponse errors = coordinator.jobs(stub -> stub.listErrors(request));
        ferryctl.print(new JobDescription(view, events.getEventsList(), errors, ferryctl.now()));
    }
}
