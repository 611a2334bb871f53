package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.EventsReport;
import io.pikaferry.proto.v1.JobRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(
        name = "events",
        description = "What happened to a job, oldest first: the last 200 events.",
        sortOptions = false)
final class JobEventsCommand implements Runnable {

    @Parameters(paramLabel = "JOB")
    private String job;

    private final Ferryctl ferryctl;

    JobEventsCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ferryctl.print(new EventsReport(
                job,
                ferryctl.coordinator()
                        .jobs(stub -> stub.listEvents(
                                JobRequest.newBuilder().setName(job).build()))
                        .getEventsList()));
    }
}
