package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.FramedItem;
import io.pikaferry.standin.binlog.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A binlog a real master wrote: its items, and its bytes for comparison. */
final class RecordedBinlog {

    private static final int BLOCK = 65536;

    private final Path directory;
    private final Position end;
    private final List<Long> execTimes = new ArrayList<>();

    RecordedBinlog(Path directory) throws IOException {
        this.directory = directory;
        try (Binlog binlog = Binlog.open(directory, Long.MAX_VALUE, FramedItem.withTerm(), InstantSource.system())) {
            end = binlog.end();
            long first = binlog.files().first();
            try (BinlogCursor cursor =
                    BinlogCursor.atOrAfter(binlog, new Position(first, 0)).orElseThrow()) {
                for (Optional<BinlogCursor.Item> item = cursor.next(); item.isPresent(); item = cursor.next()) {
                    execTimes.add(execTime(item.get().bytes()));
                }
            }
        }
    }

    private static long execTime(byte[] item) {
        return Integer.toUnsignedLong(
                ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN).getInt(2));
    }

    Position end() {
        return end;
    }

    int size() {
        return execTimes.size();
    }

    /** When the item was executed, in unix seconds; of the last one for later items. */
    long execTime(long item) {
        return execTimes.get((int) Math.min(item, execTimes.size() - 1L));
    }

    List<Path> files() throws IOException {
        try (var listed = Files.list(directory)) {
            return listed.filter(file -> file.getFileName().toString().startsWith("write2file"))
                    .sorted()
                    .toList();
        }
    }

    /**
     * A file's bytes with the times of its fragments blotted out: they are taken a moment after the
     * execution time in the item, once in a while in the next second.
     */
    static byte[] withoutFragmentTimes(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        int at = 0;
        while (at + 8 <= bytes.length) {
            if (BLOCK - at % BLOCK < 8) {
                at += BLOCK - at % BLOCK;
                continue;
            }
            if (bytes[at + 7] == 0) {
                break;
            }
            bytes[at + 3] = 0;
            bytes[at + 4] = 0;
            bytes[at + 5] = 0;
            bytes[at + 6] = 0;
            at += 8 + ((bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8 | (bytes[at + 2] & 0xff) << 16);
        }
        return java.util.Arrays.copyOf(bytes, at);
    }
}
