package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Terminal;
import io.pikaferry.ctl.submission.NearestName;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * What a failure looks like: {@code ferryctl: FERRY-1002: what is wrong}, below it what to do, and an exit code. The one
 * place that decides so.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {

    private final Terminal terminal;

    Failures(Terminal terminal) {
        this.terminal = requireNonNull(terminal, "terminal is null");
    }

    @Override
    public int handleExecutionException(Exception failure, CommandLine line, ParseResult parsed) {
        if (failure instanceof ParameterException wrongUse) {
            return handleParseException(wrongUse, new String[0]);
        }
        FerryException known = failure instanceof FerryException ferry
                ? ferry
                : new FerryException(ErrorCode.INTERNAL, failure.toString(), failure);
        print(known.code(), known.getMessage(), known.code().remedy());
        if (!(failure instanceof FerryException)) {
            failure.printStackTrace(terminal.err());
            terminal.err().flush();
        }
        return ExitCode.of(known.code()).number();
    }

    @Override
    public int handleParseException(ParameterException wrongUse, String[] arguments) {
        String command = wrongUse.getCommandLine().getCommandSpec().qualifiedName();
        print(ErrorCode.INVALID_ARGUMENT, message(wrongUse), "see " + command + " --help");
        return ExitCode.USAGE.number();
    }

    void print(ErrorCode code, String message, String remedy) {
        PrintWriter err = terminal.err();
        err.println("ferryctl: " + code.id() + ": " + message.replace("\n", "\n  also: "));
        err.println("  → " + remedy);
        err.flush();
    }

    /** The parser's own words, but never the value of an argument it does not know: that could be a password (P7). */
    private static String message(ParameterException wrongUse) {
        if (!(wrongUse instanceof UnmatchedArgumentException unmatched)
                || unmatched.getUnmatched().isEmpty()) {
            // with the label in or without it, depending on whose converter refused the value
            String message = wrongUse.getMessage().replaceFirst("(for [^:(]+) \\([^)]*\\)", "$1");
            return message.substring(0, 1).toLowerCase(Locale.ROOT) + message.substring(1);
        }
        String first = unmatched.getUnmatched().get(0);
        boolean option = first.startsWith("-");
        String name = option ? first.replaceFirst("=.*", "") : first;
        List<String> known = option
                ? unmatched.getCommandLine().getCommandSpec().optionsMap().keySet().stream()
                        .toList()
                : List.copyOf(unmatched.getCommandLine().getSubcommands().keySet());
        return (option ? "unknown option '" : "unexpected '") + name + "'" + NearestName.hint(name, known);
    }
}
