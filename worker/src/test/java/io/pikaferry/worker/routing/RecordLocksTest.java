package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Seen on 2.3.6: RPOPLPUSH of several clients onto one list is logged in another order than it was done. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RecordLocksTest {

    @ParameterizedTest
    @CsvSource({
        "3.0.16, RPOPLPUSH a b, b",
        "3.1.1,  RPOPLPUSH a b, a b",
        "3.3.6,  RPOPLPUSH a b, b",
        "3.4.0,  RPOPLPUSH a b, b",
        "3.0.16, SMOVE a b m, b",
        "3.4.0,  SMOVE a b m, a b",
        "3.0.16, SUNIONSTORE d a b, d",
        "3.4.0,  zinterstore d 2 a b, d",
        "3.4.0,  BITOP AND d a b, d",
        "3.0.16, PFMERGE d a b, d",
        "3.4.0,  MSETNX a 1 b 2, a b",
        "3.0.16, DEL a b c, b c",
        "3.0.16, DEL a, ''",
        "3.1.1,  DEL a, a",
        "3.2.2,  DEL a b, ''",
        "3.0.16, MSET a 1 b 2, b",
        "3.2.0,  MSET a 1 b 2, a b",
        "3.2.1,  MSET a 1 b 2, ''",
    })
    void keysThatAreNotLockedAreInDoubt(String version, String command, String doubtful) {
        assertThat(doubtful(version, command)).isEqualTo(doubtful);
    }

    /** P3: up to 3.0.4 an MSET is logged as several SETs in one item, of which the source has locked the first one's key. */
    @ParameterizedTest
    @CsvSource({"2.3.6, b", "3.0.4, b"})
    void theLaterSetsOfAnItemAreInDoubt(String version, String doubtful) {
        boolean nemo = version.startsWith("2");
        String item = Stream.of("a", "b", "a")
                .map(key -> nemo ? Items.arrayOf23("set", key, "1") : Items.array("set", key, "1"))
                .collect(Collectors.joining());

        assertThat(doubtful(
                        CommandMapper.forSource(PikaVersion.parse(version)),
                        Items.item(StreamId.ONLY, Items.NOW, item)))
                .isEqualTo(doubtful);
    }

    @ParameterizedTest
    @ValueSource(strings = {"SET k v", "INCR k", "LPUSH k v", "SADD k m", "EXPIREAT k 2000000000", "ZADD k 1 m"})
    void oneKeyIsLockedEverywhere(String command) {
        for (String version : new String[] {"3.0.16", "3.1.1", "3.4.0", "3.5.5", "4.0.1"}) {
            assertThat(doubtful(version, command)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DEL a", "SADD d m", "LPUSH b v"})
    void from35OnThereIsNoDoubt(String command) {
        assertThat(doubtful("3.5.0", command)).isEmpty();
        assertThat(doubtful("4.0.0", command)).isEmpty();
    }

    private static String doubtful(String version, String command) {
        String[] words = command.split(" ");
        StringBuilder resp = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            resp.append("$").append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        BinlogItem item = new BinlogItem(
                StreamId.ONLY,
                BinlogPosition.parse("1:1000"),
                1_700_000_000,
                resp.toString().getBytes(ISO_8859_1));
        return doubtful(CommandMapper.forSource(PikaVersion.parse(version)), item);
    }

    private static String doubtful(CommandMapper mapper, BinlogItem item) {
        return ((Mapped.Commands) mapper.map(item))
                .commands().stream()
                        .flatMap(each -> Arrays.stream(each.doubtful()))
                        .map(key -> new String(key, ISO_8859_1))
                        .distinct()
                        .collect(Collectors.joining(" "));
    }
}
