package io.pikaferry.e2e.bench;

import java.nio.file.Path;
import java.util.Optional;
import java.util.SplittableRandom;

/** Writes the commands of a binlog; everything follows from the seed. */
final class TailCorpus {

    /** What the commands are. */
    enum Mix {
        SETS,
        COUNTERS_AND_LISTS,
        MIXED
    }

    /** The last commands, one in each lane at least: when all of them are at the target, so is everything before. */
    static final int ENDS = 64;

    private static final String END = "bench:end:";
    private static final int KEYS = 200_000;
    private static final int VALUE_BYTES = 100;

    private final SplittableRandom random;
    private final String pool;

    private TailCorpus(long seed) {
        random = new SplittableRandom(seed);
        StringBuilder letters = new StringBuilder(1 << 16);
        for (int i = 0; i < 1 << 16; i++) {
            letters.append((char) ('a' + random.nextInt(26)));
        }
        pool = letters.toString();
    }

    static Corpus make(Path directory, Mix mix, long count, long seed) {
        Path file = directory.resolve("commands.resp");
        TailCorpus corpus = new TailCorpus(seed);
        try (RespFile commands = new RespFile(file)) {
            for (long i = 0; i < count; i++) {
                commands.add(corpus.command(mix));
            }
            for (String key : ends()) {
                commands.add("SET", key, "1");
            }
            return new Corpus(
                    file,
                    commands.commands(),
                    commands.commands(),
                    commands.commands(),
                    commands.bytes(),
                    Optional.empty());
        }
    }

    static String[] ends() {
        String[] keys = new String[ENDS];
        for (int i = 0; i < ENDS; i++) {
            keys[i] = END + i;
        }
        return keys;
    }

    private String[] command(Mix mix) {
        return switch (mix) {
            case SETS -> words("SET", key("string"), value());
            case COUNTERS_AND_LISTS -> random.nextBoolean()
                    ? words("INCR", key("counter"))
                    : words("RPUSH", key("list"), value());
            case MIXED -> mixed();
        };
    }

    /** One in fifty has several keys. */
    private String[] mixed() {
        return switch (random.nextInt(50)) {
            case 0 -> words("MSET", key("string"), value(), key("string"), value());
            case 1, 2, 3, 4 -> words("INCR", key("counter"));
            case 5, 6, 7, 8 -> words("RPUSH", key("list"), value());
            case 9, 10, 11, 12 -> words("LPOP", key("list"));
            case 13, 14, 15, 16, 17, 18 -> words("HSET", key("hash"), "field:" + random.nextInt(20), value());
            case 19, 20, 21 -> words("SADD", key("set"), "m" + random.nextInt(1000));
            case 22, 23, 24 -> words(
                    "ZADD", key("zset"), Integer.toString(random.nextInt(1000)), "m" + random.nextInt(100));
            case 25, 26 -> words("HINCRBY", key("hash"), "count", "3");
            case 27, 28 -> words("DEL", key("string"));
            case 29, 30 -> words("EXPIREAT", key("string"), "4102444800");
            default -> words("SET", key("string"), value());
        };
    }

    private static String[] words(String... words) {
        return words;
    }

    private String key(String type) {
        return type + ":" + random.nextInt(KEYS);
    }

    private String value() {
        int at = random.nextInt(pool.length() - VALUE_BYTES);
        return pool.substring(at, at + VALUE_BYTES);
    }
}
