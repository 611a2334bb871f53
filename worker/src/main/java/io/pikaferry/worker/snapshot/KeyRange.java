package io.pikaferry.worker.snapshot;

import io.pikaferry.model.Bytes;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Keys in byte order, as users wrote them.
 *
 * @param from included; empty: from the first key on
 * @param to excluded; empty: to the last key
 */
record KeyRange(Optional<Bytes> from, Optional<Bytes> to) {

    static final KeyRange ALL = new KeyRange(Optional.empty(), Optional.empty());

    /** The same for the same range, and no key can be read from it. */
    String digest() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            for (Optional<Bytes> bound : List.of(from, to)) {
                int length = bound.map(key -> key.array().length).orElse(-1);
                digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(length).array());
                bound.ifPresent(key -> digest.update(key.array()));
            }
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e); // every Java has it
        }
    }
}
