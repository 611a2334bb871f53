package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.SettleAction;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "reconcile",
        aliases = "retry",
        description =
                "Has the worker read the keys of entries whole from the source and make them equal. A refused command is not"
                        + " repeated: out of its order it would be wrong.",
        sortOptions = false)
final class ErrorsReconcileCommand implements Runnable {

    @Parameters(index = "0", paramLabel = "JOB")
    private String job;

    @Parameters(index = "1..*", paramLabel = "ID", arity = "0..*", description = "As job errors list names them.")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "All that are open.")
    private boolean all;

    @Option(names = "--wait", description = "Return only when the worker has answered each.")
    private boolean wait;

    private final Ferryctl ferryctl;

    ErrorsReconcileCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        new ErrorSettlement(ferryctl, job, SettleAction.SETTLE_ACTION_RECONCILE).of(ids, all, wait);
    }
}
