package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.ClusterReport;
import io.pikaferry.proto.v1.GetClusterRequest;
import picocli.CommandLine.Command;

@Command(name = "status", description = "Who leads, which workers there are, how many jobs.", sortOptions = false)
final class ClusterStatusCommand implements Runnable {

    private final Ferryctl ferryctl;

    ClusterStatusCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        ferryctl.print(new ClusterReport(
                ferryctl.coordinator().cluster(stub -> stub.getCluster(GetClusterRequest.getDefaultInstance())),
                ferryctl.now()));
    }
}
