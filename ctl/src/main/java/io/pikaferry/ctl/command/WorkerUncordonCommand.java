package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.WorkersReport;
import io.pikaferry.proto.v1.WorkerRequest;
import io.pikaferry.proto.v1.WorkerView;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

@Command(name = "uncordon", description = "Gives a worker jobs again.", sortOptions = false)
final class WorkerUncordonCommand implements Runnable {

    @Parameters(paramLabel = "WORKER")
    private String worker;

    private final Ferryctl ferryctl;

    WorkerUncordonCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        WorkerRequest request = WorkerRequest.newBuilder().setId(worker).build();
        WorkerView view = ferryctl.coordinator().cluster(stub -> stub.uncordonWorker(request));
        ferryctl.print(new WorkersReport(List.of(view), ferryctl.now()));
    }
}
