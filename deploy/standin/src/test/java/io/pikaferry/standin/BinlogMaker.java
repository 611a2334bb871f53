package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Position;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;

/** Puts a master into the state a recording began in. */
final class BinlogMaker {

    private static final int MANIFEST_LENGTH = 65536;

    private static final int FRAGMENT_HEADER = 8;
    private static final byte FULL = 1;

    private BinlogMaker() {}

    /** A data directory whose log of 3.0 ends at that position after so many items, none of them readable. */
    static Path emptyLogUpTo(Path directory, Position end, long items) throws IOException {
        Path log = Files.createDirectories(directory.resolve("log"));
        ByteBuffer manifest = ByteBuffer.allocate(MANIFEST_LENGTH).order(ByteOrder.LITTLE_ENDIAN);
        manifest.putInt(0, (int) end.file()).putLong(4, end.offset()).putLong(12, items);
        Files.write(log.resolve("manifest"), manifest.array());
        byte[] oneRecord = new byte[(int) end.offset()];
        int length = oneRecord.length - FRAGMENT_HEADER;
        oneRecord[0] = (byte) length;
        oneRecord[1] = (byte) (length >>> 8);
        oneRecord[FRAGMENT_HEADER - 1] = FULL;
        Files.write(log.resolve("write2file" + end.file()), oneRecord);
        return directory;
    }
}
