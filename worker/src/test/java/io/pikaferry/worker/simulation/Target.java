package io.pikaferry.worker.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.simulation.Keyspace.Refusal;
import io.pikaferry.worker.simulation.Schedule.Process;
import io.pikaferry.worker.target.TargetAddress;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import io.pikaferry.worker.target.TargetLinks;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;

/**
 * A Redis in memory: transactions, WATCH, named connections that can be listed and killed, errors, restarts that lose the last
 * writes. What a connection has sent is executed between two turns of its sender, and may be executed later if the sender is
 * gone meanwhile.
 */
final class Target {

    private static final int STATES_KEPT = 40;
    private static final Set<String> WRITES_THAT_NEED_MEMORY = Set.of(
            "SET",
            "INCR",
            "APPEND",
            "MSETNX",
            "RPUSH",
            "LPUSH",
            "RPOPLPUSH",
            "HSET",
            "HINCRBY",
            "SADD",
            "SMOVE",
            "SUNIONSTORE",
            "ZADD",
            "ZINCRBY");
    private static final Set<String> OTHER_WRITES =
            Set.of("DEL", "UNLINK", "PEXPIREAT", "PERSIST", "LPOP", "RPOP", "HDEL", "SREM", "FLUSHDB");
    private static final Set<String> ALWAYS_TAKEN =
            Set.of("MULTI", "EXEC", "WATCH", "UNWATCH", "CLIENT", "SELECT", "INFO", "TIME");

    /** What happens where, for faults and for the trace. */
    interface Boundaries {
        void pass(String where, Connection connection);
    }

    private final Schedule schedule;
    private final TargetAddress address;
    private final Boundaries boundaries;
    private final Runnable afterWrite;
    private final Consumer<Connection> late;
    private final Consumer<String> marksRead;
    private final List<Connection> connections = new ArrayList<>();
    private final Deque<Keyspace[]> earlier = new ArrayDeque<>(); // newest last
    private Keyspace[] dbs = {new Keyspace(), new Keyspace()};
    private long nextId = 1;
    private boolean down;
    private boolean changed; // by the commands at hand
    private Optional<Connection> writer = Optional.empty();
    private Optional<String> refusesWith = Optional.empty();

    Target(
            Schedule schedule,
            TargetAddress address,
            Boundaries boundaries,
            Runnable afterWrite,
            Consumer<Connection> late,
            Consumer<String> marksRead) {
        this.schedule = schedule;
        this.address = address;
        this.boundaries = boundaries;
        this.afterWrite = afterWrite;
        this.late = late;
        this.marksRead = marksRead;
    }

    Keyspace db(int db) {
        return dbs[db];
    }

    /** As a client sees it; null: not there. */
    Entry live(int db, String key) {
        Entry entry = dbs[db].raw(key);
        return entry == null || !isAlive(entry.expireAt()) ? null : entry;
    }

    private boolean isAlive(long expireAt) {
        return expireAt == 0 || expireAt > schedule.nowMillis();
    }

    /** Every write, or every command, is refused so. */
    void refuseWith(Optional<String> error) {
        refusesWith = error;
    }

    void goDown() {
        down = true;
        connections.forEach(connection -> connection.connected = false);
        connections.clear();
    }

    /** @param lost so many of the last writes never happened; fewer if that would take the marks away altogether */
    void comeUp(int lost, String marks, int marksDb) {
        boolean had = dbs[marksDb].raw(marks) != null;
        for (int i = 0; i < lost && !earlier.isEmpty(); i++) {
            if (had && earlier.peekLast()[marksDb].raw(marks) == null) {
                break;
            }
            dbs = earlier.pollLast();
        }
        down = false;
    }

    boolean isDown() {
        return down;
    }

    List<Connection> connections() {
        return connections;
    }

    /** The way a process goes to it. */
    TargetLinks links(Process process) {
        return new TargetLinks() {
            @Override
            public TargetAddress address() {
                return address;
            }

            @Override
            public TargetLink open(String name) {
                boundaries.pass("connect", null);
                if (down) {
                    throw unreachable("connection refused");
                }
                Connection connection = new Connection(process);
                connections.add(connection);
                connection.call("CLIENT", "SETNAME", name);
                if (address.controlDb() != 0) {
                    connection.call("SELECT", Integer.toString(address.controlDb()));
                }
                return connection;
            }
        };
    }

    private FerryException unreachable(String why) {
        return new FerryException(ErrorCode.TARGET_UNREACHABLE, "target " + address + ": " + why);
    }

    /** Both ends of one. */
    final class Connection implements TargetLink {

        private final Process process;
        private final long id = nextId++;
        private String name = "";
        private int db;
        private boolean connected = true; // as the server sees it
        private boolean closed; // by the client
        private Optional<List<byte[][]>> waiting = Optional.empty(); // sent, not executed
        private List<Object> replies = List.of();
        private Optional<List<List<String>>> queued = Optional.empty(); // in MULTI
        private boolean aborted;
        private Optional<Watched> watched = Optional.empty();

        private record Watched(String key, Object was) {}

        Connection(Process process) {
            this.process = process;
        }

        Process process() {
            return process;
        }

        String name() {
            return name;
        }

        /** Whether something was sent that is not executed yet. */
        boolean hasWaiting() {
            return connected && waiting.isPresent();
        }

        @Override
        public List<Object> exchange(List<byte[][]> commands) {
            boundaries.pass("send", this);
            if (closed || !connected) {
                throw unreachable("broken");
            }
            waiting = Optional.of(commands);
            boundaries.pass("sent", this);
            if (!closed) {
                executeWaiting();
            }
            boundaries.pass("executed", this);
            if (closed || !connected) {
                throw unreachable("broken");
            }
            return replies;
        }

        Object call(String... words) {
            return call(
                    Arrays.stream(words).map(word -> word.getBytes(ISO_8859_1)).toArray(byte[][]::new));
        }

        /** The server reads what has come. */
        void executeWaiting() {
            if (connected && waiting.isPresent()) {
                List<byte[][]> commands = waiting.get();
                waiting = Optional.empty();
                replies = commands.stream().map(this::execute).toList();
            }
        }

        /** The client's end is gone. What was sent may still be read. */
        void breakOff(boolean sentArrives) {
            closed = true;
            if (!sentArrives) {
                waiting = Optional.empty();
            }
            if (waiting.isEmpty()) {
                disconnected();
            } else {
                late.accept(this);
            }
        }

        /** Reads what was still on its way when the client's end broke; then sees that it is gone. */
        void executeLate() {
            if (connected) {
                executeWaiting();
                disconnected();
            }
        }

        void disconnected() {
            connected = false;
            waiting = Optional.empty();
            connections.remove(this);
        }

        /** For the trace: what is on its way, as it is. */
        String shown() {
            return name + "#" + id
                    + waiting.map(commands -> " "
                                    + commands.stream()
                                            .map(command -> Arrays.stream(command)
                                                    .map(word -> new String(word, ISO_8859_1))
                                                    .collect(java.util.stream.Collectors.joining(" ")))
                                            .toList())
                            .orElse("");
        }

        @Override
        public void close() {
            if (!closed && !process.isKilled()) {
                breakOff(true);
            }
        }

        private Object execute(byte[][] command) {
            List<String> words = Arrays.stream(command)
                    .map(word -> new String(word, ISO_8859_1))
                    .toList();
            return protocol(execute(words));
        }

        private Object execute(List<String> words) {
            String verb = words.get(0).toUpperCase(Locale.ROOT);
            Optional<Refusal> refusal = refusal(verb);
            if (queued.isPresent() && !verb.equals("EXEC")) {
                if (refusal.isPresent()) {
                    aborted = true;
                    return refusal.get();
                }
                queued.get().add(words);
                return "QUEUED";
            }
            if (refusal.isPresent()) {
                return refusal.get();
            }
            return switch (verb) {
                case "MULTI" -> {
                    queued = Optional.of(new ArrayList<>());
                    aborted = false;
                    yield "OK";
                }
                case "EXEC" -> exec();
                case "WATCH" -> {
                    watched = Optional.of(new Watched(words.get(1), dbs[db].raw(words.get(1))));
                    yield "OK";
                }
                case "UNWATCH" -> {
                    watched = Optional.empty();
                    yield "OK";
                }
                case "CLIENT" -> client(words);
                case "HGETALL" -> {
                    marksRead.accept(name);
                    yield data(verb, words);
                }
                case "INFO" -> "redis_version:7.0.15\r\n";
                default -> {
                    boolean writes = WRITES_THAT_NEED_MEMORY.contains(verb) || OTHER_WRITES.contains(verb);
                    Keyspace[] before = writes ? copy() : dbs;
                    changed = false;
                    Object reply = data(verb, words);
                    if (changed) {
                        written(before);
                    }
                    yield reply;
                }
            };
        }

        private Object exec() {
            List<List<String>> commands = queued.orElseThrow();
            queued = Optional.empty();
            Optional<Watched> watch = watched;
            watched = Optional.empty();
            if (aborted) {
                return new Refusal("EXECABORT Transaction discarded because of previous errors.");
            }
            if (watch.isPresent()
                    && dbs[db].raw(watch.get().key()) != watch.get().was()) {
                return null;
            }
            Keyspace[] before = copy();
            changed = false;
            List<Object> results = new ArrayList<>();
            for (List<String> words : commands) {
                results.add(data(words.get(0).toUpperCase(Locale.ROOT), words));
            }
            if (changed) {
                written(before);
            }
            return results;
        }

        private Object data(String verb, List<String> words) {
            if (verb.equals("SELECT")) {
                db = Integer.parseInt(words.get(1));
                return "OK";
            }
            if (verb.equals("TIME")) {
                long now = schedule.nowMillis();
                return List.of(Long.toString(now / 1000), Long.toString(now % 1000 * 1000));
            }
            if (verb.equals("PTTL")) {
                Entry entry = live(db, words.get(1));
                return entry == null ? -2L : entry.expireAt() == 0 ? -1L : entry.expireAt() - schedule.nowMillis();
            }
            Object reply = dbs[db].execute(words, Target.this::isAlive);
            changed |= dbs[db].changed();
            return reply;
        }

        private Optional<Refusal> refusal(String verb) {
            if (refusesWith.isEmpty() || ALWAYS_TAKEN.contains(verb)) {
                return Optional.empty();
            }
            String error = refusesWith.get();
            boolean hit = error.startsWith("LOADING")
                    || WRITES_THAT_NEED_MEMORY.contains(verb)
                    || error.startsWith("READONLY") && OTHER_WRITES.contains(verb);
            return hit ? Optional.of(new Refusal(error)) : Optional.empty();
        }

        private Object client(List<String> words) {
            switch (words.get(1)) {
                case "SETNAME" -> {
                    name = words.get(2);
                    return "OK";
                }
                case "LIST" -> {
                    StringBuilder list = new StringBuilder();
                    connections.forEach(each -> list.append("id=")
                            .append(each.id)
                            .append(" name=")
                            .append(each.name)
                            .append('\n'));
                    return list.toString();
                }
                case "KILL" -> {
                    long id = Long.parseLong(words.get(3));
                    List.copyOf(connections).stream()
                            .filter(each -> each.id == id)
                            .forEach(Connection::disconnected);
                    return 1L;
                }
                default -> {
                    return new Refusal("ERR unknown subcommand");
                }
            }
        }

        private void written(Keyspace[] before) {
            earlier.addLast(before);
            if (earlier.size() > STATES_KEPT) {
                earlier.removeFirst();
            }
            writer = Optional.of(this);
            afterWrite.run();
        }
    }

    /** Who wrote last. */
    Connection writer() {
        return writer.orElseThrow();
    }

    private Keyspace[] copy() {
        return new Keyspace[] {dbs[0].copy(), dbs[1].copy()};
    }

    private static Object protocol(Object reply) {
        if (reply instanceof String text) {
            return text.getBytes(ISO_8859_1);
        }
        if (reply instanceof Refusal refusal) {
            return new TargetError(refusal.text());
        }
        if (reply instanceof List<?> list) {
            List<Object> all = new ArrayList<>();
            list.forEach(each -> all.add(protocol(each)));
            return all;
        }
        return reply;
    }
}
