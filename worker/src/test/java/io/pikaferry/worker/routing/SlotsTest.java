package io.pikaferry.worker.routing;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.RecordedBinlog;
import io.pikaferry.worker.fixture.Fixtures;
import io.pikaferry.worker.master.PikaVersion;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class SlotsTest {

    private static final Slots FOUR = new Slots(4);

    @TempDir
    Path directory;

    /** As a real 3.4.0 distributed its keys. */
    @Test
    void everyRecordedWriteIsMeantByItsSlotsLogAlone() {
        Path log = Fixtures.unzip("routing/pika-3.4.0-sharding", directory).resolve("binlog/log_db0");
        CommandMapper mapper = CommandMapper.forShardedSource(PikaVersion.parse("3.4.0"), 4);
        int items = 0;
        for (int slot = 0; slot < 4; slot++) {
            List<BinlogItem> logged =
                    new RecordedBinlog(true).items(log.resolve(Integer.toString(slot)), new StreamId(0, slot));
            items += logged.size();
            for (BinlogItem item : logged) {
                assertThat(mapper.map(item)).isInstanceOf(Mapped.Commands.class);
                BinlogItem elsewhere = new BinlogItem(new StreamId(0, (slot + 1) % 4), item.end(), 0, item.content());
                assertThat(mapper.map(elsewhere)).isInstanceOf(Mapped.Nothing.class);
            }
        }
        assertThat(items).isEqualTo(12);
    }

    @Test
    void whatStandsInTheFirstBracesDecides() {
        assertThat(FOUR.of(Items.bytes("a{k1}b"))).isEqualTo(FOUR.of(Items.bytes("k1")));
        assertThat(FOUR.of(Items.bytes("{k1}{k2}"))).isEqualTo(FOUR.of(Items.bytes("k1")));
        assertThat(FOUR.of(Items.bytes("}{k1}"))).isEqualTo(FOUR.of(Items.bytes("k1")));
        assertThat(FOUR.of(Items.bytes("{}k1")))
                .as("empty braces count, other than in Redis")
                .isZero();
        assertThat(new Slots(1024).of(Items.bytes("{k1"))).isNotEqualTo(new Slots(1024).of(Items.bytes("k1")));
    }

    @Test
    void inClassicModeEveryKeyIsInTheOnlySlot() {
        assertThat(Slots.CLASSIC.has(0, Items.bytes("any"))).isTrue();
    }
}
