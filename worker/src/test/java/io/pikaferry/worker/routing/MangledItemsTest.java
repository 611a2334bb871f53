package io.pikaferry.worker.routing;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.fixture.Mangling;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Contents of items of a log that is damaged: arrays, then what is made of them. */
@Timeout(60)
class MangledItemsTest {

    private static final int LONGEST = 400;

    @TempDir
    static Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"2.3.6", "3.4.0", "4.0.1"})
    void aMangledItemIsMappedOrTheLogIsCorrupt(String version) {
        RecordedCorpus corpus = RecordedCorpus.unpacked(version, directory);
        List<byte[]> contents = new ArrayList<>();
        for (List<BinlogItem> items : corpus.streams()) {
            items.stream()
                    .map(BinlogItem::content)
                    .filter(content -> content.length < LONGEST)
                    .limit(300)
                    .forEach(contents::add);
        }
        CommandMapper mapper = CommandMapper.forSource(corpus.version());

        Mangling.check(
                contents,
                30,
                e -> e instanceof FerryException known && known.code() == ErrorCode.BINLOG_CORRUPT,
                content -> mapper.map(
                        new BinlogItem(StreamId.ONLY, new BinlogPosition(0, 1000), (int) Items.NOW, content)));
    }
}
