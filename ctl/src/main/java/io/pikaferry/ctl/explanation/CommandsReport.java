package io.pikaferry.ctl.explanation;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Report;
import io.pikaferry.ctl.output.Table;
import io.pikaferry.ctl.output.Table.Cell;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The write commands of one release: what it logs for each, and what is made of that. */
public final class CommandsReport implements Report {

    private final PikaRelease release;
    private final List<SourceCommand> commands;

    public CommandsReport(CommandSheet sheet, PikaRelease release) {
        this.release = requireNonNull(release, "release is null");
        this.commands = sheet.of(release);
    }

    @Override
    public List<String> table(boolean colour) {
        Table table = new Table("COMMAND", "LOGGED", "READ AGAIN", "APPLIED");
        for (SourceCommand command : commands) {
            table.add(List.of(
                    Cell.of(title(command)),
                    Cell.of(command.logged()),
                    Cell.of(command.readAgain()),
                    Cell.of(command.applied())));
        }
        return table.lines(colour);
    }

    @Override
    public List<String> wide(boolean colour) {
        Table table = new Table(
                "COMMAND",
                "ARGUMENTS",
                "KEYS",
                "LOGGED",
                "HANDLING",
                "READ AGAIN",
                "REPEATABLE",
                "TREATMENT",
                "APPLIED");
        for (SourceCommand command : commands) {
            table.add(List.of(
                    Cell.of(title(command)),
                    Cell.of(command.arguments()),
                    Cell.of(command.keys()),
                    Cell.of(command.logged()),
                    Cell.of(command.handling()),
                    Cell.of(command.readAgain()),
                    Cell.of(command.repeatable() ? "yes" : "no"),
                    Cell.of(command.treatment()),
                    Cell.of(command.applied())));
        }
        return table.lines(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("pika", release.toString());
        document.put("commands", commands.stream().map(CommandsReport::document).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return commands.stream().map(SourceCommand::name).toList();
    }

    static String title(SourceCommand command) {
        return command.name().toUpperCase(Locale.ROOT);
    }

    static Map<String, Object> document(SourceCommand command) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", command.name());
        document.put("since", command.since().toString());
        document.put("before", command.before().map(PikaRelease::toString).orElse(null));
        document.put("arguments", command.arguments());
        document.put("keys", command.keys());
        document.put("logged", command.logged());
        document.put("handling", command.handling());
        document.put("readAgain", command.readAgain());
        document.put("repeatable", command.repeatable());
        document.put("treatment", command.treatment());
        document.put("applied", command.applied());
        return document;
    }
}
