package io.pikaferry.worker.routing;

import java.util.List;
import java.util.Optional;

/** Finds a command's row by its name in any case, without making a String of it. */
final class CommandIndex {

    private final byte[][] names;
    private final CommandRow[] rows;
    private final int mask;

    /** @param table of one release: no name twice */
    CommandIndex(List<CommandRow> table) {
        int size = Integer.highestOneBit(Math.max(1, table.size())) * 4;
        this.mask = size - 1;
        this.names = new byte[size][];
        this.rows = new CommandRow[size];
        for (CommandRow row : table) {
            byte[] name = Ascii.of(row.name());
            int at = slot(name);
            while (names[at] != null) {
                if (Ascii.equalsIgnoringCase(name, names[at])) {
                    throw new IllegalArgumentException("two rows of one release: " + row.name());
                }
                at = at + 1 & mask;
            }
            names[at] = name;
            rows[at] = row;
        }
    }

    Optional<CommandRow> find(byte[] name) {
        int at = slot(name);
        while (names[at] != null) {
            if (Ascii.equalsIgnoringCase(name, names[at])) {
                return Optional.of(rows[at]);
            }
            at = at + 1 & mask;
        }
        return Optional.empty();
    }

    private int slot(byte[] name) {
        int hash = Ascii.hashIgnoringCase(name);
        return (hash ^ hash >>> 16) & mask;
    }
}
