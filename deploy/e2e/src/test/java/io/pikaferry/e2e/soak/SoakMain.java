package io.pikaferry.e2e.soak;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** What deploy/soak and deploy/failovers start. */
@Command(
        name = "soak",
        description = "Lets things go wrong in a cluster under load.",
        subcommands = {SoakCommand.class, FailoversCommand.class})
public final class SoakMain {

    private SoakMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new SoakMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }
}
