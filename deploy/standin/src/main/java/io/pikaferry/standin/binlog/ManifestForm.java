package io.pikaferry.standin.binlog;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Where the manifest keeps the producer's position (spec/dump-formats.md §8.2); little endian. */
public enum ManifestForm {
    /** 2.x: offset at 0, file at 20. */
    OFFSET_FIRST(20, 0, -1),
    /** From 3.0 on: file at 0, offset at 4, number of items at 12. */
    FILE_FIRST(0, 4, 12);

    static final int LENGTH = 65536;

    private final int fileAt;
    private final int offsetAt;
    private final int itemsAt;

    ManifestForm(int fileAt, int offsetAt, int itemsAt) {
        this.fileAt = fileAt;
        this.offsetAt = offsetAt;
        this.itemsAt = itemsAt;
    }

    void write(ByteBuffer manifest, Position position, long items) {
        manifest.order(ByteOrder.LITTLE_ENDIAN);
        manifest.putInt(fileAt, (int) position.file());
        manifest.putLong(offsetAt, position.offset());
        if (itemsAt >= 0) {
            manifest.putLong(itemsAt, items);
        }
    }

    Position position(ByteBuffer manifest) {
        manifest.order(ByteOrder.LITTLE_ENDIAN);
        return new Position(Integer.toUnsignedLong(manifest.getInt(fileAt)), manifest.getLong(offsetAt));
    }

    long items(ByteBuffer manifest) {
        return itemsAt < 0 ? 0 : manifest.order(ByteOrder.LITTLE_ENDIAN).getLong(itemsAt);
    }
}
