package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.fixture.RedisContent;
import io.pikaferry.worker.fixture.RedisServer;
import io.pikaferry.worker.master.PikaVersion;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import redis.clients.jedis.Connection;

/** What the translated commands do on a real Redis, where the recorded corpora do not reach. */
@Timeout(60)
class ScriptsTest {

    /** In the future, and in 32 bits. */
    private static final long FAR = 2_100_000_000L;

    @RegisterExtension
    static final RedisServer SERVER = new RedisServer();

    private Connection connection;
    private RedisContent redis;

    @BeforeEach
    void connect() {
        connection = SERVER.connect();
        redis = new RedisContent(connection);
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    @Test
    void setNxWithATimeSetsBothOrNothing() {
        apply("3.4.0", FAR - 60, "SET", "k", "first", "NX", "EX", "60");
        assertThat(get("k")).isEqualTo("first");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);

        apply("3.4.0", FAR, "SET", "k", "second", "NX", "EX", "60");
        assertThat(get("k")).isEqualTo("first");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);
    }

    @Test
    void setVxSetsWhatEquals() {
        redis.call("SET", "k", "old", "PXAT", FAR * 1000);
        apply("3.4.0", FAR, "SET", "k", "new", "VX", "other", "EX", "60");
        assertThat(get("k")).isEqualTo("old");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);

        apply("3.4.0", FAR, "SET", "k", "new", "VX", "old", "EX", "60");
        assertThat(get("k")).isEqualTo("new");
        assertThat(expiry("k")).isEqualTo((FAR + 60) * 1000);

        apply("3.4.0", FAR, "SET", "k", "newest", "VX", "new");
        assertThat(get("k")).isEqualTo("newest");
        assertThat(expiry("k")).isEqualTo(-1);

        apply("3.4.0", FAR, "SET", "none", "v", "VX", "");
        assertThat(exists("none")).isFalse();
    }

    @Test
    void delvxDeletesWhatEquals() {
        redis.call("SET", "k", "v");
        apply("3.4.0", FAR, "DELVX", "k", "other");
        assertThat(exists("k")).isTrue();

        apply("3.4.0", FAR, "DELVX", "k", "v");
        assertThat(exists("k")).isFalse();
    }

    @Test
    void aBitThatIsSoAlreadyChangesNothing() {
        apply("3.5.5", FAR, "SETBIT", "none", "100", "0");
        apply("3.4.0", FAR, "SETBIT", "none", "100", "0");
        assertThat(exists("none")).isFalse();

        redis.call("SET", "k", "a", "PXAT", FAR * 1000);
        apply("3.4.0", FAR, "SETBIT", "k", "1", "1");
        assertThat(expiry("k")).as("the bit was set").isEqualTo(FAR * 1000);

        apply("3.5.5", FAR, "SETBIT", "k", "1", "0");
        assertThat(get("k")).isEqualTo("!");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);

        apply("3.4.0", FAR, "SETBIT", "k", "1", "1");
        assertThat(get("k")).isEqualTo("a");
        assertThat(expiry("k")).isEqualTo(-1);
    }

    @Test
    void setrangeOfNothingCreatesAndPads() {
        apply("3.5.5", FAR, "SETRANGE", "none", "0", "");
        assertThat(get("none")).isEmpty();
        assertThat(exists("none")).isTrue();

        redis.call("SET", "k", "abc", "PXAT", FAR * 1000);
        apply("3.5.5", FAR, "SETRANGE", "k", "1", "");
        assertThat(get("k")).isEqualTo("abc");

        apply("3.5.5", FAR, "SETRANGE", "k", "5", "");
        assertThat(get("k")).isEqualTo("abc\0\0");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);

        apply("3.4.0", FAR, "SETRANGE", "k", "0", "");
        assertThat(get("k")).isEmpty();
        assertThat(expiry("k")).isEqualTo(-1);
    }

    /** The source takes the value for a C string, but cuts out its whole length. */
    @Test
    void setrangeEndsAtAZeroByte() {
        redis.call("SET", "k", "0123456789", "PXAT", FAR * 1000);
        apply("3.5.5", FAR, "SETRANGE", "k", "2", "ab\0cd");
        assertThat(get("k")).isEqualTo("01ab789");
        assertThat(expiry("k")).isEqualTo(FAR * 1000);

        apply("3.4.0", FAR, "SETRANGE", "k", "9", "x\0");
        assertThat(get("k")).isEqualTo("01ab789\0\0x");
        assertThat(expiry("k")).isEqualTo(-1);
    }

    @Test
    void bitopOfNothingIsAnEmptyString() {
        redis.call("SET", "d", "v", "PXAT", FAR * 1000);
        apply("3.4.0", FAR, "BITOP", "or", "d", "none", "neither");
        assertThat(exists("d")).isTrue();
        assertThat(get("d")).isEmpty();
        assertThat(expiry("d")).isEqualTo(-1);
    }

    @Test
    void aStreamNeitherExpiresNorGoes() {
        redis.call("XADD", "x", "1-1", "f", "v");
        redis.call("SET", "k", "v");
        apply("4.0.1", FAR, "EXPIREAT", "x", "" + (FAR + 60));
        apply("4.0.1", FAR, "EXPIREAT", "k", "" + (FAR + 60));
        assertThat(expiry("x")).isEqualTo(-1);
        assertThat(expiry("k")).isEqualTo((FAR + 60) * 1000);

        apply("4.0.1", FAR, "EXPIREAT", "x", "1");
        apply("4.0.1", FAR, "EXPIREAT", "k", "1");
        assertThat(exists("x")).isTrue();
        assertThat(exists("k")).isFalse();
    }

    @Test
    void aDestinationOf23KeepsItsExpiryUnlessItGoes() {
        redis.call("SADD", "d", "old");
        redis.call("PEXPIREAT", "d", FAR * 1000);
        redis.call("SADD", "a", "m");
        apply(Items.itemOf23("SUNIONSTORE", "d", "a"));
        assertThat(redis.call("SISMEMBER", "d", "m")).isEqualTo(1L);
        assertThat(expiry("d")).isBetween(FAR * 1000 - 60_000, FAR * 1000 + 60_000);

        apply(Items.itemOf23("SINTERSTORE", "d", "a", "none"));
        assertThat(exists("d")).isFalse();

        apply(Items.itemOf23("ZUNIONSTORE", "d", "1", "a"));
        assertThat(expiry("d")).isEqualTo(-1);
    }

    @Test
    void hdelAndHsetnxOf23DropTheExpiryIfTheyChangeSomething() {
        redis.call("HSET", "h", "a", "1", "b", "2");
        redis.call("PEXPIREAT", "h", FAR * 1000);
        apply(Items.itemOf23("HDEL", "h", "none"));
        apply(Items.itemOf23("HSETNX", "h", "a", "v"));
        assertThat(expiry("h")).isEqualTo(FAR * 1000);

        apply(Items.itemOf23("HDEL", "h", "a", "none"));
        assertThat(expiry("h")).isEqualTo(-1);

        redis.call("PEXPIREAT", "h", FAR * 1000);
        apply(Items.itemOf23("HSETNX", "h", "c", "v"));
        assertThat(expiry("h")).isEqualTo(-1);
    }

    @Test
    void rpoplpushOf23DropsTheExpiryOfTheListItTakesFrom() {
        redis.call("RPUSH", "from", "a", "b");
        redis.call("RPUSH", "to", "c");
        redis.call("PEXPIREAT", "to", FAR * 1000);
        apply(Items.itemOf23("RPOPLPUSH", "none", "to"));
        redis.call("PEXPIREAT", "from", FAR * 1000);

        apply(Items.itemOf23("RPOPLPUSH", "from", "to"));

        assertThat(expiry("from")).isEqualTo(-1);
        assertThat(expiry("to")).isEqualTo(FAR * 1000);
        assertThat(redis.call("LLEN", "to")).isEqualTo(2L);
    }

    @Test
    void pfaddWithoutElementsEmptiesButLeavesAHyperLogLog() {
        apply("3.4.0", FAR, "PFADD", "p", "a", "b");
        apply("3.4.0", FAR, "PFADD", "p");
        assertThat(redis.call("PFCOUNT", "p")).isEqualTo(0L);
        apply("3.4.0", FAR, "PFADD", "p", "c");
        assertThat(redis.call("PFCOUNT", "p")).isEqualTo(1L);
    }

    private void apply(String version, long executedAt, String... args) {
        apply(CommandMapper.forSource(PikaVersion.parse(version)), Items.itemAt(executedAt, args));
    }

    private void apply(BinlogItem item) {
        apply(CommandMapper.forSource(PikaVersion.parse("2.3.6")), item);
    }

    /** As a lane does it, with the expiry at its time. */
    private void apply(CommandMapper mapper, BinlogItem item) {
        for (TargetCommand command : ((Mapped.Commands) mapper.map(item)).commands()) {
            byte[][] args = command.args();
            byte[] at = Decimal.text(command.expireAtMillis());
            if (command.takesExpiryLast()) {
                args = Arrays.copyOf(args, args.length + 1);
                args[args.length - 1] = at;
            }
            if (args.length > 0) {
                redis.call(Items.text(args[0]), (Object[]) Arrays.copyOfRange(args, 1, args.length));
            }
            if (command.expiry() == TargetCommand.Expiry.AT && !command.takesExpiryLast()) {
                redis.call("PEXPIREAT", command.keys()[0], at);
            }
        }
    }

    private String get(String key) {
        return new String((byte[]) redis.call("GET", key), ISO_8859_1);
    }

    private boolean exists(String key) {
        return redis.call("EXISTS", key).equals(1L);
    }

    private long expiry(String key) {
        return (Long) redis.call("PEXPIRETIME", key);
    }
}
