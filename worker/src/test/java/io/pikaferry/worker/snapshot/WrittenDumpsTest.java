package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.CollectingSink.Key;
import io.pikaferry.worker.snapshot.CollectingSink.Name;
import io.pikaferry.worker.snapshot.CollectingSink.Refusal;
import io.pikaferry.worker.snapshot.SnapshotConfig.TypeConflict;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What servers may leave in a dump but the recorded ones do not have. */
@Timeout(120)
class WrittenDumpsTest {

    private static final SnapshotConfig CONFIG = SnapshotConfig.defaults().withThreads(2);
    private static final int PAST = (int) Scans.AS_OF - 1;
    private static final int NOW = (int) Scans.AS_OF;

    @TempDir
    Path directory;

    @Test
    void ofSeveralTypesTheOneThatTypeAnswersIsKept() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.hash("a", "f", "v");
            dump.hash("both", "f", "v");
            dump.hash("c", "f", "v");
            dump.list("both", 3, List.of("e"));
            dump.list("d", 3, List.of("e"));
            dump.meta("sets", "d", 1, 9, 0);
            dump.member("d", 9, "m");
            dump.string("both", new byte[] {1}, 0);
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(sink.key("both").type).isEqualTo(PikaType.STRING);
        assertThat(sink.key("d").type).isEqualTo(PikaType.LIST);
        assertThat(names(sink)).containsExactlyInAnyOrder("a", "both", "c", "d");
        assertThat(sink.refusals)
                .containsExactlyInAnyOrder(
                        new Refusal(ErrorCode.TYPE_CONFLICT, 0, Bytes.utf8("both"), PikaType.HASH),
                        new Refusal(ErrorCode.TYPE_CONFLICT, 0, Bytes.utf8("both"), PikaType.LIST),
                        new Refusal(ErrorCode.TYPE_CONFLICT, 0, Bytes.utf8("d"), PikaType.SET));
    }

    @Test
    void aDeadKeyOfAnEarlierTypeIsNoConflict() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.string("k", new byte[] {1}, PAST);
            dump.meta("hashes", "k", 0, 4, 0);
            dump.meta("sets", "k", 1, 9, 0);
            dump.member("k", 9, "m");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(sink.key("k").type).isEqualTo(PikaType.SET);
        assertThat(sink.refusals).isEmpty();
    }

    @Test
    void conflictsAreFoundWhereverTheNamesLie() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            for (int i = 0; i < 2000; i++) {
                if (i % 7 != 0) {
                    dump.string("k" + i, new byte[] {1}, 0);
                }
                if (i % 5 == 0 || i > 1900) {
                    dump.hash("k" + i, "f", "v");
                }
            }
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        Set<String> conflicts = new HashSet<>();
        sink.refusals.forEach(refusal -> conflicts.add(refusal.key().asUtf8()));
        Set<String> expected = new HashSet<>();
        IntStream.range(0, 2000)
                .filter(i -> i % 7 != 0 && (i % 5 == 0 || i > 1900))
                .forEach(i -> expected.add("k" + i));
        assertThat(conflicts).isEqualTo(expected);
        assertThat(sink.key("k35").type).isEqualTo(PikaType.HASH);
    }

    @Test
    void aConflictEndsTheScanIfThatIsWanted() {
        try (NemoDump dump = new NemoDump(directory)) {
            dump.string("secret-name", new byte[] {1}, 0);
            dump.hashMeta("secret-name", 1, 4, 0);
            dump.field("secret-name", 4, "f", "v");
        }

        assertThatThrownBy(() -> Scans.scan(directory, CONFIG.withTypeConflict(TypeConflict.FAIL)))
                .isInstanceOfSatisfying(
                        FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.TYPE_CONFLICT))
                .hasMessageContaining("HASH")
                .hasMessageNotContaining("secret-name");
    }

    @Test
    void whatPikaKeepsForItselfIsSkipped() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.meta("sets", "_internal:slotkey:4migrate:17", 1, 9, 0);
            dump.member("_internal:slotkey:4migrate:17", 9, "m");
            dump.string("_internal:slots", new byte[] {1}, 0);
            dump.string("_internal", new byte[] {1}, 0);
        }
        CollectingSink sink = new CollectingSink();

        SnapshotScan.Summary summary = Scans.scan(directory, CONFIG, unit -> sink);

        assertThat(names(sink)).containsExactly("_internal");
        assertThat(summary).isEqualTo(new SnapshotScan.Summary(1, 1, 2));
    }

    @Test
    void aKeyLivesThroughTheSecondOfItsExpiry() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.string("dead", new byte[] {1}, PAST);
            dump.string("dying", new byte[] {1}, NOW);
            dump.string("after 2038", new byte[] {1}, Integer.MIN_VALUE + 5);
            dump.meta("hashes", "h", 1, 4, NOW);
            dump.field("h", 4, "f", "v");
            dump.meta("hashes", "dead h", 1, 4, PAST);
            dump.field("dead h", 4, "f", "v");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactlyInAnyOrder("dying", "h");
        assertThat(sink.key("dying").expireAtMillis).isEqualTo(NOW * 1000L);
        assertThat(sink.key("h").expireAtMillis).isEqualTo(NOW * 1000L);
    }

    @Test
    void inPika2AKeyLivesOneSecondLonger() throws Exception {
        try (NemoDump dump = new NemoDump(directory)) {
            dump.string("dead", new byte[] {1}, PAST);
            dump.string("dying", new byte[] {1}, NOW);
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactly("dying");
        assertThat(sink.key("dying").expireAtMillis).isEqualTo((NOW + 1) * 1000L);
    }

    @Test
    void timesOfPika400AreSeconds() throws Exception {
        try (FloydDump dump = new FloydDump(directory)) {
            dump.string("seconds", new byte[] {1}, NOW);
            dump.string("dead", new byte[] {1}, PAST);
            dump.string("millis", new byte[] {1}, FloydDump.millis(NOW * 1000L + 5));
            dump.string("dead too", new byte[] {1}, FloydDump.millis(NOW * 1000L - 5));
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactlyInAnyOrder("seconds", "millis");
        assertThat(sink.key("seconds").expireAtMillis).isEqualTo(NOW * 1000L);
        assertThat(sink.key("millis").expireAtMillis).isEqualTo(NOW * 1000L + 5);
    }

    @Test
    void dataOfFormerLivesStayDead() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.meta("hashes", "h", 1, 7, 0);
            dump.field("h", 5, "old", "v");
            dump.field("h", 7, "new", "v");
            dump.field("h", 8, "odd", "v");
            dump.list("l", 4, List.of("a", "b"));
            dump.node("l", 3, 0x8000000000000000L, "old");
            dump.node("l", 4, 0x8000000000000002L, "beyond the end");
            dump.node("l", 4, 0x7fffffffffffffffL, "before the beginning");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(texts(sink.key("h"))).containsExactly("new", "v");
        assertThat(texts(sink.key("l"))).containsExactly("a", "b");
    }

    @Test
    void inPika2OnlySmallerVersionsAreDead() throws Exception {
        try (NemoDump dump = new NemoDump(directory)) {
            dump.setMeta("s", 2, 7);
            dump.member("s", 6, "old");
            dump.member("s", 7, "same");
            dump.member("s", 8, "newer");
        }

        assertThat(texts(Scans.scan(directory, CONFIG).key("s"))).containsExactlyInAnyOrder("same", "newer");
    }

    @Test
    void keysOfLengthsThatShareAPrefixAreToldApart() throws Exception {
        List<String> names = List.of("a", "aa", "aaa", "b", "a".repeat(255), "a".repeat(256), "a".repeat(300));
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            for (String name : names) {
                dump.hash(name, "of", name);
                dump.list("l" + name, 4, List.of(name, name));
            }
        }

        CollectingSink sink = Scans.scan(directory, CONFIG.withUnitBytes(1));

        for (String name : names) {
            assertThat(texts(sink.key(name))).containsExactly("of", name);
            assertThat(texts(sink.key("l" + name))).containsExactly(name, name);
        }
        assertThat(sink.keys).hasSize(2 * names.size());
    }

    @Test
    void aScoreThatIsNoNumberStaysBehind() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.meta("zsets", "z", 2, 9, 0);
            dump.score("z", 9, "bad", Double.NaN);
            dump.score("z", 9, "good", 1.5);
            dump.meta("zsets", "only bad", 1, 9, 0);
            dump.score("only bad", 9, "bad", Double.NaN);
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactly("z");
        assertThat(texts(sink.key("z"))).containsExactly("1.5", "good");
        assertThat(sink.refusals)
                .containsExactlyInAnyOrder(
                        new Refusal(ErrorCode.NOT_REPRESENTABLE, 0, Bytes.utf8("z"), PikaType.ZSET),
                        new Refusal(ErrorCode.NOT_REPRESENTABLE, 0, Bytes.utf8("only bad"), PikaType.ZSET));
    }

    @Test
    void aCollectionOfWhichNothingIsLeftIsNotHandedOver() throws Exception {
        try (FloydDump dump = new FloydDump(directory)) {
            dump.meta(1, "h", 3, 7, 0);
        }
        CollectingSink sink = new CollectingSink();

        SnapshotScan.Summary summary = Scans.scan(directory, CONFIG, unit -> sink);

        assertThat(sink.keys).isEmpty();
        assertThat(summary.skipped()).isEqualTo(1);
    }

    @Test
    void whatXsetidWouldRefuseIsClamped() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.stream("x", 2, 1, 5, 99);
            dump.entry("x", 2, 4, 0, "f", "v");
            dump.entry("x", 2, 5, 0, "f", "v");
            dump.entry("x", 2, -1, -1, "f", "v");
            dump.stream("emptied", 2, 0, 5, 5);
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactly("x");
        assertThat(sink.key("x").entries.stream().map(SnapshotChunk.StreamEntry::id))
                .containsExactly("4-0", "5-0", "18446744073709551615-18446744073709551615");
        assertThat(sink.key("x").tail)
                .contains(new SnapshotChunk.StreamTail("18446744073709551615-18446744073709551615", 3, "99-0"));
    }

    @Test
    void anEntryWithTheIdZeroStaysBehind() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            dump.stream("x", 2, 2, 3, 8);
            dump.entry("x", 2, 0, 0, "f", "v");
            dump.entry("x", 2, 2, 0, "f", "v");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(sink.key("x").entries).hasSize(1);
        assertThat(sink.key("x").tail).contains(new SnapshotChunk.StreamTail("3-0", 2, "3-0"));
        assertThat(sink.refusals)
                .containsExactly(new Refusal(ErrorCode.NOT_REPRESENTABLE, 0, Bytes.utf8("x"), PikaType.STREAM));
    }

    @Test
    void aListWhoseLinksBreakOffIsCarriedOverSoFar() throws Exception {
        try (NemoDump dump = new NemoDump(directory)) {
            dump.listMeta("broken", 3, 1, 3, 4);
            dump.node("broken", 5, 1, 0, 2, "a");
            dump.node("broken", 5, 2, 1, 3, "b");
            dump.node("broken", 4, 3, 2, 0, "of a former life");
        }

        for (int listBytes : new int[] {0, 1 << 20}) {
            CollectingSink sink = Scans.scan(directory, CONFIG.withListBytes(listBytes));

            assertThat(texts(sink.key("broken"))).containsExactly("a", "b");
            assertThat(sink.refusals)
                    .containsExactly(new Refusal(ErrorCode.VALUE_LOST, 0, Bytes.utf8("broken"), PikaType.LIST));
        }
    }

    @Test
    void aListThatIsARingEnds() throws Exception {
        try (NemoDump dump = new NemoDump(directory)) {
            dump.listMeta("ring", 2, 1, 2, 3);
            dump.node("ring", 5, 1, 2, 2, "a");
            dump.node("ring", 5, 2, 1, 1, "b");
        }

        for (int listBytes : new int[] {0, 1 << 20}) {
            CollectingSink sink = Scans.scan(directory, CONFIG.withListBytes(listBytes));

            assertThat(texts(sink.key("ring")).subList(0, 2)).containsExactly("a", "b");
            assertThat(sink.refusals).hasSize(1);
        }
    }

    @Test
    void aListTooLargeForTheBudgetIsReadNodeByNode() throws Exception {
        int length = 3000;
        try (NemoDump dump = new NemoDump(directory)) {
            dump.listMeta("l", length, length, 1, length + 1);
            // pushed from the left: the numbers run against the order
            for (int seq = 1; seq <= length; seq++) {
                dump.node("l", 5, seq, seq == length ? 0 : seq + 1, seq - 1, "e" + seq);
            }
            // claims to be short, so that the budget is noticed while reading
            dump.listMeta("liar", 1, 1, length, length + 1);
            for (int seq = 1; seq <= length; seq++) {
                dump.node("liar", 5, seq, seq - 1, seq == length ? 0 : seq + 1, "e" + seq);
            }
        }
        List<String> backwards = new ArrayList<>();
        IntStream.rangeClosed(1, length).forEach(seq -> backwards.add(0, "e" + seq));

        CollectingSink sink = Scans.scan(directory, CONFIG.withListBytes(10_000));

        assertThat(texts(sink.key("l"))).isEqualTo(backwards);
        assertThat(texts(sink.key("liar")))
                .hasSize(length)
                .startsWith("e1", "e2")
                .endsWith("e" + length);
        assertThat(sink.refusals).isEmpty();
    }

    @Test
    void destroyedKeysAreReportedAndNothingElseSuffers() throws Exception {
        try (FloydDump dump = new FloydDump(directory)) {
            dump.string("a\0lost", new byte[] {1}, 0);
            dump.string("a\0", new byte[] {2}, 0);
            dump.string("dead\0lost", new byte[] {1}, PAST);
            dump.meta(1, "h\0lost", 1, 7, 0);
            dump.field("h\0lost", 7, "f", "v");
            dump.meta(1, "h\0", 1, 8, 0);
            dump.field("h\0", 8, "g", "w");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(names(sink)).containsExactlyInAnyOrder("a\0", "h\0");
        assertThat(sink.key("a\0").elements).containsExactly(Bytes.owning(new byte[] {2}));
        assertThat(texts(sink.key("h\0"))).containsExactly("g", "w");
        assertThat(sink.refusals)
                .containsExactlyInAnyOrder(
                        new Refusal(ErrorCode.KEY_DESTROYED, 0, Bytes.utf8("a\0"), PikaType.STRING),
                        new Refusal(ErrorCode.KEY_DESTROYED, 0, Bytes.utf8("h\0"), PikaType.HASH));
    }

    @Test
    void floydScoresAndDataOfAFormerTypeAreReadRight() throws Exception {
        try (FloydDump dump = new FloydDump(directory)) {
            dump.meta(4, "z", 2, 7, 0);
            dump.score("z", 7, "m", -0.0);
            dump.score("z", 7, "n", 0.1);
            dump.score("z", 6, "old", 1);
            dump.field("z", 7, "of the hash it was", "v");
            dump.meta(2, "zz", 1, 7, 0);
            dump.member("zz", 7, "m");
        }

        CollectingSink sink = Scans.scan(directory, CONFIG);

        assertThat(texts(sink.key("z"))).containsExactly("-0", "m", "0.1", "n");
        assertThat(texts(sink.key("zz"))).containsExactly("m");
    }

    @Test
    void rangesOfManyFilesHoldEveryKeyOnce() throws Exception {
        int count = 3000;
        String padding = "x".repeat(100);
        try (BlackwidowDump dump = new BlackwidowDump(directory.resolve("b"));
                NemoDump nemo = new NemoDump(directory.resolve("a"));
                FloydDump floyd = new FloydDump(directory.resolve("d"))) {
            for (int i = 0; i < count; i++) {
                String name = "k" + i;
                dump.string("s" + name, DumpWriter.text(padding), 0);
                dump.hash(name, "f" + i, padding);
                dump.list("l" + name, 4, List.of("a" + i, padding));
                nemo.string("s" + name, DumpWriter.text(padding), 0);
                nemo.hashMeta(name, 1, 7, 0);
                nemo.field(name, 7, "f" + i, padding);
                floyd.string("s" + name, DumpWriter.text(padding), 0);
                floyd.meta(1, name, 1, 7, 0);
                floyd.field(name, 7, "f" + i, padding);
                if (i % 500 == 499) {
                    dump.flush();
                    nemo.flush();
                    floyd.flush();
                }
            }
        }

        for (String format : new String[] {"a", "b", "d"}) {
            CollectingSink sink = Scans.scan(directory.resolve(format), CONFIG.withUnitBytes(20_000));

            assertThat(sink.keys).as(format).hasSize(format.equals("b") ? 3 * count : 2 * count);
            for (int i = 0; i < count; i++) {
                assertThat(texts(sink.key("k" + i))).containsExactly("f" + i, padding);
            }
        }
    }

    @Test
    void theEdgesOfSeveralPiecesAreMarked() throws Exception {
        try (BlackwidowDump dump = new BlackwidowDump(directory)) {
            for (int length = 1; length <= 9; length++) {
                dump.list(
                        "l" + length,
                        4,
                        IntStream.range(0, length).mapToObj(i -> "e" + i).toList());
            }
        }

        CollectingSink sink = Scans.scan(directory, CONFIG.withChunks(3, 1 << 20));

        for (int length = 1; length <= 9; length++) {
            assertThat(sink.key("l" + length).pieces).isEqualTo((length + 2) / 3);
            assertThat(sink.key("l" + length).elements).hasSize(length);
        }
    }

    private static List<String> names(CollectingSink sink) {
        return sink.keys.keySet().stream().map(Name::key).map(Bytes::asUtf8).toList();
    }

    private static List<String> texts(Key key) {
        return key.elements.stream().map(Bytes::asUtf8).toList();
    }
}
