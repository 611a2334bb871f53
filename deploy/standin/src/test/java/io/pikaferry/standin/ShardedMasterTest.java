package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.recording.Fixture;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sharding mode, as a real 3.4.0 with four slots was seen to have it. */
@Timeout(30)
class ShardedMasterTest {

    private static final PikaVersion VERSION = PikaVersion.parse("3.4.0");

    @TempDir
    Path directory;

    private static StandinConfig.Draft fourSlots() {
        return StandinConfig.of(VERSION).slots(4).quickly();
    }

    /** spec/replication.md §7.4 */
    @Test
    void keysAreLookedForWhereARealMasterHasPutThem() throws IOException {
        Fixture fixture = Fixture.unpackDump("pika-3.4.0-sharding", directory);
        StandinConfig config = fourSlots().dump(fixture.path("dump").toString()).build();
        try (StandinMaster master = new StandinMaster(config)) {
            List<Bytes> keys = new ArrayList<>();
            for (Database slot : master.databases()) {
                slot.atRest((data, position) -> {
                    for (Space<?> space : data.spaces()) {
                        space.all().forEach(entry -> keys.add(entry.getKey()));
                    }
                    return position;
                });
            }

            assertThat(keys).hasSizeGreaterThan(5).allSatisfy(key -> assertThat(
                            master.execute(0, new Request(List.of(Bytes.utf8("EXISTS"), key)))
                                    .asInteger())
                    .isPositive());
        }
    }

    @ParameterizedTest
    @CsvSource({"a, 3", "b, 1", "c, 3", "s1, 0", "s2, 2", "l1, 2", "l2, 0", "z1, 1", "{t}1, 0", "{t}2, 0", "g, 2"})
    void aKeyIsLoggedInTheLogOfItsSlot(String key, int slot) throws IOException {
        try (StandinMaster master = new StandinMaster(fourSlots().build())) {
            assertThat(master.execute("SADD", key, "m").asInteger()).isOne();

            for (Database each : master.databases()) {
                assertThat(logged(each)).hasSize(each.slot() == slot ? 1 : 0);
            }
        }
    }

    @Test
    void commandsThatAreSplitAreLoggedWholeInEverySlotThatTheyConcern() throws IOException {
        try (StandinMaster master = new StandinMaster(fourSlots().build())) {
            assertThat(text(master, "MSET", "a", "5", "{t}1", "6")).isEqualTo("+OK\r\n");
            assertThat(text(master, "MGET", "a", "b", "{t}1")).isEqualTo("*3\r\n$1\r\n5\r\n$-1\r\n$1\r\n6\r\n");
            assertThat(text(master, "EXISTS", "a", "b", "{t}1")).isEqualTo(":2\r\n");
            assertThat(text(master, "DEL", "a", "b")).isEqualTo(":1\r\n");
            assertThat(text(master, "FLUSHDB")).isEqualTo("+OK\r\n");

            String mset = "*5 $4 MSET $1 a $1 5 $4 {t}1 $1 6";
            String del = "*3 $3 DEL $1 a $1 b";
            assertThat(logged(master.database(0))).containsExactly(mset, "*1 $7 FLUSHDB");
            assertThat(logged(master.database(1))).containsExactly(del, "*1 $7 FLUSHDB");
            assertThat(logged(master.database(2))).containsExactly("*1 $7 FLUSHDB");
            assertThat(logged(master.database(3))).containsExactly(mset, del, "*1 $7 FLUSHDB");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MSETNX x 1 y 2",
                "SUNIONSTORE d s1 s2",
                "SMOVE s1 s2 a",
                "BITOP and bb a f",
                "PFADD p a",
                "PFMERGE p q",
                "KEYS *",
                "SCAN 0",
                "ZUNIONSTORE zz 1 z1",
                "PKPATTERNMATCHDEL * string"
            })
    void mostCommandsOfSeveralKeysAreRefused(String command) throws IOException {
        try (StandinMaster master = new StandinMaster(fourSlots().build())) {
            assertThat(text(master, command.split(" ")))
                    .isEqualTo("-ERR This command is not supported in current configuration\r\n");
            assertThat(master.databases())
                    .allSatisfy(slot -> assertThat(logged(slot)).isEmpty());
        }
    }

    @Test
    void rpoplpushWantsOneTag() throws IOException {
        try (StandinMaster master = new StandinMaster(fourSlots().build())) {
            master.execute("RPUSH", "l1", "a");
            master.execute("RPUSH", "{t}l", "a");

            assertThat(text(master, "RPOPLPUSH", "l1", "l2")).isEqualTo("-ERR parameters hashtag is inconsistent\r\n");
            assertThat(text(master, "RPOPLPUSH", "{t}l", "{t}m")).isEqualTo("$1\r\na\r\n");
            assertThat(logged(master.database(0))).last().isEqualTo("*3 $9 RPOPLPUSH $4 {t}l $4 {t}m");
        }
    }

    @Test
    void theEndsOfTheLogsAreToldByTheClusterCommandOnly() throws IOException {
        try (StandinMaster master = StandinMaster.started(fourSlots().build());
                Socket client = new Socket(
                        master.address().getAddress(), master.address().getPort())) {
            master.execute("SET", "a", "1");

            assertThat(reply(client, "PKCLUSTER", "INFO", "SLOT"))
                    .contains("(db0:0) binlog_offset=0 0,safety_purge=none\r\n  Role: Master")
                    .contains("(db0:3) binlog_offset=0 "
                            + master.database(3).binlog().end().offset() + ",");
            assertThat(reply(client, "INFO", "replication"))
                    .contains("role:master")
                    .doesNotContain("binlog_offset");
            assertThat(reply(client, "CONFIG", "GET", "instance-mode")).contains("sharding");
            assertThat(reply(client, "DBSIZE")).contains("1");
        }
    }

    @Test
    void otherLinesHaveNoSlots() {
        assertThatThrownBy(() ->
                        StandinConfig.of(PikaVersion.parse("3.5.5")).slots(2).build())
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static String text(StandinMaster master, String... words) {
        return new String(master.execute(words).bytes(), UTF_8);
    }

    private static String reply(Socket client, String... words) throws IOException {
        client.getOutputStream().write(Request.of(words).encoded());
        client.getOutputStream().write(Request.of("ECHO", "end of the answer").encoded());
        StringBuilder reply = new StringBuilder();
        while (reply.indexOf("end of the answer\r\n") < 0) {
            int next = client.getInputStream().read();
            assertThat(next).isNotNegative();
            reply.append((char) next);
        }
        return reply.toString();
    }

    /** Contents of the items, their lines joined. */
    private static List<String> logged(Database slot) throws IOException {
        Position beginning = new Position(0, 0);
        if (slot.binlog().end().equals(beginning)) {
            return List.of();
        }
        List<String> contents = new ArrayList<>();
        try (BinlogCursor cursor =
                BinlogCursor.exactlyAt(slot.binlog(), beginning).orElseThrow()) {
            for (Optional<BinlogCursor.Item> item = cursor.next(); item.isPresent(); item = cursor.next()) {
                byte[] bytes = item.get().bytes();
                contents.add(new String(bytes, 34, bytes.length - 34, ISO_8859_1)
                        .strip()
                        .replace("\r\n", " "));
            }
        }
        return contents;
    }
}
