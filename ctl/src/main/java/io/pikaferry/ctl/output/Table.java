package io.pikaferry.ctl.output;

import java.util.ArrayList;
import java.util.List;

/** Aligned columns. The last one is as long as it likes; a cell is coloured after it has been padded. */
public final class Table {

    private static final String GAP = "  ";

    /** One field of a row. */
    public record Cell(String text, Ink ink) {

        public static Cell of(String text) {
            return new Cell(text, Ink.PLAIN);
        }

        public static Cell of(long number) {
            return of(Long.toString(number));
        }
    }

    private final List<List<Cell>> rows = new ArrayList<>();

    public Table(String... header) {
        rows.add(
                List.of(header).stream().map(title -> new Cell(title, Ink.BOLD)).toList());
    }

    public void add(List<Cell> row) {
        if (row.size() != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "%d cells for %d columns".formatted(row.size(), rows.get(0).size()));
        }
        rows.add(List.copyOf(row));
    }

    public List<String> lines(boolean colour) {
        int columns = rows.get(0).size();
        int[] widths = new int[columns];
        for (List<Cell> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], row.get(i).text().length());
            }
        }
        return rows.stream().map(row -> line(row, widths, colour)).toList();
    }

    private static String line(List<Cell> row, int[] widths, boolean colour) {
        int last = row.size() - 1;
        while (last > 0 && row.get(last).text().isEmpty()) {
            last--;
        }
        StringBuilder line = new StringBuilder();
        for (int i = 0; i <= last; i++) {
            Cell cell = row.get(i);
            line.append(cell.ink().paint(cell.text(), colour));
            if (i < last) {
                line.append(" ".repeat(widths[i] - cell.text().length())).append(GAP);
            }
        }
        return line.toString();
    }
}
