package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.SubmittedReport;
import io.pikaferry.ctl.submission.DryRun;
import io.pikaferry.ctl.submission.JobDraft;
import io.pikaferry.ctl.submission.JobFile;
import io.pikaferry.ctl.submission.Submission;
import io.pikaferry.ctl.submission.Written;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.SubmitJobResponse;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
        name = "submit",
        description = {
            "Starts a migration, or several from a file.",
            "Submitting the same again changes nothing; the same name with another specification is refused."
        },
        sortOptions = false)
final class SubmitCommand implements Runnable {

    /** Which key of a job file an option is. */
    private static final Map<String, String> KEYS = new LinkedHashMap<>();

    private static final Map<String, String> MAPS =
            Map.of("--database", "databases", "--label", "labels", "--worker-selector", "workerSelector");

    static {
        KEYS.put("--name", "name");
        KEYS.put("--source", "source.address");
        KEYS.put("--source-password-file", "source.passwordFile");
        KEYS.put("--target", "target.uri");
        KEYS.put("--target-password-file", "target.passwordFile");
        KEYS.put("--full-sync", "fullSync");
        KEYS.put("--lanes", "lanes");
        KEYS.put("--on-existing-keys", "onExistingKeys");
        KEYS.put("--on-error", "onError");
        KEYS.put("--type-conflict", "typeConflict");
        KEYS.put("--rate-commands", "rate.commandsPerSecond");
        KEYS.put("--rate-bytes", "rate.bytesPerSecond");
        KEYS.put("--throttle", "throttle");
    }

    @Option(
            names = {"-f", "--file"},
            paramLabel = "FILE",
            description = "A job file (see docs/job.yaml), - for standard input; may be repeated.")
    private List<String> files = new ArrayList<>();

    @Option(names = "--name", paramLabel = "NAME", description = "What to call the job: a-z, 0-9 and -.")
    private String name;

    @Option(names = "--source", paramLabel = "HOST:PORT", description = "The Pika master to read from.")
    private String source;

    @Option(names = "--source-password-file", paramLabel = "FILE", description = "Holds the source's password.")
    private String sourcePasswordFile;

    @Option(
            names = "--target",
            paramLabel = "URI",
            description = "redis://[USER@]HOST:PORT[/DB] to write to; rediss:// for TLS.")
    private String target;

    @Option(names = "--target-password-file", paramLabel = "FILE", description = "Holds the target's password.")
    private String targetPasswordFile;

    @Option(
            names = "--full-sync",
            paramLabel = "auto|force|never",
            description = "auto (default): go on from a checkpoint if there is one, else take a snapshot; force: take a"
                    + " snapshot in any case; never: follow the binlog only.")
    private String fullSync;

    @Option(
            names = "--lanes",
            paramLabel = "N",
            description = "Connections to the target that write side by side; default 4.")
    private String lanes;

    @Option(
            names = "--on-existing-keys",
            paramLabel = "fail|overwrite|skip",
            description = "What to do with keys that are in the target already; default fail.")
    private String onExistingKeys;

    @Option(
            names = "--on-error",
            paramLabel = "reconcile|record|stop",
            description =
                    "What to do when the target refuses a command: read the key anew from the source and make it equal"
                            + " (default; what cannot be is recorded), record it in the error ledger and go on, or stop."
                            + " Trouble of the target itself is waited out, whatever is said here.")
    private String onError;

    @Option(
            names = "--type-conflict",
            paramLabel = "prefer|fail",
            description =
                    "When the source has a name in several types: keep the one that TYPE reports (default), or fail.")
    private String typeConflict;

    @Option(
            names = "--database",
            paramLabel = "FROM=TO",
            description = "Write database FROM of the source into database TO of the target; may be repeated.")
    private List<String> databases = new ArrayList<>();

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "A label, to find the job by; may be repeated.")
    private List<String> labels = new ArrayList<>();

    @Option(
            names = "--worker-selector",
            paramLabel = "KEY=VALUE",
            description = "Only workers with this label may have the job; may be repeated.")
    private List<String> workerSelector = new ArrayList<>();

    @Option(names = "--rate-commands", paramLabel = "N", description = "At most so many commands a second.")
    private String rateCommands;

    @Option(names = "--rate-bytes", paramLabel = "SIZE", description = "At most so many bytes a second, e.g. 10MiB.")
    private String rateBytes;

    @Option(
            names = "--throttle",
            paramLabel = "auto|off",
            description = "auto: go slower by itself while the target is in trouble (default); off: never.")
    private String throttle;

    @Option(names = "--paused", description = "Do not start it yet: ferryctl job resume does.")
    private boolean paused;

    @Option(
            names = "--wait",
            paramLabel = "PHASE|running",
            description =
                    "Return only when it runs, or has come to a phase: precheck, handshake, waiting-dump, transfer,"
                            + " load, catch-up, tail.")
    private String wait;

    @Option(names = "--dry-run", description = "Check everything, show what would be submitted, and submit nothing.")
    private boolean dryRun;

    @Spec
    private CommandSpec spec;

    private final Ferryctl ferryctl;

    SubmitCommand(Ferryctl ferryctl) {
        this.ferryctl = requireNonNull(ferryctl, "ferryctl is null");
    }

    @Override
    public void run() {
        Optional<Goal> goal = Optional.ofNullable(wait).map(Goal::parse);
        List<Submission> submissions = Submission.all(drafts());
        if (goal.isPresent() && (paused || submissions.stream().anyMatch(Submission::paused))) {
            throw wrong("--wait and --paused exclude each other: a paused job comes to no phase");
        }
        if (dryRun) {
            ferryctl.print(new DryRun(submissions));
            return;
        }
        submit(submissions);
        goal.ifPresent(wanted -> submissions.forEach(job -> new JobWait(ferryctl).until(job.name(), wanted)));
    }

    private void submit(List<Submission> submissions) {
        List<SubmitJobResponse> answers = new ArrayList<>();
        try {
            for (Submission submission : submissions) {
                answers.add(ferryctl.coordinator().jobs(stub -> stub.submitJob(submission.request())));
            }
        } finally {
            // also when a later one was refused: these are submitted
            if (!answers.isEmpty()) {
                ferryctl.print(new SubmittedReport(answers, !files.isEmpty()));
            }
        }
        if (wait == null) {
            ferryctl.say(
                    submissions.size() == 1
                            ? "next: ferryctl status " + submissions.get(0).name() + " -w"
                            : "next: ferryctl status -w");
        }
    }

    private List<JobDraft> drafts() {
        List<JobDraft> drafts = new ArrayList<>();
        if (files.isEmpty()) {
            drafts.add(fromOptions());
        } else {
            refuseOptionsBesideFiles();
            for (String file : files) {
                drafts.addAll(fromFile(file));
            }
        }
        if (paused) {
            drafts.forEach(draft -> draft.put("paused", new Written("true", "--paused")));
        }
        return drafts;
    }

    private JobDraft fromOptions() {
        for (String needed : List.of("--name", "--source", "--target")) {
            if (given(needed).isEmpty()) {
                throw wrong(needed + " is missing; --name, --source and --target make a job, or -f names a file");
            }
        }
        JobDraft draft = new JobDraft("the command line", ferryctl.directory());
        KEYS.forEach(
                (option, key) -> given(option).ifPresent(text -> draft.put(key, new Written((String) text, option))));
        MAPS.forEach((option, key) -> given(option)
                .ifPresent(pairs -> ((List<?>) pairs).forEach(pair -> addPair(draft, option, key, pair.toString()))));
        return draft;
    }

    private static void addPair(JobDraft draft, String option, String key, String pair) {
        int equals = pair.indexOf('=');
        if (equals < 1) {
            throw wrong(option + ": expected KEY=VALUE, got '" + pair + "'");
        }
        String name = pair.substring(0, equals);
        Written value = new Written(pair.substring(equals + 1), option + " " + name);
        if (draft.put(key + "." + name, value).isPresent()) {
            throw wrong(option + ": '" + name + "' is given twice");
        }
    }

    private void refuseOptionsBesideFiles() {
        List<String> options = new ArrayList<>(KEYS.keySet());
        options.addAll(MAPS.keySet());
        for (String option : options) {
            if (given(option).isPresent()) {
                throw wrong(option + " cannot stand beside -f: write it into the file");
            }
        }
    }

    private List<JobDraft> fromFile(String file) {
        if (file.equals("-")) {
            return new JobFile("standard input", ferryctl.directory())
                    .read(new InputStreamReader(ferryctl.in(), StandardCharsets.UTF_8));
        }
        Path path = ferryctl.directory().resolve(file);
        try (Reader text = Files.newBufferedReader(path)) {
            Path directory = Optional.ofNullable(path.getParent()).orElse(ferryctl.directory());
            return new JobFile(path.getFileName().toString(), directory).read(text);
        } catch (NoSuchFileException e) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "-f: there is no file " + file, e);
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "-f: %s cannot be read: %s".formatted(file, e.getMessage()), e);
        }
    }

    /** What was given for the option; the reflection of picocli saves a list of every field here. */
    private Optional<Object> given(String option) {
        OptionSpec known = spec.findOption(option);
        return Optional.ofNullable(known.getValue())
                .filter(value -> !(value instanceof List<?> list) || !list.isEmpty());
    }

    private static FerryException wrong(String message) {
        return new FerryException(ErrorCode.INVALID_ARGUMENT, message);
    }
}
