package io.pikaferry.worker.snapshot.table;

import java.util.zip.CRC32C;
import net.openhft.hashing.LongHashFunction;

/** What guards the blocks of a table. The checksum covers the block and the byte behind it that tells its compression. */
public enum Checksum {
    NONE {
        @Override
        boolean fits(byte[] bytes, int from, int length, int expected) {
            return true;
        }
    },
    CRC32C {
        @Override
        boolean fits(byte[] bytes, int from, int length, int expected) {
            return maskedCrc(bytes, from, length + 1) == expected;
        }
    },
    XXH64 {
        @Override
        boolean fits(byte[] bytes, int from, int length, int expected) {
            return (int) XX64.hashBytes(bytes, from, length + 1) == expected;
        }
    },
    /** Computed without the last byte, which is mixed in afterwards. */
    XXH3 {
        @Override
        boolean fits(byte[] bytes, int from, int length, int expected) {
            int last = bytes[from + length] & 0xff;
            return ((int) XX3.hashBytes(bytes, from, length) ^ last * LAST_BYTE_PRIME) == expected;
        }
    };

    private static final int CRC_MASK_DELTA = 0xa282ead8;
    private static final int LAST_BYTE_PRIME = 0x6b9083d9;
    private static final LongHashFunction XX64 = LongHashFunction.xx();
    private static final LongHashFunction XX3 = LongHashFunction.xx3();

    /** @param length of the block, without the byte behind it */
    abstract boolean fits(byte[] bytes, int from, int length, int expected);

    /** CRC32C as RocksDB keeps it beside what it guards: so that the CRC of bytes that contain one is of use, too. */
    public static int maskedCrc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
    }

    /** @param code in the table's footer */
    static Checksum of(int code) throws UnreadableTableException {
        return switch (code) {
            case 0 -> NONE;
            case 1 -> CRC32C;
            case 3 -> XXH64;
            case 4 -> XXH3;
            default -> throw new UnreadableTableException("its checksums are of an unknown kind: " + code);
        };
    }
}
