package io.pikaferry.e2e.cluster;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisException;

/** A real redis-server that can be killed and started again on its port. */
public final class Redis implements AutoCloseable {

    private final Path directory;
    private final int port;
    private final List<String> options;
    private Optional<Program> running = Optional.empty();
    private Optional<Connection> connection = Optional.empty();

    private Redis(Path directory, int port, List<String> options) {
        this.directory = directory;
        this.port = port;
        this.options = List.copyOf(options);
    }

    /**
     * @param directory for its log and its data; made if missing
     * @param options as on redis-server's command line
     */
    public static Redis started(Path directory, String... options) {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Redis redis = new Redis(directory, Ports.free(), List.of(options));
        redis.start();
        return redis;
    }

    /** Returns when it answers and has loaded its data. */
    public void start() {
        launch();
        awaitReady();
    }

    /** Does not wait until it answers. */
    public void launch(String... moreOptions) {
        List<String> command = new ArrayList<>(
                List.of("redis-server", "--port", Integer.toString(port), "--bind", "127.0.0.1", "--save", ""));
        command.addAll(List.of("--dir", directory.toString()));
        command.addAll(options);
        command.addAll(List.of(moreOptions));
        running = Optional.of(Program.start(directory.resolve("redis.log"), command));
    }

    public void awaitReady() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(20))
                .pollInterval(Duration.ofMillis(20))
                .until(this::answers);
    }

    private boolean answers() {
        try {
            return "PONG".equals(call("PING"));
        } catch (JedisException e) {
            return false;
        }
    }

    /** As {@code kill -STOP} does. */
    public void suspend() {
        running.orElseThrow().suspend();
    }

    /** As {@code kill -CONT} does. */
    public void wake() {
        running.orElseThrow().wake();
    }

    /** As {@code kill -9} does. */
    public void kill() {
        closeConnection();
        running.ifPresent(Program::kill);
        running = Optional.empty();
    }

    /** Of one that does not run: deletes what it kept. */
    public void forgetData() {
        try (Stream<Path> files = Files.walk(directory.resolve("appendonlydir"))) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return running.orElseThrow().pid();
    }

    public int port() {
        return port;
    }

    public String address() {
        return "127.0.0.1:" + port;
    }

    public String uri() {
        return "redis://" + address();
    }

    /** A connection of the caller's own. */
    public Connection connect() {
        return new Connection("127.0.0.1", port);
    }

    /** Bulk strings as text. */
    public synchronized Object call(String command, Object... arguments) {
        if (connection.isEmpty()) {
            connection = Optional.of(connect());
        }
        try {
            CommandArguments words = new CommandArguments(() -> command.getBytes(UTF_8));
            for (Object argument : arguments) {
                words.add(argument);
            }
            connection.get().sendCommand(words);
            Object reply = connection.get().getOne();
            return reply instanceof byte[] bytes ? new String(bytes, UTF_8) : reply;
        } catch (redis.clients.jedis.exceptions.JedisConnectionException e) {
            closeConnection();
            throw e;
        }
    }

    /** Empty if there is no such key, or no such server at the moment. */
    public Optional<String> find(String key) {
        try {
            return Optional.ofNullable((String) call("GET", key));
        } catch (JedisException e) {
            return Optional.empty();
        }
    }

    private void closeConnection() {
        connection.ifPresent(Connection::close);
        connection = Optional.empty();
    }

    @Override
    public void close() {
        closeConnection();
        running.ifPresent(Program::close);
        running = Optional.empty();
    }
}
