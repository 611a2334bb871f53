package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Arrays;

/** Tells the keys in which Pika keeps its own books about slot migration; they are nobody's data. */
final class InternalKeys {

    private static final byte[] PREFIX = "_internal:slot".getBytes(US_ASCII);

    private InternalKeys() {}

    static boolean isOne(byte[] key) {
        return key.length >= PREFIX.length && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
    }
}
