package io.pikaferry.worker.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.checkpoint.Marks;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Mapped;
import io.pikaferry.worker.target.TargetState;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Snapshot and log of some versions overlap by a few commands (dump-formats.md §1.4). */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class BoundaryDoubtTest {

    private static final BinlogItem APPEND = item(StreamId.ONLY, "*3\r\n$6\r\nAPPEND\r\n$1\r\nk\r\n$1\r\nv\r\n");
    private static final BinlogItem SADD = item(StreamId.ONLY, "*3\r\n$4\r\nSADD\r\n$1\r\nk\r\n$1\r\nm\r\n");
    private static final CommandMapper MAPPER = CommandMapper.forSource(new PikaVersion(3, 2, 9));
    private static final Mapped.Reread READ_AGAIN = new Mapped.Reread(
            List.of(Bytes.utf8("k")),
            ErrorCode.NOT_DETERMINISTIC,
            "the snapshot may hold the effect of this command already");

    @ParameterizedTest
    @ValueSource(strings = {"3.2.7", "3.2.9", "3.3.6", "3.4.0", "3.5.0", "3.5.4", "4.0.0", "4.0.1"})
    void whatMustNotBeAppliedTwiceIsReadAgain(String version) {
        assertThat(after(version).about(APPEND, MAPPER.map(APPEND))).isEqualTo(READ_AGAIN);
    }

    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.0.16", "3.1.2", "3.5.5", "3.5.6"})
    void versionsThatLogUnderTheLockAreExact(String version) {
        Mapped mapped = MAPPER.map(APPEND);

        assertThat(after(version).about(APPEND, mapped)).isSameAs(mapped);
    }

    @Test
    void withoutASnapshotThereIsNoDoubt() {
        Mapped mapped = MAPPER.map(APPEND);

        assertThat(BoundaryDoubt.none().about(APPEND, mapped)).isSameAs(mapped);
    }

    @Test
    void whatMayBeAppliedTwiceIsAppliedAsItIs() {
        Mapped mapped = MAPPER.map(SADD);

        assertThat(after("3.4.0").about(SADD, mapped)).isSameAs(mapped);
    }

    @Test
    void whatIsNoCommandStaysWhatItIs() {
        BoundaryDoubt doubt = after("3.4.0");
        Mapped refused = new Mapped.Refused(ErrorCode.UNKNOWN_COMMAND, Bytes.utf8("k"), "unknown");
        Mapped reread = new Mapped.Reread(List.of(Bytes.utf8("k")), ErrorCode.VALUE_LOST, "lost");
        Mapped someKeys = new Mapped.DeleteMatching(Bytes.utf8("*"), Optional.empty(), 1);

        for (Mapped mapped : List.of(Mapped.Nothing.INSTANCE, refused, reread, someKeys)) {
            assertThat(doubt.about(APPEND, mapped)).isSameAs(mapped);
        }
    }

    /** Every item counts, also the harmless ones. */
    @Test
    void after256ItemsOfAStreamThereIsNoDoubtAnyMore() {
        BoundaryDoubt doubt = after("3.4.0");
        Mapped harmless = MAPPER.map(SADD);
        Mapped mapped = MAPPER.map(APPEND);
        for (int i = 0; i < 255; i++) {
            assertThat(doubt.about(SADD, harmless)).isSameAs(harmless);
        }

        assertThat(doubt.about(APPEND, mapped)).isEqualTo(READ_AGAIN);
        assertThat(doubt.about(APPEND, mapped)).isSameAs(mapped);
    }

    @Test
    void streamsAreCountedEachByItself() {
        BoundaryDoubt doubt = after("3.4.0");
        Mapped mapped = MAPPER.map(APPEND);
        for (int i = 0; i < 300; i++) {
            doubt.about(SADD, MAPPER.map(SADD));
        }
        BinlogItem other = new BinlogItem(new StreamId(1, 0), APPEND.end(), 1_700_000_000, APPEND.content());

        assertThat(doubt.about(APPEND, mapped)).isSameAs(mapped);
        assertThat(doubt.about(other, mapped)).isEqualTo(READ_AGAIN);
    }

    /** P2: else a worker that dies among the first items leaves to the next one to apply them twice. */
    @Test
    void whatOneTryDoubtsTheNextOneDoubtsToo() {
        Mapped mapped = MAPPER.map(APPEND);
        TargetState state = TargetState.following(Marks.level(2, Map.of(StreamId.ONLY, at(0))), true, Optional.empty());

        assertThat(BoundaryDoubt.leftBy(state.withBoundaryDoubted(true)).about(APPEND, mapped))
                .isEqualTo(READ_AGAIN);
        assertThat(BoundaryDoubt.leftBy(state).about(APPEND, mapped)).isSameAs(mapped);
    }

    @Test
    void itIsOverWhenTheLastDoubtfulItemOfEachStreamIsConfirmed() {
        BoundaryDoubt doubt = after("3.4.0");
        for (int i = 1; i <= 255; i++) {
            doubt.about(new BinlogItem(StreamId.ONLY, at(i), 1_700_000_000, SADD.content()), MAPPER.map(SADD));
        }
        assertThat(doubt.isOver(Map.of(StreamId.ONLY, at(255)))).isFalse();

        doubt.about(new BinlogItem(StreamId.ONLY, at(256), 1_700_000_000, SADD.content()), MAPPER.map(SADD));

        assertThat(doubt.isOver(Map.of(StreamId.ONLY, at(255)))).isFalse();
        assertThat(doubt.isOver(Map.of(StreamId.ONLY, at(256)))).isTrue();
        assertThat(doubt.isOver(Map.of(StreamId.ONLY, at(256), new StreamId(1, 0), at(999))))
                .isFalse();
    }

    private static BinlogPosition at(long offset) {
        return new BinlogPosition(0, offset);
    }

    private static BoundaryDoubt after(String version) {
        return BoundaryDoubt.afterSnapshotOf(PikaVersion.parse(version));
    }

    private static BinlogItem item(StreamId stream, String content) {
        return new BinlogItem(stream, new BinlogPosition(0, 1000), 1_700_000_000, content.getBytes(US_ASCII));
    }
}
