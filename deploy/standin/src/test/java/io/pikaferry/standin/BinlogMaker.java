package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts a master's log into the state a recording began in. */
final class BinlogMaker {

    private static final int MANIFEST_LENGTH = 65536;
    private static final int FRAGMENT_HEADER = 8;
    private static final byte FULL = 1;

    private BinlogMaker() {}

    /** A file that ends there, with one unreadable record. */
    static void fill(Path log, Position end) throws IOException {
        Files.createDirectories(log);
        byte[] oneRecord = new byte[(int) end.offset()];
        int length = oneRecord.length - FRAGMENT_HEADER;
        oneRecord[0] = (byte) length;
        oneRecord[1] = (byte) (length >>> 8);
        oneRecord[FRAGMENT_HEADER - 1] = FULL;
        Files.write(log.resolve("write2file" + end.file()), oneRecord);
    }

    /** Such a file as the last one of a log from 3.0 on that holds so many items. */
    static void fillAsLast(Path log, Position end, long items) throws IOException {
        fillAsLast(log, end, items, PikaVersion.parse("3.0.16"));
    }

    /** Such a file as the last one of a log of that version. */
    static void fillAsLast(Path log, Position end, long items, PikaVersion version) throws IOException {
        fill(log, end);
        ByteBuffer manifest = ByteBuffer.allocate(MANIFEST_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        if (version.generation() == Generation.A) {
            manifest.putLong(0, end.offset()).putInt(20, (int) end.file());
        } else {
            manifest.putInt(0, (int) end.file()).putLong(4, end.offset()).putLong(12, items);
        }
        Files.write(log.resolve("manifest"), manifest.array());
    }
}
