package io.pikaferry.worker.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.simulation.Keyspace.Entry;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * What a Pika 3.0 – 3.4 does with writes: executes them, and logs them in its way. Remembers what every item made of every key,
 * so that at any time it can be said what a target has to hold that has come so far.
 */
final class Source {

    /**
     * What an item made of a key.
     *
     * @param home the lane whose mark says that it was applied
     * @param entry null: the key was gone
     * @param sweep whether it took the key away without being one transaction
     */
    record Version(BinlogPosition end, int home, Entry entry, boolean sweep) {}

    private static final int HEADER_BYTES = 34;
    private static final long FILE_BYTES = 2_000;

    private final Random random;
    private final int lanes;
    private final boolean blurred;
    private final List<Log> logs = new ArrayList<>();
    private long nowSeconds;
    private long logSeconds;

    /** A database and its binlog. */
    final class Log {
        final StreamId stream;
        final List<BinlogItem> items = new ArrayList<>();
        final Map<String, List<Version>> versions = new TreeMap<>();
        final List<BinlogPosition> refused = new ArrayList<>();
        private Keyspace data = new Keyspace();
        private BinlogPosition end = BinlogPosition.START;

        Log(StreamId stream) {
            this.stream = stream;
        }

        BinlogPosition end() {
            return end;
        }

        Keyspace data() {
            return data;
        }

        /** Live: null if it is not there, or no more. */
        Entry entry(String key) {
            Entry entry = data.raw(key);
            return entry == null || !isAlive(entry.expireAt()) ? null : entry;
        }

        List<String> liveKeys() {
            return data.raw().keySet().stream()
                    .filter(key -> entry(key) != null)
                    .toList();
        }
    }

    /** @param blurred whether items that must not be applied twice make all their keys dirty, each in its own lane */
    Source(Random random, int streams, int lanes, boolean blurred) {
        this.random = random;
        this.lanes = lanes;
        this.blurred = blurred;
        for (int db = 0; db < streams; db++) {
            logs.add(new Log(new StreamId(db, 0)));
        }
    }

    List<Log> logs() {
        return logs;
    }

    Log log(StreamId stream) {
        return logs.get(stream.db());
    }

    List<StreamId> streams() {
        return logs.stream().map(log -> log.stream).toList();
    }

    Map<StreamId, BinlogPosition> ends() {
        Map<StreamId, BinlogPosition> ends = new TreeMap<>();
        logs.forEach(log -> ends.put(log.stream, log.end));
        return ends;
    }

    /** The source's clock. Up to 3.5 a key can be read until the second of its expiry is over. */
    void now(long millis) {
        now(millis, 0);
    }

    /** @param lateMillis how much later than it executes it will log: by then a second may have begun */
    void now(long millis, long lateMillis) {
        nowSeconds = Math.floorDiv(millis, 1000);
        logSeconds = Math.max(logSeconds, Math.floorDiv(millis + lateMillis, 1000));
    }

    boolean isAlive(long expireAtMillis) {
        return expireAtMillis == 0 || Math.floorDiv(expireAtMillis, 1000) >= nowSeconds;
    }

    /** Executes what a client says, and logs it. */
    void write(Log log, List<String> command) {
        LongPredicate alive = this::isAlive;
        String key = command.size() > 1 ? command.get(1) : "";
        switch (command.get(0)) {
            case "SETEX" -> {
                long at = nowSeconds + Long.parseLong(command.get(2));
                log.data.execute(List.of("SET", key, command.get(3), "PXAT", at + "000"), alive);
                logged(log, List.of(key), List.of("pksetexat", key, Long.toString(at), command.get(3)));
            }
            case "EXPIRE" -> {
                long at = nowSeconds + Long.parseLong(command.get(2));
                log.data.execute(List.of("PEXPIREAT", key, at + "000"), alive);
                logged(log, List.of(key), List.of("expireat", key, Long.toString(at)));
            }
            case "SPOP" -> {
                Entry entry = log.entry(key);
                if (entry != null) {
                    List<?> members = List.copyOf((TreeSet<?>) entry.value());
                    String member = (String) members.get(random.nextInt(members.size()));
                    log.data.execute(List.of("SREM", key, member), alive);
                }
                logged(log, List.of(key), List.of("spop", key));
            }
            case "RPUSH OF ANOTHER TYPE" -> {
                // Up to 3.5 a name can have a value of each type: the string is not touched, but Redis will refuse.
                logged(log, List.of(key), List.of("rpush", key, "x"));
                log.refused.add(log.end);
            }
            case "PKPATTERNMATCHDEL" -> {
                List<String> keys = new ArrayList<>();
                for (String found : log.data.matching(key)) {
                    if (log.data.raw(found).type().equals("string")) {
                        log.data.execute(List.of("DEL", found), alive);
                        keys.add(found);
                    }
                }
                log(log, command);
                keys.forEach(each -> version(log, each, 0, true));
            }
            case "FLUSHDB" -> {
                log.data.execute(command, alive);
                log(log, command);
                log.versions.keySet().forEach(each -> version(log, each, 0, false));
            }
            case "DEL", "MSET" -> {
                log.data.execute(command, alive);
                log(log, command);
                int step = command.get(0).equals("DEL") ? 1 : 2;
                for (int i = 1; i < command.size(); i += step) {
                    version(log, command.get(i), lane(command.get(i)), false);
                }
            }
            default -> {
                log.data.execute(command, alive);
                logged(log, keys(command), command);
            }
        }
    }

    private static List<String> keys(List<String> command) {
        return switch (command.get(0)) {
            case "RPOPLPUSH", "SMOVE" -> command.subList(1, 3);
            case "SUNIONSTORE" -> command.subList(1, command.size());
            case "MSETNX" -> List.of(command.get(1), command.get(3));
            default -> command.subList(1, 2);
        };
    }

    private void logged(Log log, List<String> keys, List<String> command) {
        log(log, command);
        int home = lane(keys.get(0));
        keys.stream().distinct().forEach(key -> version(log, key, blurred ? lane(key) : home, false));
    }

    private void version(Log log, String key, int home, boolean sweep) {
        log.versions
                .computeIfAbsent(key, any -> new ArrayList<>())
                .add(new Version(log.end, home, log.entry(key), sweep));
    }

    private int lane(String key) {
        return LaneOf.lane(key.getBytes(ISO_8859_1), lanes);
    }

    private void log(Log log, List<String> command) {
        ByteArrayOutputStream content = new ByteArrayOutputStream();
        content.writeBytes(("*" + command.size() + "\r\n").getBytes(ISO_8859_1));
        for (String word : command) {
            content.writeBytes(("$" + word.length() + "\r\n" + word + "\r\n").getBytes(ISO_8859_1));
        }
        long offset = log.end.offset() + HEADER_BYTES + content.size();
        log.end = offset > FILE_BYTES
                ? new BinlogPosition(log.end.filenum() + 1, HEADER_BYTES + content.size())
                : new BinlogPosition(log.end.filenum(), offset);
        log.items.add(new BinlogItem(log.stream, log.end, (int) logSeconds, content.toByteArray()));
    }
}
