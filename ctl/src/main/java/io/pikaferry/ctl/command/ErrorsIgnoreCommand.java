package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.SettleAction;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "ignore",
        description = "Closes entries: source and target may differ there, and that is all right.",
        sortOptions = false)
final class ErrorsIgnoreCommand implements Runnable {

    @Parameters(index = "0", paramLabel = "JOB")
    private String job;

    @Parameters(index = "1..*", paramLabel = "ID", arity = "0..*", description = "As job errors list names them.")
    private List<String> ids = List.of();

    @Option(names = "--all", description = "All that are open; also forgets how many did not fit.")
    private boolean all;

    private final Ferryctl ferryctl;

    ErrorsIgnoreCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        new ErrorSettlement(ferryctl, job, SettleAction.SETTLE_ACTION_IGNORE).of(ids, all, false);
    }
}
