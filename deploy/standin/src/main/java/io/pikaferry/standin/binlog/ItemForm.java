package io.pikaferry.standin.binlog;

import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;

/** How a Pika line wraps commands into a logged item. */
public interface ItemForm {

    /** The form of one release. */
    static ItemForm of(PikaVersion version) {
        if (version.generation() == Generation.A) {
            return new PlainItem(SERVER_ID);
        }
        return version.atLeast(3, 3, 0) ? FramedItem.withTerm() : FramedItem.withServerId(SERVER_ID);
    }

    /** What pika.conf has where nobody changed it. */
    int SERVER_ID = 1;

    /**
     * The whole record.
     *
     * @param commands one RESP array, or several where the line packs them into one item
     * @param start the producer's position before the item
     * @param items how many items were appended before
     */
    byte[] encode(byte[] commands, long execTime, Position start, long items);

    /** When the item was executed, in unix seconds. */
    long execTime(byte[] record);

    /** The place of the manifest's fields. */
    ManifestForm manifest();
}
