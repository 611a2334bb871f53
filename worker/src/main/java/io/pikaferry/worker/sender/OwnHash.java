package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.FerryException;
import io.pikaferry.worker.target.TargetError;
import io.pikaferry.worker.target.TargetLink;
import java.util.List;
import java.util.function.BiConsumer;

/** One of the hashes a job keeps in the target, read piece by piece: it may be large. */
final class OwnHash {

    private static final byte[] HSCAN = Words.ascii("HSCAN");
    private static final byte[] PAGE = Words.ascii("1000");

    private final TargetLink link;
    private final byte[] key;

    /** @param link stands in the control database */
    OwnHash(TargetLink link, byte[] key) {
        this.link = requireNonNull(link, "link is null");
        this.key = requireNonNull(key, "key is null");
    }

    /** A field may come twice. */
    void forEach(BiConsumer<byte[], byte[]> fieldAndValue) {
        byte[] cursor = Words.ascii("0");
        do {
            Object reply = link.call(HSCAN, key, cursor, Words.COUNT, PAGE);
            if (reply instanceof TargetError error) {
                throw new FerryException(error.code(), "the target refused HSCAN: " + error.message());
            }
            List<?> page = (List<?>) reply;
            cursor = (byte[]) page.get(0);
            List<?> flat = (List<?>) page.get(1);
            for (int i = 0; i < flat.size(); i += 2) {
                fieldAndValue.accept((byte[]) flat.get(i), (byte[]) flat.get(i + 1));
            }
        } while (!(cursor.length == 1 && cursor[0] == '0'));
    }
}
