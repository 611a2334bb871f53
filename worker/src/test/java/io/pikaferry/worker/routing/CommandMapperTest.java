package io.pikaferry.worker.routing;

import static io.pikaferry.worker.routing.Items.NOW;
import static io.pikaferry.worker.routing.Items.item;
import static io.pikaferry.worker.routing.Items.itemAt;
import static io.pikaferry.worker.routing.Items.itemOf23;
import static io.pikaferry.worker.routing.Items.itemOfSlot;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(10)
class CommandMapperTest {

    private static final long MINUTE_AGO = NOW - 60;
    private static final long IN_A_MINUTE = NOW + 60;
    private static final long IN_A_MINUTE_MILLIS = IN_A_MINUTE * 1000;

    @Test
    void whatRedisKnowsToo_isSentAsItIs() {
        assertThat(told("3.4.0", "HSET", "h", "f", "v")).isEqualTo("HSET h f v | keeps | h");
        assertThat(told("3.4.0", "rpush", "l", "a", "b")).isEqualTo("rpush l a b | keeps | l");
        assertThat(told("3.4.0", "GetSet", "k", "v")).isEqualTo("GetSet k v | clears | k");
        assertThat(told("3.4.0", "PERSIST", "k")).isEqualTo("PERSIST k | clears | k");
    }

    @Test
    void theArgumentsOfThe23MasterAreLeftOut() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SET", "k", "v")))).isEqualTo("SET k v | clears | k");
    }

    /** P5 */
    @Test
    void anUnknownCommandIsRefusedAndItsNameIsMadeHarmless() {
        assertThat(told("3.4.0", "EVIL\r\n\u00e9", "k"))
                .isEqualTo("refused UNKNOWN_COMMAND: EVIL??? is not a command that Pika 3.4.0 is known to log");
        assertThat(told("3.4.0", "x".repeat(100))).contains("X".repeat(32) + "… is not");
        assertThat(told("3.4.0", "")).startsWith("refused UNKNOWN_COMMAND");
    }

    @Test
    void aCommandOfALaterReleaseIsUnknown() {
        assertThat(told("3.5.2", "XADD", "x", "1-1", "f", "v")).startsWith("refused UNKNOWN_COMMAND");
        assertThat(told("3.5.3", "XADD", "x", "1-1", "f", "v")).isEqualTo("XADD x 1-1 f v | keeps | x");
    }

    @Test
    void aKnownCommandInAnUnknownFormIsRefused() {
        assertThat(told("3.4.0", "GETSET", "k"))
                .isEqualTo("refused UNKNOWN_COMMAND: GETSET with 2 arguments is not a known form of it");
        assertThat(told("3.4.0", "SET", "k", "v", "KEEPTTL"))
                .isEqualTo("refused UNKNOWN_COMMAND: SET in a form that is not known");
        assertThat(told("3.4.0", "SET", "k", "v", "NX", "EX")).startsWith("refused");
        assertThat(told("3.4.0", "EXPIREAT", "k", "soon")).startsWith("refused");
        assertThat(told("3.4.0", "ZADD", "k", "1", "a", "2")).startsWith("refused");
        assertThat(told("3.4.0", "MSET", "k", "v", "k2")).startsWith("refused");
        assertThat(told("3.4.0", "ZUNIONSTORE", "d", "3", "a", "b")).startsWith("refused");
        assertThat(told("3.4.0", "ZUNIONSTORE", "d", "-1", "a", "b")).startsWith("refused");
    }

    @Test
    void aCommandThatIsLoggedAsAnotherIsRefused() {
        assertThat(told("3.4.0", "EXPIRE", "k", "60"))
                .isEqualTo("refused UNKNOWN_COMMAND: EXPIRE: this Pika release never logs it as such");
    }

    @Test
    void anUnknownReleaseIsNotGuessedAt() {
        assertThatThrownBy(() -> mapper("4.1.0")).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.SOURCE_VERSION_UNSUPPORTED));
    }

    // SET

    @Test
    void aPlainSetClearsTheExpiry() {
        assertThat(told("3.4.0", "SET", "k", "v")).isEqualTo("SET k v | clears | k");
    }

    @Test
    void aTimeToLiveCountsFromItsExecution() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SET", "k", "v", "ex", "60"))))
                .isEqualTo("SET k v | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("3.0.7", "SETEX", "k", "60", "v")).isEqualTo("SET k v | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("3.0.7", "PSETEX", "k", "60999", "v")).isEqualTo("SET k v | at " + IN_A_MINUTE_MILLIS + " | k");
    }

    @Test
    void setNxKeepsTheKeyAndItsExpiryIfItIsThere() {
        assertThat(told("3.4.0", "SET", "k", "v", "NX")).isEqualTo("SET k v nx | keeps | k");
        assertThat(told("3.4.0", "SET", "k", "v", "nx", "EX", "60"))
                .isEqualTo("EVAL <script> 1 k v @ | at " + IN_A_MINUTE_MILLIS + " | k");
    }

    @Test
    void setXxThatFailsFindsNoKeyThatCouldExpire() {
        assertThat(told("3.4.0", "SET", "k", "v", "XX")).isEqualTo("SET k v xx | clears | k");
        assertThat(told("3.4.0", "SET", "k", "v", "EX", "60", "XX"))
                .isEqualTo("SET k v xx | at " + IN_A_MINUTE_MILLIS + " | k");
    }

    @Test
    void theLastConditionCountsAndTheLastTime() {
        assertThat(told("3.4.0", "SET", "k", "v", "XX", "NX")).isEqualTo("SET k v nx | keeps | k");
        assertThat(told("3.4.0", "SET", "k", "v", "XX", "EX", "1", "PX", "60000"))
                .isEqualTo("SET k v xx | at " + IN_A_MINUTE_MILLIS + " | k");
    }

    @Test
    void setVxAndDelvxDecideAtTheTarget() {
        assertThat(told("3.4.0", "SET", "k", "v", "VX", "old"))
                .isEqualTo("EVAL <script> 1 k old v | keeps or clears | k");
        assertThat(told("3.4.0", "SET", "k", "v", "VX", "nx", "EX", "60"))
                .isEqualTo("EVAL <script> 1 k nx v @ | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("3.4.0", "DELVX", "k", "old")).isEqualTo("EVAL <script> 1 k old | keeps or clears | k");
    }

    /** corrections.md 2 */
    @Test
    void aTimeToLiveThatIsNotPositiveMeansForEver() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SETEX", "k", "0", "v"))))
                .isEqualTo("SET k v | clears | k");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SET", "k", "v", "ex", "-1"))))
                .isEqualTo("SET k v | clears | k");
        assertThat(told("3.4.0", "SET", "k", "v", "NX", "PX", "999")).isEqualTo("SET k v nx | keeps | k");
        assertThat(told("4.0.1", "SET", "k", "v", "NX", "PX", "999"))
                .isEqualTo("EVAL <script> 1 k v @ | at " + (NOW * 1000 + 999) + " | k");
    }

    @Test
    void a32BitClockThatWrapsKillsTheKey() {
        assertThat(told("3.4.0", "SET", "k", "v", "XX", "EX", "2147483647")).isEqualTo("SET k v xx | at 1 | k");
        assertThat(told("4.0.1", "SET", "k", "v", "XX", "EX", "2147483647"))
                .isEqualTo("SET k v xx | at " + (NOW + 2147483647L) * 1000 + " | k");
        assertThat(told("3.4.0", "EXPIREAT", "k", "4102444800")).isEqualTo("DEL k | clears | k");
        assertThat(told("4.0.0", "EXPIREAT", "k", "4102444800"))
                .isEqualTo("EVAL <script> 1 k @ | at 4102444800000 | k");
    }

    @Test
    void aTimeToLiveWithoutATimeIsReread() {
        assertThat(Told.of(mapper("3.4.0").map(itemAt(0, "SET", "k", "v", "NX", "EX", "60"))))
                .isEqualTo("reread [k]: NOT_DETERMINISTIC");
        assertThat(Told.of(mapper("3.0.0").map(itemAt(0, "SETEX", "k", "60", "v"))))
                .isEqualTo("reread [k]: NOT_DETERMINISTIC");
    }

    // PKSETEXAT

    @ParameterizedTest
    @ValueSource(strings = {"3.0.8", "3.4.0", "3.5.5", "4.0.0", "4.0.1"})
    void pksetexatIsASetThatExpires(String version) {
        assertThat(told(version, "pksetexat", "k", "" + IN_A_MINUTE, "v"))
                .isEqualTo("SET k v | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told(version, "pksetexat", "k", "" + MINUTE_AGO, "v")).isEqualTo("DEL k | clears | k");
        assertThat(told(version, "pksetexat", "k", "-5", "v")).isEqualTo("DEL k | clears | k");
    }

    /** corrections.md 3: the source still has it until the second is over. */
    @Test
    void aKeyThatExpiresInThisSecondIsWrittenAndExpires() {
        assertThat(told("3.4.0", "pksetexat", "k", "" + NOW, "v")).isEqualTo("SET k v | at " + NOW * 1000 + " | k");
    }

    @Test
    void pksetexatWithZeroNeverExpires() {
        assertThat(told("3.4.0", "pksetexat", "k", "0", "v")).isEqualTo("SET k v | clears | k");
        assertThat(told("4.0.1", "pksetexat", "k", "0", "v")).isEqualTo("SET k v | clears | k");
    }

    /** corrections.md 7 */
    @Test
    void pksetexatOf355WithZeroKeepsTheExpiryUnlessAClientSentIt() {
        assertThat(told("3.5.5", "pksetexat", "k", "0", "v")).isEqualTo("SET k v KEEPTTL | keeps | k");
        assertThat(told("3.5.5", "PKSETEXAT", "k", "0", "v")).isEqualTo("SET k v | clears | k");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.5.5", "4.0.1"})
    void anAppendThatCreatedTheKeyIsReread(String version) {
        assertThat(told(version, "pksetexat", "k", "0", "")).isEqualTo("reread [k]: VALUE_LOST");
        assertThat(told(version, "PKSETEXAT", "k", "0", "")).isEqualTo("SET k '' | clears | k");
    }

    @Test
    void pksetexatOf401MayHaveMilliseconds() {
        assertThat(told("4.0.1", "pksetexat", "k", "" + (IN_A_MINUTE_MILLIS + 7), "v"))
                .isEqualTo("SET k v | at " + (IN_A_MINUTE_MILLIS + 7) + " | k");
    }

    /** corrections.md 6 */
    @Test
    void aClientsOwnPksetexatOf401IsReread() {
        assertThat(told("4.0.1", "PKSETEXAT", "k", "" + IN_A_MINUTE, "v")).isEqualTo("reread [k]: NOT_DETERMINISTIC");
        assertThat(told("4.0.1", "PKSETEXAT", "k", "0", "v")).isEqualTo("SET k v | clears | k");
    }

    // Expiry

    @Test
    void expireatSetsTheExpiryAndNothingElse() {
        assertThat(told("3.4.0", "expireat", "k", "" + IN_A_MINUTE)).isEqualTo("| at " + IN_A_MINUTE_MILLIS + " | k");
    }

    @Test
    void expireatOfThePastDeletesAtTheSourcesTime() {
        assertThat(told("3.4.0", "EXPIREAT", "k", "" + (NOW - 1))).isEqualTo("DEL k | clears | k");
        assertThat(told("3.4.0", "EXPIREAT", "k", "" + NOW)).isEqualTo("| at " + NOW * 1000 + " | k");
        assertThat(told("3.4.0", "EXPIREAT", "k", "0")).isEqualTo("DEL k | clears | k");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("EXPIREAT", "k", "" + NOW))))
                .isEqualTo("DEL k | clears | k");
    }

    @Test
    void whatWasExecutedLongAgoIsNotThePast() {
        assertThat(Told.of(mapper("3.4.0").map(itemAt(1000, "EXPIREAT", "k", "2000"))))
                .isEqualTo("| at 2000000 | k");
    }

    /** corrections.md 13 */
    @Test
    void whereThereAreStreamsExpireatSparesThem() {
        assertThat(told("3.5.2", "EXPIREAT", "k", "" + IN_A_MINUTE)).isEqualTo("| at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("3.5.3", "EXPIREAT", "k", "" + IN_A_MINUTE))
                .isEqualTo("EVAL <script> 1 k @ | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("3.5.3", "EXPIREAT", "k", "1")).isEqualTo("EVAL <script> 1 k | keeps or clears | k");
    }

    @Test
    void pexpireatOf401IsAClientsOwnUnlessInLowerCase() {
        assertThat(told("4.0.1", "pexpireat", "k", "" + IN_A_MINUTE_MILLIS))
                .isEqualTo("EVAL <script> 1 k @ | at " + IN_A_MINUTE_MILLIS + " | k");
        assertThat(told("4.0.1", "PEXPIREAT", "k", "" + IN_A_MINUTE_MILLIS))
                .isEqualTo("EVAL <script> 1 k | keeps or clears | k");
    }

    @Test
    void aKeyWasGoneWhenItsSecondWasOver() {
        assertThat(mapper("3.4.0").wasGone(NOW * 1000, NOW)).isFalse();
        assertThat(mapper("3.4.0").wasGone(NOW * 1000, NOW + 1)).isTrue();
        assertThat(mapper("3.4.0").wasGone(NOW * 1000, 0)).as("unknown").isFalse();
    }

    /** The time of an item is that of logging, a moment after it was executed. */
    @Test
    void anItemOfTheSecondAfterTheExpiryMayHaveFoundTheKey() {
        for (String version : List.of("2.3.6", "3.0.16", "3.4.0", "3.5.5", "4.0.1")) {
            assertThat(mapper(version).wasGoneNarrowly(NOW * 1000, NOW)).isFalse();
            assertThat(mapper(version).wasGoneNarrowly(NOW * 1000, NOW + 1)).isTrue();
            assertThat(mapper(version).wasGoneNarrowly(NOW * 1000 + 999, NOW + 1))
                    .isTrue();
            assertThat(mapper(version).wasGoneNarrowly(NOW * 1000, NOW + 2)).isFalse();
        }
    }

    /** It looks at a clock that goes in ticks when it logs, at a finer one for expiries. */
    @Test
    void anItemOfTheSecondBeforeTheExpiryMayNotHaveFoundTheKeyIn401() {
        assertThat(mapper("4.0.1").mayHaveGone(NOW * 1000 + 4, NOW - 1)).isTrue();
        assertThat(mapper("4.0.1").mayHaveGone(NOW * 1000 + 20, NOW - 1)).isFalse();
        assertThat(mapper("2.3.6").mayHaveGone(NOW * 1000, NOW - 1)).isFalse();
        assertThat(mapper("3.5.5").mayHaveGone(NOW * 1000, NOW - 1)).isFalse();
    }

    // Strings

    @Test
    void setbitWritesOnlyWhatIsNotSo() {
        assertThat(told("3.4.0", "SETBIT", "k", "7", "1")).isEqualTo("EVAL <script> 1 k 7 1 | keeps or clears | k");
        assertThat(told("3.5.5", "SETBIT", "k", "7", "1")).isEqualTo("SETBIT k 7 1 | keeps | k");
        assertThat(told("3.5.5", "SETBIT", "k", "7", "0")).isEqualTo("EVAL <script> 1 k 7 0 | keeps | k");
    }

    @Test
    void setrangeDropsTheExpiryFrom30To351() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SETRANGE", "k", "3", "v"))))
                .isEqualTo("SETRANGE k 3 v | keeps | k");
        assertThat(told("3.5.1", "SETRANGE", "k", "3", "v"))
                .isEqualTo("SETRANGE k 3 v | keeps | k; PERSIST k | clears | k");
        assertThat(told("3.5.2", "SETRANGE", "k", "3", "v")).isEqualTo("SETRANGE k 3 v | keeps | k");
    }

    @Test
    void setrangeOfNothingOrWithAZeroByteIsAScript() {
        assertThat(told("3.5.5", "SETRANGE", "k", "3", "")).isEqualTo("EVAL <script> 1 k 3 '' 0 | keeps | k");
        assertThat(told("3.5.5", "SETRANGE", "k", "3", "ab\0c")).isEqualTo("EVAL <script> 1 k 3 ab 4 | keeps | k");
        assertThat(told("3.4.0", "SETRANGE", "k", "0", "")).isEqualTo("SET k '' | clears | k");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SETRANGE", "k", "0", ""))))
                .isEqualTo("SET k '' KEEPTTL | keeps | k");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SETRANGE", "k", "3", "a\0b"))))
                .isEqualTo("SETRANGE k 3 a\0b | keeps | k");
    }

    /** corrections.md 15 */
    @Test
    void bitopMakesAKeyOfNothingToo() {
        assertThat(told("3.4.0", "BITOP", "or", "d", "a", "b"))
                .isEqualTo("BITOP or d a b | clears | d a b; APPEND d '' | keeps | d");
    }

    /** INCR is logged as {@code set k result}, and the source keeps the expiry. */
    @ParameterizedTest
    @ValueSource(strings = {"3.0.0", "3.0.12", "3.1.0", "3.1.1", "3.2.3"})
    void aNumberSetInLowerCaseMayBeACounter(String version) {
        assertThat(told(version, "set", "k", "-12")).isEqualTo("set k -12 | unsaid | k");
        assertThat(told(version, "set", "k", "1.5e+30")).isEqualTo("set k 1.5e+30 | unsaid | k");
        assertThat(told(version, "SET", "k", "12")).isEqualTo("SET k 12 | clears | k");
        assertThat(told(version, "set", "k", "v12")).isEqualTo("set k v12 | clears | k");
        assertThat(told(version, "set", "k", "")).isEqualTo("set k '' | clears | k");
    }

    @Test
    void inReleasesOf23ACounterIsAnItemOfItsOwn() {
        BinlogItem counter = item(StreamId.ONLY, NOW, Items.arrayOf23("set", "a", "1"));

        assertThat(Told.of(mapper("2.3.7").map(counter))).isEqualTo("set a 1 | unsaid | a");
        assertThat(Told.of(mapper("2.3.8").map(counter))).isEqualTo("set a 1 | clears | a");
    }

    @ParameterizedTest
    @ValueSource(strings = {"3.0.13", "3.0.16", "3.2.4", "3.4.0", "3.5.5", "4.0.1"})
    void whereCountersAreLoggedAsTheyAreANumberSetIsANumberSet(String version) {
        assertThat(told(version, "set", "k", "12")).isEqualTo("set k 12 | clears | k");
    }

    // Several keys

    @Test
    void delAndMsetAreSplit() {
        assertThat(told("3.4.0", "DEL", "a", "b")).isEqualTo("DEL a | clears | a; DEL b | clears | b");
        assertThat(told("3.5.5", "unlink", "a")).isEqualTo("unlink a | clears | a");
        assertThat(told("3.4.0", "MSET", "a", "1", "b", "2")).isEqualTo("SET a 1 | clears | a; SET b 2 | clears | b");
    }

    @Test
    void theSetsOfAnMsetOf23StayTogether() {
        BinlogItem mset = item(StreamId.ONLY, NOW, Items.arrayOf23("set", "a", "1") + Items.arrayOf23("set", "b", "2"));

        assertThat(Told.of(mapper("2.3.6").map(mset))).isEqualTo("set a 1 | clears | a; set b 2 | clears | b");
    }

    @Test
    void ofSeveralCommandsInAnItemEachHasToBeApplicable() {
        BinlogItem odd = item(StreamId.ONLY, NOW, Items.array("set", "a", "1") + Items.array("flushall"));

        assertThatThrownBy(() -> mapper("3.0.4").map(odd))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.BINLOG_CORRUPT));
    }

    /** P3 */
    @Test
    void whatCannotBeSplitNamesAllItsKeysTheWrittenOneFirst() {
        assertThat(told("3.4.0", "MSETNX", "a", "1", "b", "2")).isEqualTo("MSETNX a 1 b 2 | keeps | a b");
        assertThat(told("3.4.0", "RPOPLPUSH", "a", "b")).isEqualTo("RPOPLPUSH a b | keeps | a b");
        assertThat(told("3.4.0", "SMOVE", "a", "b", "m")).isEqualTo("SMOVE a b m | keeps | a b");
        assertThat(told("3.4.0", "SUNIONSTORE", "d", "a", "b")).isEqualTo("SUNIONSTORE d a b | clears | d a b");
        assertThat(told("3.4.0", "ZUNIONSTORE", "d", "2", "a", "b", "WEIGHTS", "1", "2"))
                .isEqualTo("ZUNIONSTORE d 2 a b WEIGHTS 1 2 | clears | d a b");
        assertThat(told("3.4.0", "PFMERGE", "d", "a")).isEqualTo("PFMERGE d a | keeps | d a; PERSIST d | clears | d");
    }

    /** corrections.md 5 */
    @Test
    void aDestinationOf23KeepsItsExpiry() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("SUNIONSTORE", "d", "a"))))
                .isEqualTo("EVAL <script> 2 d a SUNIONSTORE d a | keeps | d a");
    }

    // Sorted sets, HyperLogLogs, streams

    /** corrections.md 16 */
    @ParameterizedTest
    @ValueSource(strings = {"nan", "NaN", "-nan", "+NAN", "nan(1)"})
    void aScoreThatIsNoNumberIsRefused(String score) {
        assertThat(told("3.4.0", "ZADD", "z", "1", "a", score, "b"))
                .isEqualTo("refused NOT_REPRESENTABLE: ZADD: a score is not a number");
    }

    @Test
    void ofEqualMembersTheFirstCountsFrom30On() {
        assertThat(told("3.4.0", "ZADD", "z", "1", "a", "2", "b", "3", "a")).isEqualTo("ZADD z 1 a 2 b | keeps | z");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("ZADD", "z", "1", "a", "3", "a"))))
                .isEqualTo("ZADD z 1 a 3 a | keeps | z");
        assertThat(told("3.4.0", "GEOADD", "g", "1", "2", "a", "3", "4", "a")).isEqualTo("GEOADD g 1 2 a | keeps | g");
    }

    /** corrections.md 4: as recorded in wire-2.3.6. */
    @Test
    void geoaddOf23UsesTheSourcesScores() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("GEOADD", "g", "15.087269", "37.502669", "Catania"))))
                .isEqualTo("ZADD g " + (long) Double.longBitsToDouble(0x4228b913f11a0000L) + " Catania | keeps | g");
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("GEOADD", "g", "181", "0", "nowhere"))))
                .isEqualTo("reread [g]: NOT_DETERMINISTIC");
    }

    @Test
    void pfaddDropsTheExpiryAndWithoutElementsTheContent() {
        assertThat(told("3.4.0", "PFADD", "p", "a")).isEqualTo("PFADD p a | keeps | p; PERSIST p | clears | p");
        assertThat(told("3.4.0", "PFADD", "p")).isEqualTo("DEL p | clears | p; PFADD p | keeps | p");
    }

    @Test
    void streamsAreTrimmedToTheEntry() {
        assertThat(told("4.0.1", "XADD", "x", "nomkstream", "MAXLEN", "~", "5", "9-1", "maxlen", "~"))
                .isEqualTo("XADD x nomkstream MAXLEN 5 9-1 maxlen ~ | keeps | x");
        assertThat(told("4.0.1", "XTRIM", "x", "MINID", "=", "8")).isEqualTo("XTRIM x MINID 8 | keeps | x");
        assertThat(told("4.0.1", "XTRIM", "x", "MAXLEN", "~")).startsWith("refused");
    }

    @Test
    void whatTheSourceChoseByItselfIsReread() {
        assertThat(told("3.4.0", "SPOP", "s")).isEqualTo("reread [s]: NOT_DETERMINISTIC");
        assertThat(told("3.5.0", "SPOP", "s", "2")).isEqualTo("reread [s]: NOT_DETERMINISTIC");
    }

    // Many keys

    @Test
    void flushdbOfATypeIsWhatTheReleaseMadeOfIt() {
        assertThat(Told.of(mapper("2.3.6").map(itemOf23("FLUSHDB", "ZSET")))).isEqualTo("delete * of type zset");
        assertThat(told("3.4.0", "FLUSHDB", "string")).isEqualTo("delete * of type string");
        assertThat(told("3.4.0", "flushdb")).isEqualTo("flush");
        assertThat(told("3.5.4", "FLUSHDB", "hash")).isEqualTo("nothing");
        assertThat(told("3.5.5", "FLUSHDB", "hash")).isEqualTo("flush");
        assertThat(told("3.0.16", "FLUSHALL")).isEqualTo("flush");
        assertThat(told("3.4.0", "FLUSHDB", "everything")).startsWith("refused");
    }

    @Test
    void pkpatternmatchdelIsLimitedIn355() {
        assertThat(told("3.4.0", "PKPATTERNMATCHDEL", "a*", "HASH")).isEqualTo("delete a* of type hash");
        assertThat(told("3.5.5", "PKPATTERNMATCHDEL", "a*", "hash")).isEqualTo("delete a* of type hash, at most 100");
        assertThat(told("4.0.0", "PKPATTERNMATCHDEL", "a*")).isEqualTo("delete a* of type any");
        assertThat(told("4.0.1", "PKPATTERNMATCHDEL", "a*")).isEqualTo("delete a* of type any");
    }

    // Nothing

    @Test
    void fillersReadsAndBookkeepingAreIgnored() {
        assertThat(told("3.4.0", "padding", "***")).isEqualTo("nothing");
        assertThat(told("3.4.0", "dummy")).isEqualTo("nothing");
        assertThat(told("3.5.5", "SLOTSMGRT-EXEC-WRAPPER", "k", "GET", "k")).isEqualTo("nothing");
        assertThat(told("3.5.5", "clearcache")).isEqualTo("nothing");
        assertThat(told("3.5.5", "clearreplicationid")).isEqualTo("nothing");
        assertThat(told("4.0.1", "SUNION", "a", "b")).isEqualTo("nothing");
        assertThat(told("3.5.5", "DEL", "_internal:slotkey:4migrate:7")).isEqualTo("nothing");
        assertThat(told("3.5.5", "DEL", "_internal:slottag:4migrate:a", "k")).isEqualTo("DEL k | clears | k");
        assertThat(told("3.5.5", "SADD", "_internal:slotkey:4migrate:7", "m")).isEqualTo("nothing");
        assertThat(Told.of(mapper("2.3.6").map(item(StreamId.ONLY, NOW, "    "))))
                .isEqualTo("nothing");
    }

    // Sharding mode

    @Test
    void ofASplitCommandASlotsLogMeansTheKeysOfThatSlot() {
        CommandMapper sharded = CommandMapper.forShardedSource(PikaVersion.parse("3.4.0"), 4);

        assertThat(Told.of(sharded.map(itemOfSlot(0, "DEL", "h2", "k1", "k5"))))
                .isEqualTo("DEL h2 | clears | h2; DEL k5 | clears | k5");
        assertThat(Told.of(sharded.map(itemOfSlot(1, "MSET", "h2", "v", "k1", "v"))))
                .isEqualTo("SET k1 v | clears | k1");
        assertThat(Told.of(sharded.map(itemOfSlot(3, "DEL", "h2")))).isEqualTo("nothing");
    }

    @Test
    void anyOtherCommandIsMeantByTheLogOfItsFirstKeysSlot() {
        CommandMapper sharded = CommandMapper.forShardedSource(PikaVersion.parse("3.4.0"), 4);

        assertThat(Told.of(sharded.map(itemOfSlot(1, "RPOPLPUSH", "k1", "{k1}b"))))
                .isEqualTo("RPOPLPUSH k1 {k1}b | keeps | k1 {k1}b");
        assertThat(Told.of(sharded.map(itemOfSlot(0, "RPOPLPUSH", "k1", "{k1}b"))))
                .isEqualTo("nothing");
        assertThat(Told.of(sharded.map(itemOfSlot(2, "flushdb")))).isEqualTo("flush");
    }

    // Repeating

    @Test
    void whatCannotBeRepeatedSaysSo() {
        assertThat(repeatable("3.4.0", "SET", "k", "v")).isTrue();
        assertThat(repeatable("3.4.0", "SADD", "k", "v")).isTrue();
        assertThat(repeatable("3.4.0", "FLUSHDB")).isTrue();
        assertThat(repeatable("3.4.0", "INCR", "k")).isFalse();
        assertThat(repeatable("3.4.0", "SET", "k", "v", "NX")).isFalse();
        assertThat(repeatable("3.4.0", "SET", "k", "v", "VX", "o", "EX", "9")).isFalse();
        assertThat(repeatable("3.4.0", "SET", "k", "v", "XX")).isTrue();
        assertThat(repeatable("3.4.0", "SUNIONSTORE", "d", "a")).isFalse();
        assertThat(repeatable("3.5.5", "PKPATTERNMATCHDEL", "*", "set")).isFalse();
    }

    private static boolean repeatable(String version, String... args) {
        return CommandMapper.repeatable(mapper(version).map(item(args)));
    }

    private static CommandMapper mapper(String version) {
        return CommandMapper.forSource(PikaVersion.parse(version));
    }

    private static String told(String version, String... args) {
        return Told.of(mapper(version).map(item(args)));
    }
}
