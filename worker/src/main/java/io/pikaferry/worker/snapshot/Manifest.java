package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.snapshot.table.Checksum;
import io.pikaferry.worker.snapshot.table.LittleEndian;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Checks a database's MANIFEST before RocksDB opens it. RocksDB takes a MANIFEST that is cut off or damaged towards its
 * end for the trace of a crash, opens the older state it still finds, and says nothing: files would be missing from the
 * scan. A dump was never interrupted by a crash, so here anything wrong is an error.
 *
 * <pre>
 * file      blocks of 32 KiB, of records that do not cross their ends; fewer than 7 bytes at an end are zero
 * record    u32 masked CRC32C of type and payload | u16 length | u8 type: 1 whole, 2 first, 3 middle, 4 last | payload
 * payload   (whole, or put together) a version edit: varint tag, fields …
 * </pre>
 */
final class Manifest {

    private static final Pattern DATA_FILE = Pattern.compile("0*(\\d{1,18})\\.sst");
    private static final int BLOCK = 32768;
    private static final int HEADER = 7;
    private static final int WHOLE = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;

    private final Corruption corruption;
    private final Path file;
    private final Set<Long> everKnown = new HashSet<>();
    private final Set<Long> live = new HashSet<>();
    /** False once an edit had something this class does not know: then the list of files may not be complete. */
    private boolean understood = true;

    private Manifest(Corruption corruption, Path file) {
        this.corruption = corruption;
        this.file = file;
    }

    /**
     * @throws FerryException SNAPSHOT_INCOMPLETE if it or a file it lists is missing, SNAPSHOT_CORRUPT if it is damaged, cut off, or does
     *     not know a file that lies beside it
     */
    static void check(Corruption corruption, Path database) {
        try {
            String current =
                    Files.readString(database.resolve("CURRENT"), US_ASCII).strip();
            Path file = database.resolve(current);
            if (!current.startsWith("MANIFEST-") || !Files.isRegularFile(file)) {
                throw new FerryException(
                        ErrorCode.SNAPSHOT_INCOMPLETE, "the MANIFEST that CURRENT names is missing in " + database);
            }
            Manifest manifest = new Manifest(corruption, file);
            manifest.read();
            manifest.checkFiles(database);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, database + " cannot be read", e);
        }
    }

    private void read() throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), BLOCK)) {
            ByteArrayOutputStream edit = new ByteArrayOutputStream();
            boolean open = false;
            int edits = 0;
            for (byte[] block = in.readNBytes(BLOCK); block.length > 0; block = in.readNBytes(BLOCK)) {
                int at = 0;
                while (block.length - at >= HEADER) {
                    int length = LittleEndian.u16(block, at + 4);
                    int type = block[at + 6];
                    int payload = at + HEADER;
                    if (length > block.length - payload || !checksumFits(block, at, length)) {
                        throw damaged("a record of it is damaged or cut off");
                    }
                    boolean begins = type == WHOLE || type == FIRST;
                    boolean continues = type == MIDDLE || type == LAST;
                    if (!(begins && !open) && !(continues && open)) {
                        throw damaged("a record of it does not belong where it is");
                    }
                    edit.write(block, payload, length);
                    open = type == FIRST || type == MIDDLE;
                    if (!open) {
                        edits++;
                        readEdit(edit.toByteArray());
                        edit.reset();
                    }
                    at = payload + length;
                }
                if (block.length < BLOCK && at < block.length) {
                    throw damaged("it is cut off");
                }
            }
            if (open || edits == 0) {
                throw damaged("it is cut off");
            }
        }
    }

    private static boolean checksumFits(byte[] block, int at, int length) {
        return Checksum.maskedCrc(block, at + 6, 1 + length) == LittleEndian.i32(block, at);
    }

    private void readEdit(byte[] bytes) {
        if (!new VersionEdit(bytes).apply(everKnown, live)) {
            understood = false;
        }
    }

    /** What was cut off exactly between two records shows only in the files it added. */
    private void checkFiles(Path database) throws IOException {
        if (!understood) {
            return;
        }
        try (Stream<Path> files = Files.list(database)) {
            for (Path data : files.sorted().toList()) {
                Matcher name = DATA_FILE.matcher(data.getFileName().toString());
                if (name.matches()) {
                    long number = Long.parseLong(name.group(1));
                    if (!everKnown.contains(number)) {
                        throw damaged("it does not know " + data.getFileName() + " beside it");
                    }
                    live.remove(number);
                }
            }
        }
        if (!live.isEmpty()) {
            throw new FerryException(
                    ErrorCode.SNAPSHOT_INCOMPLETE,
                    "%s: %d files are missing in %s, the first is %06d.sst"
                            .formatted(corruption.subDatabase(), live.size(), database, Collections.min(live)));
        }
    }

    private FerryException damaged(String what) {
        return corruption.found(file + ": " + what);
    }
}
