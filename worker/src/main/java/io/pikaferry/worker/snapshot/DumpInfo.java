package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the file {@code info} of a dump says. The master writes it last, so a dump without it is not complete.
 *
 * <pre>
 * line 1    how long the dump took, ignored
 *      2    the master's address as it knows itself
 *      3    its port
 *      4    binlog file number
 *      5    offset in that file
 *      6, 7 term and index of the consensus mode, ignored
 * </pre>
 *
 * @param position of the first item that is not in the dump
 */
public record DumpInfo(String masterHost, int masterPort, BinlogPosition position) {

    /** The file's name in a stream's directory. */
    public static final String FILE = "info";

    private static final int MIN_LINES = 5;
    private static final int MAX_LINES = 8;
    private static final int MAX_BYTES = 4096;

    /**
     * @param directory a stream's directory of a dump
     * @throws FerryException SNAPSHOT_INCOMPLETE if the file is missing or cut off, SNAPSHOT_CORRUPT if it is no info
     */
    public static DumpInfo read(Path directory) {
        Path file = directory.resolve(FILE);
        try (InputStream in = Files.newInputStream(file)) {
            return parse(new String(in.readNBytes(MAX_BYTES), ISO_8859_1), file.toString());
        } catch (NoSuchFileException e) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_INCOMPLETE,
                    file + " is missing: the master writes it when a dump is complete",
                    e);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, file + " cannot be read", e);
        }
    }

    /**
     * @param where what to call the text in an error
     */
    public static DumpInfo parse(String text, String where) {
        List<String> lines = text.lines().map(String::strip).toList();
        if (lines.size() < MIN_LINES) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_INCOMPLETE,
                    "%s has %d lines instead of %d to %d".formatted(where, lines.size(), MIN_LINES, MAX_LINES));
        }
        if (lines.size() > MAX_LINES) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_CORRUPT,
                    "%s has %d lines instead of %d to %d".formatted(where, lines.size(), MIN_LINES, MAX_LINES));
        }
        long port = number(lines, 3, 65535, where);
        long filenum = number(lines, 4, 0xffff_ffffL, where);
        long offset = number(lines, 5, Long.MAX_VALUE, where);
        return new DumpInfo(lines.get(1), (int) port, new BinlogPosition(filenum, offset));
    }

    private static long number(List<String> lines, int line, long max, String where) {
        String text = lines.get(line - 1);
        try {
            long number = Long.parseLong(text);
            if (number >= 0 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below, for both
        }
        throw new FerryException(
                ErrorCode.SNAPSHOT_CORRUPT, "line %d of %s is no number from 0 to %d".formatted(line, where, max));
    }
}
