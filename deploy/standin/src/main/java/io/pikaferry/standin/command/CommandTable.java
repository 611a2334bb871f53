package io.pikaferry.standin.command;

import io.pikaferry.standin.version.PikaVersion;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/** The commands on data that a release knows. */
public final class CommandTable {

    private final Map<String, Command> commands = new HashMap<>();

    private CommandTable() {}

    /**
     * The table of one release.
     *
     * @param dice picks a number below its argument: the member that SPOP takes
     */
    public static CommandTable of(PikaVersion version, IntUnaryOperator dice) {
        CommandTable table = new CommandTable();
        Cursors cursors = new Cursors();
        new KeyCommands(version, cursors).addTo(table);
        new StringCommands(version).addTo(table);
        new BitCommands(version).addTo(table);
        new HyperLogLogCommands(version).addTo(table);
        new HashCommands(cursors).addTo(table);
        new ListCommands(version).addTo(table);
        new SetCommands(version, cursors, dice).addTo(table);
        new ZsetCommands(version, cursors).addTo(table);
        new ZsetStoreCommands(version).addTo(table);
        new GeoCommands(version).addTo(table);
        new LogCommands(version).addTo(table);
        return table;
    }

    public Optional<Command> find(String name) {
        return Optional.ofNullable(commands.get(name));
    }

    void read(String name, int arity, Command.Body body) {
        commands.put(name, new Command(name, arity, false, body));
    }

    void write(String name, int arity, Command.Body body) {
        commands.put(name, new Command(name, arity, true, body));
    }
}
