package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.command.CommandTable;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dump.Directories;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.ToIntFunction;

/**
 * A Pika master without Pika: serves clients, logs their writes, feeds slaves.
 *
 * <p>{@link #kill} and {@link #start} again is what {@code kill -9} and a restart are: keys and binlog
 * stay, the lists of slaves, sessions and dumps are lost.
 *
 * <p>Threads: safe for use by many.
 */
public final class StandinMaster implements AutoCloseable {

    private final StandinConfig config;
    private final Faults faults = new Faults();
    private final Settings settings;
    private final Path directory;
    private final CommandTable commands;
    private final Storage storage;
    private Optional<RunningMaster> running = Optional.empty();

    /** Builds the master with its data; it does not listen yet. */
    public StandinMaster(StandinConfig config) throws IOException {
        this(config, members -> ThreadLocalRandom.current().nextInt(members.size()));
    }

    /** @param dice says which of the members SPOP takes */
    public StandinMaster(StandinConfig config, ToIntFunction<List<Bytes>> dice) throws IOException {
        this.config = config;
        settings = DefaultSettings.of(config);
        directory = config.dataDirectory().isPresent()
                ? Files.createDirectories(config.dataDirectory().get())
                : Files.createTempDirectory("pikaferry-standin");
        commands = CommandTable.of(config.version(), dice);
        storage = Storage.open(config, directory, settings, faults);
    }

    /** A master that listens already. */
    public static StandinMaster started(StandinConfig config) throws IOException {
        StandinMaster master = new StandinMaster(config);
        try {
            master.start();
        } catch (IOException e) {
            master.close();
            throw e;
        }
        return master;
    }

    /** Listens; nothing happens if it does already. */
    public synchronized void start() throws IOException {
        if (running.isEmpty()) {
            running = Optional.of(RunningMaster.start(
                    config, settings, commands, storage, directory, faults, this::restartSoon, this::dieSoon));
        }
    }

    /** Cuts every connection at once and stops listening. */
    public synchronized void kill() {
        running.ifPresent(RunningMaster::close);
        running = Optional.empty();
        storage.forgetDumps();
    }

    /** For what arrives on a connection about to be cut. */
    private void restartSoon() {
        inBackground(() -> {
            kill();
            start();
        });
    }

    private void dieSoon() {
        inBackground(this::kill);
    }

    @FunctionalInterface
    private interface Action {
        void run() throws IOException;
    }

    private static void inBackground(Action action) {
        Thread thread = new Thread(
                () -> {
                    try {
                        action.run();
                    } catch (IOException e) {
                        throw new UncheckedIOException("cannot listen again", e);
                    }
                },
                "kill");
        thread.setDaemon(true);
        thread.start();
    }

    public PikaVersion version() {
        return config.version();
    }

    public InetSocketAddress address() {
        return new InetSocketAddress(config.host(), config.port());
    }

    public Faults faults() {
        return faults;
    }

    public Settings settings() {
        return settings;
    }

    /** Executes a command as a client of that database would have it, without a connection. */
    public Reply execute(int database, Request request) {
        Command command = commands.find(request.name())
                .orElseThrow(() -> new IllegalArgumentException("unknown command " + request.name()));
        return storage.databases().execute(database, command, request);
    }

    public Reply execute(String... words) {
        return execute(0, Request.of(words));
    }

    public Database database(int number) {
        return storage.databases().get(number);
    }

    public List<Database> databases() {
        return storage.databases().all();
    }

    public Position end() {
        return database(0).binlog().end();
    }

    /** Deletes the binlog files before that number, whoever needs them. */
    public void purgeBefore(int database, long file) {
        storage.purge(database).forceBefore(file);
    }

    @Override
    public synchronized void close() throws IOException {
        kill();
        storage.close();
        if (config.dataDirectory().isEmpty()) {
            Directories.delete(directory);
        }
    }
}
