package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import java.io.PrintWriter;
import java.util.List;

/**
 * Where ferryctl writes: data to {@code out}, messages to {@code err}.
 *
 * @param interactive whether {@code out} is a terminal with somebody before it, as against a pipe or a file
 * @param rows how many lines it shows; 0 when not known
 */
public record Terminal(PrintWriter out, PrintWriter err, boolean interactive, int rows) {

    public Terminal {
        requireNonNull(out, "out is null");
        requireNonNull(err, "err is null");
    }

    public void print(Report report, Format format, boolean colour) {
        lines(report, format, colour).forEach(out::println);
        out.flush();
    }

    public static List<String> lines(Report report, Format format, boolean colour) {
        return switch (format) {
            case TABLE -> report.table(colour);
            case WIDE -> report.wide(colour);
            case JSON -> List.of(Documents.json(report.document()));
            case YAML -> List.of(Documents.yaml(report.document()));
            case NAME -> report.names();
        };
    }
}
