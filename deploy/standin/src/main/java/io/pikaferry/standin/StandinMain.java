package io.pikaferry.standin;

import io.pikaferry.standin.tryout.LoadCommand;
import io.pikaferry.standin.tryout.VerifyCommand;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The program {@code pikaferry-standin}. */
@Command(
        name = "pikaferry-standin",
        description = "A Pika master without Pika, for tests, benchmarks and trying things out.",
        mixinStandardHelpOptions = true,
        subcommands = {ServeCommand.class, GenerateCommand.class, LoadCommand.class, VerifyCommand.class})
public final class StandinMain {

    private StandinMain() {}

    public static void main(String[] args) {
        int exit = new CommandLine(new StandinMain())
                .setExecutionExceptionHandler((failure, commandLine, parsed) -> {
                    commandLine.getErr().println("pikaferry-standin: " + failure.getMessage());
                    return 1;
                })
                .execute(args);
        System.exit(exit);
    }
}
