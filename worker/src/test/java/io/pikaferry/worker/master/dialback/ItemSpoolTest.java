package io.pikaferry.worker.master.dialback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ItemSpoolTest {

    @TempDir
    Path directory;

    private ItemSpool spool(long memory, long segment) {
        return new ItemSpool(StreamId.ONLY, directory, new ItemSpool.Limits(memory, segment, 0));
    }

    private static BinlogItem item(int number, int length) {
        byte[] content = new byte[Math.max(4, length)];
        ByteBuffer.wrap(content).putInt(number);
        return new BinlogItem(
                StreamId.ONLY, new BinlogPosition(0xffff_fff0L + number % 10, 1L << 33 | number), -number, content);
    }

    private static void assertIsNumber(BinlogItem item, int number, int length) {
        assertThat(ByteBuffer.wrap(item.content()).getInt()).isEqualTo(number);
        assertThat(item.content()).hasSize(Math.max(4, length));
        assertThat(item.end()).isEqualTo(item(number, 4).end());
        assertThat(item.executedAtSeconds()).isEqualTo(Integer.toUnsignedLong(-number));
    }

    private int files() {
        return directory.toFile().list().length;
    }

    /** P1: nothing lost, nothing reordered, however the two sides are out of step. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void orderAndCompletenessAreKept(long seed) throws Exception {
        int count = 20_000;
        try (ItemSpool spool = spool(20_000, 100_000)) {
            CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
                Random random = new Random(seed);
                for (int i = 0; i < count; i++) {
                    spool.put(item(i, random.nextInt(200)));
                }
            });
            Random random = new Random(seed);
            Random pace = new Random(seed + 1);
            for (int i = 0; i < count; i++) {
                BinlogItem item = spool.take(Duration.ofSeconds(10)).orElseThrow();
                assertIsNumber(item, i, random.nextInt(200));
                if (pace.nextInt(2000) == 0) {
                    writerAhead(spool, writer);
                }
            }
            writer.join();
            assertThat(spool.isEmpty()).isTrue();
            assertThat(files()).isZero();
        }
    }

    private static void writerAhead(ItemSpool spool, CompletableFuture<Void> writer) {
        long until = System.nanoTime() + 20_000_000;
        while (spool.bytesOnDisk() < 300_000 && !writer.isDone() && System.nanoTime() < until) {
            Thread.onSpinWait();
        }
    }

    /** P8 */
    @Test
    void memoryIsBoundedAndSegmentsGoWhenRead() throws Exception {
        try (ItemSpool spool = spool(10_000, 50_000)) {
            for (int i = 0; i < 1_000; i++) {
                spool.put(item(i, 1_000));
            }
            assertThat(spool.bytesInMemory()).isLessThanOrEqualTo(10_000);
            assertThat(spool.bytesOnDisk()).isGreaterThan(900_000);
            assertThat(files()).isGreaterThan(10);
            for (int i = 0; i < 900; i++) {
                assertIsNumber(spool.take(Duration.ZERO).orElseThrow(), i, 1_000);
            }
            assertThat(files()).isLessThan(5);
        }
        assertThat(files()).isZero();
    }

    @Test
    void anItemLargerThanAllMemoryGoesThrough() throws Exception {
        try (ItemSpool spool = spool(1_000, 5_000)) {
            for (int i = 0; i < 3; i++) {
                spool.put(item(i, 100_000));
            }
            for (int i = 0; i < 3; i++) {
                assertIsNumber(spool.take(Duration.ZERO).orElseThrow(), i, 100_000);
            }
        }
    }

    @Test
    void aDiskThatIsFullIsSaidAndNothingElseIsLost() throws Exception {
        try (ItemSpool spool =
                new ItemSpool(StreamId.ONLY, directory, new ItemSpool.Limits(1_000, 50_000, Long.MAX_VALUE))) {
            spool.put(item(0, 900));
            assertThatThrownBy(() -> spool.put(item(1, 900)))
                    .hasMessageContaining("MiB are left in " + directory)
                    .isInstanceOfSatisfying(
                            FerryException.class, e -> assertThat(e.code()).isEqualTo(ErrorCode.DISK_FULL));
            assertIsNumber(spool.take(Duration.ZERO).orElseThrow(), 0, 900);
            spool.put(item(1, 900));
            assertIsNumber(spool.take(Duration.ZERO).orElseThrow(), 1, 900);
        }
    }

    @Test
    void whatAKilledProcessLeftIsRemoved() throws Exception {
        Files.write(directory.resolve("00000007.spool"), new byte[100]);
        Files.write(directory.resolve("other"), new byte[100]);
        try (ItemSpool spool = spool(1_000, 1_000)) {
            assertThat(spool.isEmpty()).isTrue();
            assertThat(directory.toFile().list()).containsExactly("other");
        }
    }

    @Test
    void aWaitCanBeBroken() throws Exception {
        try (ItemSpool spool = spool(1_000, 1_000)) {
            CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(() -> {
                try {
                    return spool.take(Duration.ofMinutes(1)).isPresent();
                } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            });
            while (!waiting.isDone()) {
                spool.wake();
                Thread.onSpinWait();
            }
            assertThat(waiting.join()).isFalse();
        }
    }

    @Test
    void closingWhileItIsWrittenToLeavesNothing() throws Exception {
        ItemSpool spool = spool(0, 10_000);
        CompletableFuture<Void> writer = CompletableFuture.runAsync(() -> {
            for (int i = 0; i < 50_000; i++) {
                spool.put(item(i, 100));
            }
        });
        while (spool.bytesOnDisk() < 50_000) {
            Thread.onSpinWait();
        }
        spool.close();
        writer.join();
        assertThat(spool.take(Duration.ofMillis(10))).isEmpty();
        assertThat(files()).isZero();
    }
}
