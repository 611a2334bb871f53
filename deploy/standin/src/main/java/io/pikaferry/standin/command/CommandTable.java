package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;

/** The commands on data that a release knows. */
public final class CommandTable {

    private final Map<String, Command> commands = new HashMap<>();

    private final PikaVersion version;

    private CommandTable(PikaVersion version) {
        this.version = version;
    }

    /**
     * The table of one release.
     *
     * @param dice says which of the members SPOP takes
     */
    public static CommandTable of(PikaVersion version, ToIntFunction<List<Bytes>> dice) {
        CommandTable table = new CommandTable(version);
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
        if (version.atLeast(3, 5, 3)) {
            new StreamCommands().addTo(table);
        }
        return table;
    }

    public Optional<Command> find(String name) {
        return Optional.ofNullable(commands.get(name));
    }

    void read(String name, int arity, Command.Body body) {
        add(name, arity, false, body);
    }

    void write(String name, int arity, Command.Body body) {
        add(name, arity, true, version.generation() == Generation.A ? SmallOptions.of(name, body) : body);
    }

    void add(String name, int arity, boolean writes, Command.Body body) {
        commands.put(name, new Command(name, arity, writes, body));
    }
}
