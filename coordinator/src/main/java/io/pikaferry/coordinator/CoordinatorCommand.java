package io.pikaferry.coordinator;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** The command line of {@code pikaferry-coordinator}, and how it says that it cannot start. */
@Command(
        name = "pikaferry-coordinator",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = "Keeps migration jobs and their checkpoints, and hands the jobs to workers.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "1:could not start, or could not go on; the last line of stderr says why",
            "2:wrong usage",
            "143:ended by SIGTERM, in order"
        })
final class CoordinatorCommand implements Runnable {

    private static final int CANNOT_START = 1;

    @Option(
            names = "--listen",
            required = true,
            paramLabel = "HOST:PORT",
            description = "Where operators and workers connect. Not a loopback address: only with --insecure.",
            converter = EndpointConverter.class)
    private Endpoint listen;

    @ArgGroup(multiplicity = "1")
    private Store store;

    /** Where jobs are kept. */
    static final class Store {
        @Option(
                names = "--zookeeper",
                required = true,
                paramLabel = "HOST:PORT,…[/CHROOT]",
                description = "The ZooKeeper ensemble that keeps jobs and checkpoints.")
        private Optional<String> zookeeper = Optional.empty();

        @Option(
                names = "--embedded-zookeeper",
                required = true,
                paramLabel = "DIR",
                description = "Runs a ZooKeeper of its own, durable in DIR: for a single machine.")
        private Optional<Path> embedded = Optional.empty();
    }

    @Option(
            names = "--config",
            paramLabel = "FILE",
            description = "key = value lines; all keys: deploy/dist/conf/coordinator.properties.")
    private Optional<Path> config;

    @Option(names = "--id", paramLabel = "ID", description = "The coordinator's name; default: what --listen says.")
    private Optional<String> id;

    @Option(
            names = "--secret-key-file",
            paramLabel = "FILE",
            description = "The key that passwords are encrypted with; the same for all coordinators. Made if missing. "
                    + "Default: ~/.config/pikaferry/secret.key, or DIR/secret.key with --embedded-zookeeper.")
    private Optional<Path> secretKeyFile;

    @Option(names = "--insecure", description = "Plain text also on addresses that others can reach.")
    private boolean insecure;

    private final Consumer<CoordinatorConfig> start;

    private CoordinatorCommand(Consumer<CoordinatorConfig> start) {
        this.start = start;
    }

    /** @param start returns when the coordinator has ended, or throws */
    static CommandLine commandLine(Consumer<CoordinatorConfig> start) {
        return new CommandLine(new CoordinatorCommand(start)).setExecutionExceptionHandler((e, line, parsed) -> {
            complain(line.getErr(), e);
            return CANNOT_START;
        });
    }

    @Override
    public void run() {
        start.accept(CoordinatorConfig.of(
                new CoordinatorConfig.CommandLine(
                        listen, store.zookeeper, store.embedded, config, id, secretKeyFile, insecure),
                System.getenv()));
    }

    private static void complain(PrintWriter err, Exception e) {
        ErrorCode code = e instanceof FerryException known ? known.code() : ErrorCode.INTERNAL;
        if (code == ErrorCode.INTERNAL) {
            e.printStackTrace(err);
        }
        err.printf("pikaferry-coordinator: %s: %s (%s)%n", code.id(), e.getMessage(), code.remedy());
        err.flush();
    }

    /** {@code HOST:PORT}. */
    static final class EndpointConverter implements ITypeConverter<Endpoint> {
        @Override
        public Endpoint convert(String text) {
            try {
                return Endpoint.parse(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
