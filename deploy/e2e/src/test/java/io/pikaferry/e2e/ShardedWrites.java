package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.StandinMaster;
import java.util.Random;

/** Writes to a source in sharding mode and to one without slots, always the same ones; both have to answer alike. */
final class ShardedWrites {

    private static final int KEYS = 40;

    private final StandinMaster sharded;
    private final StandinMaster plain;
    private final Random random = new Random(340);

    ShardedWrites(StandinMaster sharded, StandinMaster plain) {
        this.sharded = sharded;
        this.plain = plain;
    }

    void make(int writes) {
        for (int i = 0; i < writes; i++) {
            make(next());
        }
    }

    void make(String... words) {
        assertThat(sharded.execute(words).bytes())
                .as(String.join(" ", words))
                .isEqualTo(plain.execute(words).bytes());
    }

    private String[] next() {
        String value = "v" + random.nextInt(1000);
        return switch (random.nextInt(16)) {
            case 0 -> new String[] {"SET", key("string"), value};
            case 1 -> new String[] {"INCR", key("counter")};
            case 2 -> new String[] {"APPEND", key("string"), value};
            case 3 -> new String[] {"HINCRBY", key("hash"), "field" + random.nextInt(5), "3"};
            case 4 -> new String[] {"HDEL", key("hash"), "field" + random.nextInt(5)};
            case 5 -> new String[] {"RPUSH", key("list"), value, value};
            case 6 -> new String[] {"LPOP", key("list")};
            case 7 -> new String[] {"RPOPLPUSH", "{tag}list", "{tag}other"};
            case 8 -> new String[] {"LPUSH", "{tag}list", value};
            case 9 -> new String[] {"SADD", key("set"), value, "member"};
            case 10 -> new String[] {"SREM", key("set"), value, "member"};
            case 11 -> new String[] {"ZINCRBY", key("zset"), "1.5", "member" + random.nextInt(5)};
            case 12 -> new String[] {
                "MSET", key("string"), value, key("string"), value + "2", key("string"), value + "3"
            };
            case 13 -> new String[] {"DEL", key("string"), key("hash"), key("list"), key("counter")};
            case 14 -> new String[] {"EXPIREAT", key("zset"), "2000000000"};
            default -> new String[] {"PERSIST", key("zset")};
        };
    }

    private String key(String type) {
        return type + ":" + random.nextInt(KEYS);
    }
}
