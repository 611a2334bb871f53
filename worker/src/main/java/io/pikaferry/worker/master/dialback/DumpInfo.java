package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import java.util.List;

/**
 * The file {@code info} of a dump (replication.md §4.1): five lines, that is seconds the dump took, address and client
 * port of the master, file number and offset.
 *
 * @param position what the dump stands for
 */
record DumpInfo(String host, int port, BinlogPosition position) {

    private static final int LINES = 5;

    static DumpInfo parse(List<String> lines) {
        if (lines.size() < LINES) {
            throw incomplete(lines, null);
        }
        try {
            return new DumpInfo(
                    lines.get(1).trim(),
                    Integer.parseInt(lines.get(2).trim()),
                    new BinlogPosition(
                            Long.parseLong(lines.get(3).trim()),
                            Long.parseLong(lines.get(4).trim())));
        } catch (IllegalArgumentException e) {
            throw incomplete(lines, e);
        }
    }

    private static FerryException incomplete(List<String> lines, RuntimeException cause) {
        return new FerryException(
                ErrorCode.SNAPSHOT_INCOMPLETE,
                "the dump's info is not seconds, address, port, file and offset: " + lines,
                cause);
    }
}
