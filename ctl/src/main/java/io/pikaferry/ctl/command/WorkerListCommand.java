package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.WorkersReport;
import io.pikaferry.proto.v1.ListWorkersRequest;
import picocli.CommandLine.Command;

@Command(name = "list", description = "The workers, and how many jobs each has.", sortOptions = false)
final class WorkerListCommand implements Runnable {

    private final Ferryctl ferryctl;

    WorkerListCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ferryctl.print(new WorkersReport(
                ferryctl.coordinator()
                        .cluster(stub -> stub.listWorkers(ListWorkersRequest.getDefaultInstance()))
                        .getWorkersList(),
                ferryctl.now()));
    }
}
