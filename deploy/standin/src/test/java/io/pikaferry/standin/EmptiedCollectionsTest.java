package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.Expiry;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dump.DumpFormat;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a real 2.3.6 does with the expiry of collections that are emptied; each line was tried there. */
@Timeout(60)
class EmptiedCollectionsTest {

    private static final long SECONDS = 100;

    @TempDir
    Path directory;

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.ofEpochSecond(1_700_000_000));

    @ParameterizedTest
    @CsvSource({
        "SADD k a, SREM k a, SADD k b, 100",
        "SADD k a, SPOP k, SADD k b, 100",
        "SADD k a, SMOVE k other a, SADD k b, 100",
        "SADD k a, SUNIONSTORE k none, SADD k b, 100",
        "ZADD k 1 a, ZREM k a, ZINCRBY k 1 b, 100",
        "ZADD k 1 a, ZREMRANGEBYSCORE k 0 9, ZADD k 1 b, 100",
        "ZADD k 1 a, ZUNIONSTORE k 1 none, ZADD k 1 b, 100",
        "RPUSH k a, LPOP k, RPUSH k b, 100",
        "RPUSH k a, LTRIM k 5 9, LPUSH k b, 100",
        "RPUSH k a, LREM k 0 a, RPUSH k b, -1",
        "RPUSH k a, RPOPLPUSH k other, RPUSH k b, -1",
        "SADD k a, DEL k, SADD k b, -1",
        "SADD k a, SREM k a, RPUSH k b, -1",
        "HSET k f v, HDEL k f, HSET k f v, -1"
    })
    void whatIsFilledAgain(String fill, String empty, String again, int expected) throws IOException {
        try (StandinMaster master = master("2.3.6")) {
            execute(master, fill);
            execute(master, "EXPIRE k " + SECONDS);
            execute(master, empty);
            execute(master, "DEL k");
            execute(master, "EXPIRE k 5000");
            execute(master, "PERSIST k");
            assertThat(ttl(master)).isEqualTo(-2);

            execute(master, again);
            assertThat(ttl(master)).isEqualTo(expected);
        }
    }

    @Test
    void whatIsFilledWhenItIsOverHasNoExpiry() throws IOException {
        try (StandinMaster master = master("2.3.6")) {
            execute(master, "SADD k a");
            execute(master, "EXPIRE k " + SECONDS);
            execute(master, "SREM k a");
            now.set(now.get().plusSeconds(SECONDS));

            execute(master, "SADD k b");
            assertThat(ttl(master)).isEqualTo(-1);
        }
    }

    @Test
    void noOtherPikaRemembers() throws IOException {
        try (StandinMaster master = master("3.0.16")) {
            execute(master, "SADD k a");
            execute(master, "EXPIRE k " + SECONDS);
            execute(master, "SREM k a");
            execute(master, "SADD k b");
            assertThat(ttl(master)).isEqualTo(-1);
        }
    }

    @Test
    void aDumpHasWhatIsRemembered() throws IOException {
        DumpFormat format = DumpFormat.of(PikaVersion.parse("2.3.6"));
        try (StandinMaster master = master("2.3.6")) {
            for (String each : new String[] {"SADD s a", "ZADD z 1 a", "RPUSH l a"}) {
                String key = each.split(" ")[1];
                execute(master, each);
                execute(master, "EXPIRE " + key + " " + SECONDS);
            }
            execute(master, "SREM s a");
            execute(master, "ZREM z a");
            execute(master, "LPOP l");
            master.database(0).atRest((data, position) -> {
                save(format, data);
                return position;
            });
        }
        Dataset read = Dataset.remembering(Expiry.nemoSeconds(now::get));
        format.load(read, directory.resolve("dump"));

        assertThat(read.sets().find(Bytes.utf8("s"))).isEmpty();
        assertThat(read.sets().findOrCreate(Bytes.utf8("s")).expireStamp()).isNotEqualTo(Value.NEVER);
        assertThat(read.zsets().findOrCreate(Bytes.utf8("z")).expireStamp()).isNotEqualTo(Value.NEVER);
        assertThat(read.lists().findOrCreate(Bytes.utf8("l")).expireStamp()).isNotEqualTo(Value.NEVER);
    }

    private void save(DumpFormat format, Dataset data) {
        try {
            format.save(data, directory.resolve("dump"), now.get().toEpochMilli());
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    private StandinMaster master(String version) throws IOException {
        return new StandinMaster(
                StandinConfig.of(PikaVersion.parse(version)).clock(now::get).build());
    }

    private static void execute(StandinMaster master, String command) {
        master.execute(command.split(" "));
    }

    private static int ttl(StandinMaster master) {
        return (int) master.execute("TTL", "k").asInteger();
    }
}
