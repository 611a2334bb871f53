package io.pikaferry.ctl;

import io.pikaferry.ctl.command.Ferryctl;
import io.pikaferry.ctl.command.Surroundings;
import io.pikaferry.ctl.connection.NettyDial;
import io.pikaferry.ctl.connection.Time;
import io.pikaferry.ctl.output.Terminal;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.logging.LogManager;

/** Starts ferryctl. */
public final class CtlMain {

    private CtlMain() {}

    public static void main(String[] arguments) {
        // what gRPC and netty log is not for somebody at a command line; errors reach them as answers
        LogManager.getLogManager().reset();
        System.exit(Ferryctl.run(surroundings(), arguments));
    }

    static Surroundings surroundings() {
        return new Surroundings(
                terminal(), System.in, System.getenv(), Path.of("").toAbsolutePath(), new NettyDial(), Time.system());
    }

    private static Terminal terminal() {
        // deploy/bin/ferryctl has asked the shell; without it the console, which wants a terminal for input as well
        boolean interactive = System.getProperty("ferryctl.terminal") == null
                ? System.console() != null
                : Boolean.getBoolean("ferryctl.terminal");
        return new Terminal(
                writer(FileDescriptor.out),
                writer(FileDescriptor.err),
                interactive,
                Integer.getInteger("ferryctl.rows", 0));
    }

    /** UTF-8 whatever the locale says: it is what terminals and scripts read today. */
    private static PrintWriter writer(FileDescriptor file) {
        return new PrintWriter(new OutputStreamWriter(new FileOutputStream(file), StandardCharsets.UTF_8));
    }
}
