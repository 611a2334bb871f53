package io.pikaferry.worker.snapshot;

import io.pikaferry.model.Bytes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Cuts a sub-database into key ranges of about the same size. Pure: each file is taken for a weight that stands at the
 * key it begins with. That is not exact, and need not be: only balance and progress depend on it.
 */
final class UnitPlan {

    private static final Comparator<Weight> BY_KEY =
            Comparator.comparing(weight -> weight.key().array(), Arrays::compareUnsigned);

    /** @param key of a user, not of a record */
    record Weight(Bytes key, long bytes, long records) {}

    record Part(KeyRange range, long bytes, long records) {}

    private UnitPlan() {}

    /** Ranges that hold every key there can be exactly once, in order. */
    static List<Part> cut(List<Weight> weights, int wanted) {
        List<Weight> sorted = weights.stream().sorted(BY_KEY).toList();
        long total = sorted.stream().mapToLong(Weight::bytes).sum();
        long share = Math.max(1, total / Math.max(1, wanted));
        List<Part> parts = new ArrayList<>();
        Optional<Bytes> from = Optional.empty();
        long bytes = 0;
        long records = 0;
        for (Weight weight : sorted) {
            boolean cutHere = bytes >= share && parts.size() + 1 < wanted;
            if (cutHere && !from.equals(Optional.of(weight.key()))) {
                parts.add(new Part(new KeyRange(from, Optional.of(weight.key())), bytes, records));
                from = Optional.of(weight.key());
                bytes = 0;
                records = 0;
            }
            bytes += weight.bytes();
            records += weight.records();
        }
        parts.add(new Part(new KeyRange(from, Optional.empty()), bytes, records));
        return parts;
    }
}
