package io.pikaferry.worker.simulation;

import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.simulation.Source.Log;
import java.util.List;
import java.util.Random;

/** Clients of the source: mostly writes that must not be done twice, on few keys, many of which are about to expire. */
final class Workload {

    private final Random random;
    private final boolean sweeps;
    private int value;

    /** @param sweeps whether the source knows PKPATTERNMATCHDEL */
    Workload(Random random, boolean sweeps) {
        this.random = random;
        this.sweeps = sweeps;
    }

    /** The next command for a database. */
    List<String> next(Log log) {
        String fresh = "v" + value++;
        return switch (random.nextInt(30)) {
            case 0, 1 -> List.of("INCR", counter());
            case 2 -> List.of("SET", any("s", 4), fresh);
            case 3, 4 -> List.of("APPEND", any("s", 4), fresh);
            case 5, 6, 7 -> List.of("RPUSH", any("l", 3), fresh);
            case 8 -> List.of("LPOP", any("l", 3));
            case 9, 10 -> List.of("RPOPLPUSH", any("l", 3), any("l", 3));
            case 11, 12 -> List.of("HINCRBY", any("h", 2), "f" + random.nextInt(3), "1");
            case 13 -> List.of("HSET", any("h", 2), "f" + random.nextInt(3), Integer.toString(value));
            case 14, 15 -> List.of("ZINCRBY", any("z", 2), "1", "m" + random.nextInt(3));
            case 16 -> List.of("SADD", any("t", 3), "m" + random.nextInt(9), "m" + random.nextInt(9));
            case 17 -> List.of("SMOVE", any("t", 3), any("t", 3), "m" + random.nextInt(9));
            case 18 -> List.of("SUNIONSTORE", any("t", 3), any("t", 3), any("t", 3));
            case 19 -> List.of("SPOP", any("t", 3));
            case 20 -> List.of("MSETNX", any("s", 4), fresh, counter(), "7");
            case 21 -> List.of("MSET", any("s", 4), fresh, any("s", 4), fresh);
            case 22 -> List.of("SETEX", counter(), ttl(), "5");
            case 23, 24, 25 -> List.of("EXPIRE", some(log), ttl());
            case 26 -> List.of("PERSIST", some(log));
            case 27 -> List.of("DEL", some(log), some(log));
            case 28 -> List.of("SET", "w", fresh);
            default -> rare(log);
        };
    }

    private List<String> rare(Log log) {
        return switch (random.nextInt(5)) {
            case 0 -> List.of("FLUSHDB");
            case 1 -> sweeps ? List.of("PKPATTERNMATCHDEL", "s*", "string") : List.of("INCR", counter());
            case 2, 3 -> {
                Entry entry = log.entry("w");
                yield entry == null ? List.of("SET", "w", "x") : List.of("RPUSH OF ANOTHER TYPE", "w");
            }
            default -> List.of("DEL", any("t", 3), any("l", 3), counter());
        };
    }

    /** What a client does that is just in time, or just too late. */
    List<String> touch(String key) {
        return switch (key.charAt(0)) {
            case 'c' -> random.nextBoolean() ? List.of("INCR", key) : List.of("EXPIRE", key, ttl());
            case 's' -> random.nextBoolean() ? List.of("APPEND", key, "+") : List.of("PERSIST", key);
            case 'l' -> List.of("RPUSH", key, "late");
            case 'h' -> List.of("HINCRBY", key, "f0", "1");
            case 'z' -> List.of("ZINCRBY", key, "1", "m0");
            default -> List.of("PERSIST", key);
        };
    }

    private String ttl() {
        return Integer.toString(
                switch (random.nextInt(6)) {
                    case 0 -> 18 + random.nextInt(8);
                    case 1 -> 10_000;
                    default -> 1 + random.nextInt(4);
                });
    }

    private String counter() {
        return any("c", 4);
    }

    /** A key that is there, but for the one that is of two types. */
    private String some(Log log) {
        List<String> live =
                log.liveKeys().stream().filter(key -> !key.equals("w")).toList();
        return live.isEmpty() ? counter() : live.get(random.nextInt(live.size()));
    }

    private String any(String kind, int of) {
        return kind + random.nextInt(of);
    }
}
