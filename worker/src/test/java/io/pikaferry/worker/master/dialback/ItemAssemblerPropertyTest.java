package io.pikaferry.worker.master.dialback;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Logs of chance, against what the layout of the master's own files says. */
@Timeout(60)
class ItemAssemblerPropertyTest {

    /** An item of the model: what a master would send for it, and where it lies. */
    private record Logged(List<WireItem> arrays, BinlogPosition start, BinlogPosition end) {}

    /** A master's log, laid out byte by byte with the file size it was written with. */
    private static List<Logged> log(Random random, long fileSize, boolean msets) {
        List<Logged> log = new ArrayList<>();
        long filenum = random.nextInt(3);
        long offset = 0;
        for (int i = 0; i < 300; i++) {
            BinlogPosition start = new BinlogPosition(filenum, offset);
            if (offset > fileSize) {
                filenum++;
                offset = 0;
            }
            boolean mset = msets && random.nextInt(3) == 0;
            List<WireItem> arrays = new ArrayList<>();
            int length = 0;
            for (int k = mset ? random.nextInt(5) : 0; k >= 0; k--) {
                int size = random.nextInt(30) == 0
                        ? 1 + random.nextInt(150_000)
                        : random.nextInt(5) == 0 ? 64 : 1 + random.nextInt(900);
                length += size;
                arrays.add(new WireItem(start, 1, i, new byte[size], size, size, mset));
            }
            offset = physically(offset, length);
            log.add(new Logged(arrays, start, new BinlogPosition(filenum, offset)));
        }
        return log;
    }

    /** As a master writes it: fragment by fragment. */
    private static long physically(long offset, long length) {
        long at = offset;
        long left = length;
        boolean begun = false;
        while (!begun || left > 0) {
            long inBlock = at % 65_536;
            if (65_536 - inBlock < 8) {
                at += 65_536 - inBlock;
                inBlock = 0;
            }
            long fragment = Math.min(left, 65_536 - inBlock - 8);
            at += 8 + fragment;
            left -= fragment;
            begun = true;
        }
        return at;
    }

    /** P1, P2 */
    @ParameterizedTest
    @CsvSource({
        "true, 20000, 20000", // 2.3
        "false, 20000, 20000", // 3.0
        "true, 300000, 300000",
        "false, 20000, 5000", // binlog-file-size was made smaller since
        "true, 20000, 5000"
    })
    void noEndIsEverWrong(boolean msets, long written, long configured) {
        for (int seed = 0; seed < 400; seed++) {
            Random random = new Random(seed);
            List<Logged> log = log(random, written, msets);
            int from = random.nextInt(log.size());
            List<BinlogItem> ready = new ArrayList<>();
            BinlogPosition asked =
                    from == 0 ? log.get(0).start() : log.get(from - 1).end();
            ItemAssembler assembler = new ItemAssembler(StreamId.ONLY, asked, configured, 1, ready::add);
            for (int i = from; i < log.size(); i++) {
                for (WireItem array : log.get(i).arrays()) {
                    assembler.add(array);
                    if (random.nextInt(4) == 0) {
                        // after a silence the master has sent all; before, it may be ahead
                        boolean silence = random.nextBoolean();
                        int ahead = silence ? 0 : Math.max(0, random.nextInt(10) - 3);
                        assembler.producerSeenAt(
                                log.get(Math.min(log.size() - 1, i + ahead)).end(), silence);
                    }
                }
            }
            assembler.producerSeenAt(log.get(log.size() - 1).end(), true);
            assertThat(ready.stream().map(BinlogItem::end))
                    .as("seed %d", seed)
                    .containsExactlyElementsOf(log.subList(from, log.size()).stream()
                            .map(Logged::end)
                            .toList());
            for (int i = 0; i < ready.size(); i++) {
                int length = log.get(from + i).arrays().stream()
                        .mapToInt(array -> array.content().length)
                        .sum();
                assertThat(ready.get(i).content()).hasSize(length);
            }
        }
    }
}
