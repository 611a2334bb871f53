package io.pikaferry.ctl.explanation;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Every write command of every Pika release. Read from {@code commands.tsv}, which a test of the worker writes out of its own
 * table: ferryctl does not know the worker.
 */
public final class CommandSheet {

    private static final String SHEET = "/io/pikaferry/command/commands.tsv";
    private static final String RELEASES = "# releases\t";
    private static final int COLUMNS = 11;

    private final List<PikaRelease> releases;
    private final List<SourceCommand> commands;

    private CommandSheet(List<PikaRelease> releases, List<SourceCommand> commands) {
        this.releases = List.copyOf(releases);
        this.commands = List.copyOf(commands);
    }

    public static CommandSheet read() {
        try (InputStream file =
                requireNonNull(CommandSheet.class.getResourceAsStream(SHEET), "commands.tsv is missing")) {
            return parse(new BufferedReader(new InputStreamReader(file, UTF_8))
                    .lines()
                    .toList());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static CommandSheet parse(List<String> lines) {
        List<PikaRelease> releases = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (String line : lines) {
            if (line.startsWith(RELEASES)) {
                Arrays.stream(line.substring(RELEASES.length()).split("\t"))
                        .map(PikaRelease::parse)
                        .forEach(releases::add);
            } else if (!line.startsWith("#")) {
                rows.add(line);
            }
        }
        // the first one is the heading
        return new CommandSheet(
                releases, rows.stream().skip(1).map(CommandSheet::command).toList());
    }

    private static SourceCommand command(String row) {
        String[] cells = row.split("\t", -1);
        if (cells.length != COLUMNS) {
            throw new IllegalArgumentException("%d columns, not %d".formatted(cells.length, COLUMNS));
        }
        return new SourceCommand(
                cells[0],
                PikaRelease.parse(cells[1]),
                Optional.of(cells[2]).filter(text -> !text.isEmpty()).map(PikaRelease::parse),
                Integer.parseInt(cells[3]),
                cells[4],
                cells[5],
                cells[6],
                cells[7],
                cells[8].equals("repeatable"),
                cells[9],
                cells[10]);
    }

    /** Oldest first. */
    List<PikaRelease> releases() {
        return releases;
    }

    /** Those of all releases; a command's own one after the other. */
    List<SourceCommand> commands() {
        return commands;
    }

    /** Each once. */
    public List<String> names() {
        return commands.stream().map(SourceCommand::name).distinct().toList();
    }

    /** The sheet with these commands only. */
    public CommandSheet only(List<String> names) {
        return new CommandSheet(
                releases,
                commands.stream().filter(each -> names.contains(each.name())).toList());
    }

    /** What holds for one release, each command once at most. */
    List<SourceCommand> of(PikaRelease release) {
        return commands.stream().filter(each -> each.isOf(release)).toList();
    }

    /** @throws FerryException INVALID_ARGUMENT if there is no such release, with those there are */
    public PikaRelease release(String text) {
        return releases.stream()
                .filter(known -> known.toString().equals(text.replaceFirst("^v", "")))
                .findFirst()
                .orElseThrow(() -> new FerryException(
                        ErrorCode.INVALID_ARGUMENT,
                        "--pika: there is no release '" + text + "' of which it is known what it logs; known are "
                                + known()));
    }

    /** As in {@code 2.3.0 – 2.3.8, 3.0.0 – 3.0.16}. */
    private String known() {
        Map<String, List<PikaRelease>> branches = releases.stream()
                .collect(Collectors.groupingBy(PikaRelease::branch, LinkedHashMap::new, Collectors.toList()));
        return branches.values().stream()
                .map(branch -> branch.get(0) + " – " + branch.get(branch.size() - 1))
                .collect(Collectors.joining(", "));
    }
}
