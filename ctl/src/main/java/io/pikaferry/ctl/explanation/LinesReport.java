package io.pikaferry.ctl.explanation;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.Report;
import io.pikaferry.ctl.output.Table;
import io.pikaferry.ctl.output.Table.Cell;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The write commands of all Pika lines side by side, with a word for what becomes of each. */
public final class LinesReport implements Report {

    private static final String ABSENT = "-";

    private final CommandSheet sheet;

    public LinesReport(CommandSheet sheet) {
        this.sheet = requireNonNull(sheet, "sheet is null");
    }

    @Override
    public List<String> table(boolean colour) {
        return lines(colour, false);
    }

    @Override
    public List<String> wide(boolean colour) {
        return lines(colour, true);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put(
                "releases", sheet.releases().stream().map(PikaRelease::toString).toList());
        document.put(
                "commands",
                sheet.commands().stream().map(CommandsReport::document).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return sheet.names();
    }

    private List<String> lines(boolean colour, boolean releases) {
        List<String> header = new ArrayList<>(List.of("COMMAND"));
        for (PikaLine line : PikaLine.values()) {
            header.add(line.title());
        }
        Table table = new Table(header.toArray(String[]::new));
        for (String name : sheet.names()) {
            List<Cell> row = new ArrayList<>(List.of(Cell.of(name.toUpperCase(Locale.ROOT))));
            for (PikaLine line : PikaLine.values()) {
                row.add(Cell.of(cell(name, line, releases)));
            }
            table.add(row);
        }
        return table.lines(colour);
    }

    /** As in {@code rewritten*, as-is from 3.2.4}; without releases the words alone. */
    String cell(String name, PikaLine line, boolean withReleases) {
        Set<String> words = new LinkedHashSet<>();
        List<String> changes = new ArrayList<>();
        String last = "";
        for (PikaRelease release : sheet.releases().stream().filter(line::has).toList()) {
            String word = sheet.commands().stream()
                    .filter(each -> each.name().equals(name) && each.isOf(release))
                    .map(SourceCommand::mark)
                    .findFirst()
                    .orElse(ABSENT);
            if (!word.equals(last)) {
                changes.add(last.isEmpty() ? word : word + " from " + release);
                words.add(word);
            }
            last = word;
        }
        if (words.size() > 1) {
            words.remove(ABSENT);
            changes.remove(ABSENT);
        }
        return withReleases ? String.join(", ", changes) : String.join("/", words);
    }
}
