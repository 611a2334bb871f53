package io.pikaferry.ctl.command;

import io.pikaferry.ctl.connection.InMemoryCoordinator;
import io.pikaferry.ctl.connection.InProcessNetwork;
import io.pikaferry.ctl.connection.ScriptedTime;
import io.pikaferry.ctl.connection.Time;
import io.pikaferry.ctl.output.Terminal;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/** Somebody who types ferryctl's commands, with one coordinator at {@code localhost:7070} unless said otherwise. */
final class Shell implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-22T20:00:00Z");

    private final InMemoryCoordinator coordinator = new InMemoryCoordinator();
    private final InProcessNetwork network = new InProcessNetwork();
    private final Map<String, String> environment = new HashMap<>();
    private Time time = ScriptedTime.endless(NOW);
    private Path directory = Path.of("");
    private String input = "";
    private boolean interactive;
    private int rows;
    private boolean outputClosed;
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    Shell() {
        network.start("localhost:7070", coordinator);
    }

    InMemoryCoordinator coordinator() {
        return coordinator;
    }

    InProcessNetwork network() {
        return network;
    }

    Shell in(Path place) {
        directory = place;
        return this;
    }

    Shell at(Time clock) {
        time = clock;
        return this;
    }

    Shell onTerminal(int lines) {
        interactive = true;
        rows = lines;
        return this;
    }

    /** Whoever reads what ferryctl writes has gone. */
    Shell closedOutput() {
        outputClosed = true;
        return this;
    }

    Shell export(String name, String value) {
        environment.put(name, value);
        return this;
    }

    Shell typing(String text) {
        input = text;
        return this;
    }

    /** Runs one command and answers with its exit code; what it wrote is in {@link #out} and {@link #err}. */
    int ferryctl(String... arguments) {
        out = new StringWriter();
        err = new StringWriter();
        PrintWriter reader = new PrintWriter(out);
        if (outputClosed) {
            reader.close();
        }
        try {
            return Ferryctl.run(
                    new Surroundings(
                            new Terminal(reader, new PrintWriter(err), interactive, rows),
                            new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                            environment,
                            directory,
                            network,
                            time),
                    arguments);
        } finally {
            Thread.interrupted(); // each command is a process of its own
        }
    }

    String out() {
        return out.toString();
    }

    String err() {
        return err.toString();
    }

    @Override
    public void close() {
        network.close();
    }
}
