package io.pikaferry.worker.pipeline;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CommandMapper;
import io.pikaferry.worker.routing.Mapped;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.target.TargetState;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The first items after a snapshot, of masters whose dump may hold their effect already: 3.2.6 or 3.2.7 – 3.4, 3.5.0 – 3.5.4 and 4.0.0
 * log a write after releasing the lock that the dump takes (dump-formats.md §1.4). Of those that must not be applied twice the
 * keys are read again instead.
 *
 * <p>A try that breaks off in the midst of them leaves the doubt to the next one, in the target beside the marks: an item must
 * not make its keys dirty in one lane and be taken as it is in another. Doubting more than those does no harm, only costs time.
 *
 * <p>At most one command per thread of the master is between its write and its log entry when the dump begins, and they are
 * logged within moments; the bound here is far above that.
 *
 * <p>Threads: the feeding one.
 */
final class BoundaryDoubt {

    private static final int ITEMS = 256;

    private final boolean possible;
    private final Map<StreamId, Integer> seen = new HashMap<>();
    private final Map<StreamId, BinlogPosition> last = new HashMap<>();

    private BoundaryDoubt(boolean possible) {
        this.possible = possible;
    }

    /** After the load of a snapshot of that version. */
    static BoundaryDoubt afterSnapshotOf(PikaVersion version) {
        boolean c = version.atLeast(3, 2, 6) && version.below(3, 5, 0);
        boolean d = version.atLeast(3, 5, 0) && version.below(3, 5, 5);
        boolean e = version.major() == 4; // 4.0.1 is exact, but says that it is 4.0.0
        return new BoundaryDoubt(c || d || e);
    }

    /** After a try that left it so. */
    static BoundaryDoubt leftBy(TargetState state) {
        return new BoundaryDoubt(state.boundaryDoubted());
    }

    static BoundaryDoubt none() {
        return new BoundaryDoubt(false);
    }

    boolean isPossible() {
        return possible;
    }

    /** Whether all that was doubted has taken effect. @param confirmed of every stream how far everything has */
    boolean isOver(Map<StreamId, BinlogPosition> confirmed) {
        return confirmed.entrySet().stream()
                .allMatch(stream -> last.containsKey(stream.getKey())
                        && !last.get(stream.getKey()).isAfter(stream.getValue()));
    }

    /** What to make of an item. */
    Mapped about(BinlogItem item, Mapped mapped) {
        if (!possible) {
            return mapped;
        }
        int count = seen.merge(item.stream(), 1, Integer::sum);
        if (count == ITEMS) {
            last.put(item.stream(), item.end());
        }
        if (count > ITEMS || CommandMapper.repeatable(mapped) || !(mapped instanceof Mapped.Commands commands)) {
            return mapped;
        }
        Set<Bytes> keys = new LinkedHashSet<>();
        for (TargetCommand command : commands.commands()) {
            for (byte[] key : command.keys()) {
                keys.add(Bytes.owning(key));
            }
        }
        return new Mapped.Reread(
                List.copyOf(keys),
                ErrorCode.NOT_DETERMINISTIC,
                "the snapshot may hold the effect of this command already");
    }
}
