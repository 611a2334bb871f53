package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.connection.Dial;
import io.pikaferry.ctl.connection.Time;
import io.pikaferry.ctl.output.Terminal;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Map;

/** What ferryctl finds around it: all that is not on its command line. */
public record Surroundings(
        Terminal terminal, InputStream in, Map<String, String> environment, Path directory, Dial dial, Time time) {

    public Surroundings {
        requireNonNull(terminal, "terminal is null");
        requireNonNull(in, "in is null");
        environment = Map.copyOf(environment);
        requireNonNull(directory, "directory is null");
        requireNonNull(dial, "dial is null");
        requireNonNull(time, "time is null");
    }
}
