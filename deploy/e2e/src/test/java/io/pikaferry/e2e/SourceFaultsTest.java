package io.pikaferry.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.e2e.cluster.Migration;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.standin.settings.Pace;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;

/** What happens to sources. Their clients go on writing whether slaves reach them or not. */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Execution(ExecutionMode.CONCURRENT)
class SourceFaultsTest {

    private static final Duration FORGOTTEN = Duration.ofSeconds(45);

    @RegisterExtension
    static final SharedCluster SHARED = new SharedCluster();

    @Test
    void aSourceThatIsRestarted() throws IOException {
        SHARED.underLoad(Migration.of("source-restarted", SHARED.directory()), (orders, load) -> {
            for (int i = 0; i < 2; i++) {
                orders.awaitFlow();
                orders.source().kill();
                orders.source().start();
            }
            orders.awaitFlow();
        });
    }

    /** P5, P6: the reason is shown; no second full sync. */
    @Test
    void aSourceThatCannotBeReachedForAWhile() throws IOException {
        for (String version : new String[] {"3.0.16", "3.4.0"}) {
            String job = "away-" + version.replace('.', '-');
            SHARED.underLoad(Migration.of(job, Migration.pika(version), SHARED.directory()), (orders, load) -> {
                long loaded = keysLoaded(orders);
                orders.awaitFlow();
                orders.source().kill();
                SHARED.cluster().awaitRetrying(job, ErrorCode.SOURCE_UNREACHABLE);
                long written = load.written();
                Awaitility.await().until(() -> load.written() > written + 2_000);

                orders.source().start();

                orders.awaitFlow(Duration.ofSeconds(20));
                assertThat(keysLoaded(orders)).isEqualTo(loaded);
            });
        }
    }

    private static long keysLoaded(Migration migration) {
        return SHARED.cluster()
                .status(migration.job())
                .getProgress()
                .getFullSync()
                .getKeysLoaded();
    }

    /** P1, P6: writes are missing, and only a person can want a second full sync. */
    @Test
    void aSourceThatHasPurgedWhatIsNeededNext() throws IOException {
        Migration purged = Migration.of("purged", Migration.pika("3.0.16").binlogFileSize(16_384), SHARED.directory());
        SHARED.underLoad(purged, (orders, load) -> {
            orders.awaitFlow();
            orders.source().kill();
            SHARED.cluster().awaitRetrying("purged", ErrorCode.SOURCE_UNREACHABLE);
            long file = orders.source().end().file();
            Awaitility.await().until(() -> orders.source().end().file() > file + 1);
            orders.source().purgeBefore(0, file + 2);

            orders.source().start();

            JobView blocked = SHARED.cluster().awaitBlocked("purged", ErrorCode.BINLOG_PURGED);
            assertThat(blocked.getReason().getRemedy()).contains("--full-sync force");
            SHARED.cluster().resumeWithFullSync("purged");
            SHARED.cluster().awaitTail("purged");
            orders.awaitFlow();
        });
    }

    /** AlreadyExist: another slave, or a session of ours that the source has not given up yet, stands at every address. */
    @Test
    void aSourceWhereAllOurAddressesAreTaken() throws IOException {
        SHARED.underLoad(
                Migration.of("taken-addresses", Migration.pika("3.0.16").pace(new Pace(20, 4)), SHARED.directory())
                        .throughRelays(),
                (orders, load) -> {
                    orders.awaitFlow();
                    for (int base : SHARED.cluster().portsOf("w1")) {
                        register(orders, base);
                    }

                    orders.toReplicationPort().cut();

                    SHARED.cluster().awaitRetrying("taken-addresses", ErrorCode.SOURCE_BUSY);
                    orders.awaitFlow(FORGOTTEN);
                });
    }

    /** As a slave does that dies before it has sent a heartbeat. */
    private static void register(Migration migration, int base) {
        try (Connection connection =
                new Connection("127.0.0.1", migration.source().address().getPort())) {
            long file = migration.source().end().file();
            connection.sendCommand(
                    new CommandArguments(() -> "trysync".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                            .addObjects("127.0.0.1", Integer.toString(base), Long.toString(file), "0"));
            assertThat(connection.getOne()).isNotNull();
        } catch (redis.clients.jedis.exceptions.JedisDataException e) {
            assertThat(e).hasMessageContaining("AlreadyExist"); // ours: it lives
        }
    }
}
