package io.pikaferry.worker.snapshot;

import io.pikaferry.model.Bytes;
import java.util.Optional;

/**
 * Keys in byte order, as users wrote them.
 *
 * @param from included; empty: from the first key on
 * @param to excluded; empty: to the last key
 */
record KeyRange(Optional<Bytes> from, Optional<Bytes> to) {

    static final KeyRange ALL = new KeyRange(Optional.empty(), Optional.empty());
}
