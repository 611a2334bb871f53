package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.connection.CoordinatorConnection;
import io.pikaferry.ctl.connection.Time;
import io.pikaferry.ctl.output.Documents;
import io.pikaferry.ctl.output.Format;
import io.pikaferry.ctl.output.Report;
import io.pikaferry.ctl.output.Terminal;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.proto.v1.ObservedState;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The command itself: the options that every verb has, and what the verbs work with. Its tree of verbs is in {@link #commandLine}. */
@Command(
        name = "ferryctl",
        description = "Submits and watches the migrations of Pika instances into Redis.",
        exitCodeListHeading = "%nExit codes:%n",
        footer = {
            "",
            "Examples:",
            "  ferryctl submit --name users --source pika:9221 --target redis://redis:6379",
            "  ferryctl submit -f jobs.yaml --dry-run",
            "  ferryctl status users -w",
            "  ferryctl explain FERRY-2107"
        },
        sortOptions = false,
        usageHelpWidth = 100)
public final class Ferryctl implements Runnable, AutoCloseable {

    static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(30);
    private static final String DEFAULT_COORDINATORS = "localhost:7070";

    @Option(
            names = "--coordinators",
            paramLabel = "HOST:PORT[,…]",
            scope = ScopeType.INHERIT,
            description =
                    "The coordinators; which of them leads is found out. Or FERRY_COORDINATORS in the environment;"
                            + " default " + DEFAULT_COORDINATORS + ".")
    private String coordinators;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            scope = ScopeType.INHERIT,
            description = "table (default), wide, json, yaml or name.")
    private Format format;

    @Option(
            names = "--timeout",
            paramLabel = "DURATION",
            scope = ScopeType.INHERIT,
            description = "How long to look for the leader and wait for its answer, e.g. 500ms, 10s, 2m; default 30s."
                    + " If given, coordinators that cannot be reached yet are waited for as well, and --wait waits no"
                    + " longer.")
    private Duration timeout;

    @Option(
            names = "--no-color",
            scope = ScopeType.INHERIT,
            description = "No colours. Or NO_COLOR in the environment.")
    private boolean noColour;

    @Option(
            names = {"-q", "--quiet"},
            scope = ScopeType.INHERIT,
            description = "No messages, only data and errors.")
    private boolean quiet;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this.")
    private boolean help;

    @Spec
    private CommandSpec spec;

    private final Surroundings surroundings;
    private Optional<CoordinatorConnection> connection = Optional.empty();

    Ferryctl(Surroundings surroundings) {
        this.surroundings = requireNonNull(surroundings, "surroundings is null");
    }

    /** Runs one command line; the answer is the process's exit code. */
    public static int run(Surroundings surroundings, String... arguments) {
        try (Ferryctl ferryctl = new Ferryctl(surroundings)) {
            return ferryctl.commandLine(arguments).execute(arguments);
        } finally {
            surroundings.terminal().out().flush();
            surroundings.terminal().err().flush();
        }
    }

    /**
     * The tree of nouns and verbs, or only the branch that the arguments name: reading the annotations of all of them
     * would take longer than most commands do.
     */
    CommandLine commandLine(String... arguments) {
        List<String> named = List.of(arguments);
        CommandLine line = new CommandLine(this);
        grow(line, named, verbs(named));
        line.getCommandSpec().usageMessage().exitCodeList(ExitCode.meanings());
        Failures failures = new Failures(terminal());
        return line.setUnmatchedOptionsArePositionalParams(false)
                .registerConverter(Duration.class, DurationText::parse)
                .registerConverter(Format.class, text -> Choice.of(text, Format.values()))
                .registerConverter(
                        CompletionCommand.Shell.class, text -> Choice.of(text, CompletionCommand.Shell.values()))
                .registerConverter(ObservedState.class, text -> Choice.of(text, JobListCommand.STATES))
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures)
                .setOut(terminal().out())
                .setErr(terminal().err());
    }

    private Map<String, Supplier<Object>> verbs(List<String> named) {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("submit", () -> new SubmitCommand(this));
        verbs.put("status", () -> new StatusCommand(this));
        verbs.put("job", () -> grow(new CommandLine(new JobCommand()), named, jobVerbs(named)));
        verbs.put("worker", () -> grow(new CommandLine(new WorkerCommand()), named, workerVerbs()));
        verbs.put("cluster", () -> grow(new CommandLine(new ClusterCommand()), named, clusterVerbs()));
        verbs.put("explain", () -> grow(new CommandLine(new ExplainCommand(this)), named, explainVerbs()));
        verbs.put("completion", () -> new CompletionCommand(this));
        verbs.put("version", () -> new VersionCommand(this));
        return verbs;
    }

    private Map<String, Supplier<Object>> jobVerbs(List<String> named) {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("list", () -> new JobListCommand(this));
        verbs.put("describe", () -> new JobDescribeCommand(this));
        verbs.put("pause", () -> new JobPauseCommand(this));
        verbs.put("resume", () -> new JobResumeCommand(this));
        verbs.put("stop", () -> new JobStopCommand(this));
        verbs.put("delete", () -> new JobDeleteCommand(this));
        verbs.put("move", () -> new JobMoveCommand(this));
        verbs.put("set", () -> new JobSetCommand(this));
        verbs.put("events", () -> new JobEventsCommand(this));
        verbs.put("errors", () -> grow(new CommandLine(new JobErrorsCommand(this)), named, errorsVerbs()));
        return verbs;
    }

    private Map<String, Supplier<Object>> errorsVerbs() {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("list", () -> new ErrorsListCommand(this));
        verbs.put("show", () -> new ErrorsShowCommand(this));
        verbs.put("reconcile", () -> new ErrorsReconcileCommand(this));
        verbs.put("ignore", () -> new ErrorsIgnoreCommand(this));
        verbs.put("export", () -> new ErrorsExportCommand(this));
        return verbs;
    }

    private Map<String, Supplier<Object>> workerVerbs() {
        Map<String, Supplier<Object>> verbs = new LinkedHashMap<>();
        verbs.put("list", () -> new WorkerListCommand(this));
        verbs.put("cordon", () -> new WorkerCordonCommand(this));
        verbs.put("uncordon", () -> new WorkerUncordonCommand(this));
        verbs.put("drain", () -> new WorkerDrainCommand(this));
        return verbs;
    }

    private Map<String, Supplier<Object>> clusterVerbs() {
        return Map.of("status", () -> new ClusterStatusCommand(this));
    }

    private Map<String, Supplier<Object>> explainVerbs() {
        return Map.of("commands", () -> new ExplainCommandsCommand(this));
    }

    private static CommandLine grow(CommandLine parent, List<String> named, Map<String, Supplier<Object>> verbs) {
        boolean all = verbs.keySet().stream().noneMatch(named::contains);
        verbs.forEach((name, verb) -> {
            if (all || named.contains(name)) {
                parent.addSubcommand(name, verb.get());
            }
        });
        return parent;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "what is to be done is missing");
    }

    CoordinatorConnection coordinator() {
        if (connection.isEmpty()) {
            connection = Optional.of(new CoordinatorConnection(
                    addresses(),
                    timeout().orElse(DEFAULT_TIMEOUT),
                    timeout().isPresent(),
                    surroundings.dial(),
                    surroundings.time()));
        }
        return connection.get();
    }

    private List<Endpoint> addresses() {
        String fromEnvironment = surroundings.environment().getOrDefault("FERRY_COORDINATORS", "");
        String place = coordinators != null ? "--coordinators" : "FERRY_COORDINATORS";
        String text = coordinators != null ? coordinators : fromEnvironment;
        try {
            return Stream.of((text.isBlank() && coordinators == null ? DEFAULT_COORDINATORS : text).split(",", -1))
                    .map(address -> Endpoint.parse(address.trim()))
                    .distinct()
                    .collect(Collectors.toUnmodifiableList());
        } catch (IllegalArgumentException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, place + ": " + e.getMessage(), e);
        }
    }

    /** What the operator gave; empty when it is to be the default. */
    Optional<Duration> timeout() {
        return Optional.ofNullable(timeout);
    }

    Format format() {
        return Optional.ofNullable(format).orElse(Format.TABLE);
    }

    Terminal terminal() {
        return surroundings.terminal();
    }

    Time time() {
        return surroundings.time();
    }

    Instant now() {
        return surroundings.time().now();
    }

    InputStream in() {
        return surroundings.in();
    }

    Path directory() {
        return surroundings.directory();
    }

    boolean colour() {
        return terminal().interactive()
                && !noColour
                && surroundings.environment().getOrDefault("NO_COLOR", "").isEmpty();
    }

    void print(Report report) {
        terminal().print(report, format(), colour());
    }

    /** One JSON document on a line of its own, whatever the format. */
    void printLine(Report report) {
        terminal().out().println(Documents.compactJson(report.document()));
    }

    /** A message for the person, apart from the data. */
    void say(String message) {
        if (!quiet) {
            terminal().err().println(message);
            terminal().err().flush();
        }
    }

    @Override
    public void close() {
        connection.ifPresent(CoordinatorConnection::close);
    }
}
