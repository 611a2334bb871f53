package io.pikaferry.worker.snapshot.table;

import io.airlift.compress.Decompressor;
import io.airlift.compress.MalformedInputException;
import io.airlift.compress.lz4.Lz4Decompressor;
import io.airlift.compress.snappy.SnappyDecompressor;
import io.airlift.compress.zstd.ZstdDecompressor;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * Unpacks blocks, as they are since format version 2: all but snappy's begin with the length of what comes out. One
 * cursor's: it keeps what a decompressor needs to work.
 */
final class Decompression {

    private static final int NONE = 0;
    private static final int SNAPPY = 1;
    private static final int ZLIB = 2;
    private static final int LZ4 = 4;
    private static final int LZ4_HC = 5;
    private static final int ZSTD = 7;

    private static final int SPARE = 64;

    private final SnappyDecompressor snappy = new SnappyDecompressor();
    private final Lz4Decompressor lz4 = new Lz4Decompressor();
    private final ZstdDecompressor zstd = new ZstdDecompressor();

    /**
     * @param type in the block's trailer
     * @param into gets the bytes
     */
    void unpack(int type, byte[] bytes, int from, int length, BlockBuffer into) throws UnreadableTableException {
        try {
            switch (type) {
                case NONE -> System.arraycopy(bytes, from, into.room(length, 0), 0, length);
                case SNAPPY -> {
                    int plain = SnappyDecompressor.getUncompressedLength(bytes, from);
                    unpack(snappy, bytes, from, length, plain, into);
                }
                case ZLIB -> {
                    ByteReader reader = new ByteReader(bytes, from, from + length);
                    inflate(bytes, plain(reader), reader.position(), from + length, into);
                }
                case LZ4, LZ4_HC -> {
                    ByteReader reader = new ByteReader(bytes, from, from + length);
                    int plain = plain(reader);
                    unpack(lz4, bytes, reader.position(), from + length - reader.position(), plain, into);
                }
                case ZSTD -> {
                    ByteReader reader = new ByteReader(bytes, from, from + length);
                    int plain = plain(reader);
                    unpack(zstd, bytes, reader.position(), from + length - reader.position(), plain, into);
                }
                default -> throw new UnreadableTableException("a block is compressed in an unknown way: " + type);
            }
        } catch (MalformedInputException | DataFormatException | IllegalArgumentException e) {
            throw new UnreadableTableException("a block does not decompress", e);
        }
    }

    private static int plain(ByteReader reader) throws UnreadableTableException {
        long plain = reader.varint();
        if (plain < 0 || plain > Integer.MAX_VALUE - SPARE) {
            throw new UnreadableTableException("a block is said to have " + plain + " bytes");
        }
        return (int) plain;
    }

    private static void unpack(
            Decompressor decompressor, byte[] bytes, int from, int length, int plain, BlockBuffer into)
            throws UnreadableTableException {
        byte[] out = into.room(plain, SPARE);
        int got = decompressor.decompress(bytes, from, length, out, 0, out.length);
        expect(plain, got);
    }

    private static void inflate(byte[] bytes, int plain, int from, int to, BlockBuffer into)
            throws UnreadableTableException, DataFormatException {
        byte[] out = into.room(plain, 0);
        Inflater inflater = new Inflater(true);
        try {
            inflater.setInput(bytes, from, to - from);
            int got = 0;
            for (int more = 1; more > 0 && got < plain; got += more) {
                more = inflater.inflate(out, got, plain - got);
            }
            expect(plain, got);
        } finally {
            inflater.end();
        }
    }

    private static void expect(int plain, int got) throws UnreadableTableException {
        if (got != plain) {
            throw new UnreadableTableException("a block decompresses to " + got + " bytes instead of " + plain);
        }
    }
}
