package io.pikaferry.worker.snapshot;

import com.sun.management.OperatingSystemMXBean;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.LongAdder;
import java.util.stream.IntStream;

/**
 * Measures how fast dumps are scanned: writes one per format, 2 million strings and 300 000 hashes of five fields (and lists,
 * for those with an order of their own), and reads each a few times. Started by hand; no test.
 *
 * <p>Arguments: a directory (dumps that are there already are read again), threads.
 */
public final class ScanSpeed {

    private static final int STRINGS = 2_000_000;
    private static final int HASHES = 300_000;
    private static final int LISTS = 100_000;
    private static final int VERSION = 1_795_000_000;
    private static final long MEMTABLE = 16 << 20;

    private ScanSpeed() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        Path directory = Path.of(arguments[0]);
        int threads = Integer.parseInt(arguments[1]);
        for (String format : List.of("nemo", "blackwidow", "floyd")) {
            Path dump = directory.resolve(format);
            if (!Files.exists(dump)) {
                Files.createDirectories(dump);
                write(format, dump);
            }
            for (int round = 0; round < 3; round++) {
                measure(format, dump, threads);
            }
        }
    }

    private static void measure(String format, Path dump, int threads) throws InterruptedException {
        LongAdder bytes = new LongAdder();
        LongAdder pieces = new LongAdder();
        SnapshotSink sink = new SnapshotSink() {
            @Override
            public void take(SnapshotChunk chunk) {
                pieces.increment();
                long size = chunk.key().length;
                for (byte[] element : chunk.elements()) {
                    size += element.length;
                }
                bytes.add(size);
            }

            @Override
            public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
                throw new IllegalStateException(code.id());
            }
        };
        long processorStart = processorNanos();
        long start = System.nanoTime();
        Summary summary = new ParallelScan(SnapshotConfig.defaults().withThreads(threads))
                .run(Map.of(StreamId.ONLY, dump), Scans.AS_OF, unit -> sink, (done, total) -> {});
        double seconds = (System.nanoTime() - start) / 1e9;
        double processorSeconds = (processorNanos() - processorStart) / 1e9;
        System.out.printf(
                "%-10s %d threads: %.2f s, %.2f s of processors: %,.0f keys/s, %,.0f elements/s, %,.0f MB/s per processor; %s%n",
                format,
                threads,
                seconds,
                processorSeconds,
                summary.keys() / processorSeconds,
                summary.elements() / processorSeconds,
                bytes.sum() / processorSeconds / 1e6,
                summary);
    }

    /** What counts on a machine that others use too. */
    private static long processorNanos() {
        return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime();
    }

    private static void write(String format, Path dump) {
        Random random = new Random(1);
        byte[] value = new byte[40];
        List<String> elements =
                IntStream.range(0, 8).mapToObj(i -> "element-" + i).toList();
        switch (format) {
            case "nemo" -> {
                try (NemoDump nemo = new NemoDump(dump, MEMTABLE)) {
                    for (int i = 0; i < STRINGS; i++) {
                        random.nextBytes(value);
                        nemo.string("string:" + i, value, 0);
                    }
                    for (int i = 0; i < HASHES; i++) {
                        nemo.hashMeta("hash:" + i, 5, VERSION, 0);
                        for (int f = 0; f < 5; f++) {
                            nemo.field("hash:" + i, VERSION, "field" + f, "v".repeat(40));
                        }
                    }
                    for (int i = 0; i < LISTS; i++) {
                        nemo.listMeta("list:" + i, 8, 1, 8, 9);
                        for (int n = 1; n <= 8; n++) {
                            nemo.node("list:" + i, 5, n, n - 1, n == 8 ? 0 : n + 1, elements.get(n - 1));
                        }
                    }
                }
            }
            case "blackwidow" -> {
                try (BlackwidowDump blackwidow = new BlackwidowDump(dump, MEMTABLE)) {
                    for (int i = 0; i < STRINGS; i++) {
                        random.nextBytes(value);
                        blackwidow.string("string:" + i, value, 0);
                    }
                    for (int i = 0; i < HASHES; i++) {
                        blackwidow.meta("hashes", "hash:" + i, 5, VERSION, 0);
                        for (int f = 0; f < 5; f++) {
                            blackwidow.field("hash:" + i, VERSION, "field" + f, "v".repeat(40));
                        }
                    }
                    for (int i = 0; i < LISTS; i++) {
                        blackwidow.list("list:" + i, VERSION, elements);
                    }
                }
            }
            case "floyd" -> {
                try (FloydDump floyd = new FloydDump(dump, MEMTABLE)) {
                    for (int i = 0; i < STRINGS; i++) {
                        random.nextBytes(value);
                        floyd.string("string:" + i, value, 0);
                    }
                    for (int i = 0; i < HASHES; i++) {
                        floyd.meta(1, "hash:" + i, 5, VERSION, 0);
                        for (int f = 0; f < 5; f++) {
                            floyd.field("hash:" + i, VERSION, "field" + f, "v".repeat(40));
                        }
                    }
                }
            }
            default -> throw new IllegalArgumentException(format);
        }
    }
}
