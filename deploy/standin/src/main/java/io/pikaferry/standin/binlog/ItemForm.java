package io.pikaferry.standin.binlog;

/** How a Pika line wraps commands into a logged item. */
public interface ItemForm {

    /**
     * The whole record.
     *
     * @param commands one RESP array, or several where the line packs them into one item
     * @param start the producer's position before the item
     * @param items how many items were appended before
     */
    byte[] encode(byte[] commands, long execTime, Position start, long items);

    /** The place of the manifest's fields. */
    ManifestForm manifest();
}
