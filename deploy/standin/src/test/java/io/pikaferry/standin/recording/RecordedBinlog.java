package io.pikaferry.standin.recording;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.ItemForm;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import io.pikaferry.standin.version.PikaVersion;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;

/** A binlog a real master wrote: its items, and its bytes for comparison. */
public final class RecordedBinlog {

    private static final int BLOCK = 65536;
    private static final int ITEM_HEAD = 34;

    private final Path directory;
    private final Position end;
    private final List<Long> execTimes = new ArrayList<>();
    private final List<String> items = new ArrayList<>();

    public RecordedBinlog(Path directory, PikaVersion version) throws IOException {
        this.directory = directory;
        ItemForm form = ItemForm.of(version);
        try (Binlog binlog = Binlog.open(directory, Long.MAX_VALUE, form, InstantSource.system())) {
            end = binlog.end();
            long first = binlog.files().first();
            try (BinlogCursor cursor =
                    BinlogCursor.atOrAfter(binlog, new Position(first, 0)).orElseThrow()) {
                for (Optional<BinlogCursor.Item> item = cursor.next(); item.isPresent(); item = cursor.next()) {
                    execTimes.add(form.execTime(item.get().bytes()));
                    items.add(item.get().start() + " " + item.get().end() + " "
                            + readable(item.get().bytes()));
                }
            }
        }
    }

    /** Positions and content; members of a lower-case sadd sorted, since 4.0's hash table decides about them. */
    public List<String> items() {
        return items;
    }

    private static String readable(byte[] item) throws IOException {
        if (item.length > 0 && item[0] == '*') {
            return new String(item, ISO_8859_1);
        }
        String head = HexFormat.of().formatHex(item, 0, Math.min(item.length, ITEM_HEAD));
        String content = new String(item, ITEM_HEAD, item.length - ITEM_HEAD, ISO_8859_1);
        if (!content.contains("$4\r\nsadd\r\n")) {
            return head + " " + content;
        }
        Request sadd = new RequestReader(new ByteArrayInputStream(item, ITEM_HEAD, item.length - ITEM_HEAD))
                .next()
                .orElseThrow();
        return head + " sadd " + sadd.text(1)
                + new TreeSet<>(sadd.from(2)).stream().map(Bytes::asUtf8).toList();
    }

    /** One of them, or nothing beyond the end. */
    public String item(long number) {
        return number < items.size() ? items.get((int) number) : "";
    }

    public Position end() {
        return end;
    }

    public int size() {
        return execTimes.size();
    }

    /** When the item was executed, in unix seconds; of the last one for later items. */
    public long execTime(long item) {
        return execTimes.get((int) Math.min(item, execTimes.size() - 1L));
    }

    public List<Path> files() throws IOException {
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
    public static byte[] withoutFragmentTimes(Path file) throws IOException {
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
