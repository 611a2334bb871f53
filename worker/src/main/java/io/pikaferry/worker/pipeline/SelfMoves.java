package io.pikaferry.worker.pipeline;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.Mapped;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * SMOVE of a set into itself, of sources from 3.5.0 on. There it does nothing, and yet logs {@code srem k m} and
 * {@code sadd k m}, member or not: a real slave has a member afterwards that the source never had, or has lost the key's expiry.
 * So a {@code sadd} that closely follows the {@code srem} of the same member makes the key be read from the source. Items of
 * other threads may stand between the two.
 *
 * <p>Threads: the feeding one.
 */
final class SelfMoves {

    /** Items between the two halves, at most; far above what the threads of a source can put there. */
    private static final int SPAN = 64;

    private static final byte[] SREM = "srem".getBytes(US_ASCII);
    private static final byte[] SADD = "sadd".getBytes(US_ASCII);

    private final boolean possible;
    private final Map<StreamId, Recent> streams = new HashMap<>();

    private record Member(Bytes key, Bytes member) {}

    private static final class Recent {
        private final Map<Member, Long> removed = new LinkedHashMap<>();
        private long items;
    }

    private SelfMoves(boolean possible) {
        this.possible = possible;
    }

    static SelfMoves of(PikaVersion version) {
        return new SelfMoves(version.atLeast(3, 5, 0));
    }

    /** What to make of an item. */
    Mapped about(BinlogItem item, Mapped mapped) {
        if (!possible) {
            return mapped;
        }
        Recent recent = streams.computeIfAbsent(item.stream(), any -> new Recent());
        recent.items++;
        if (!(mapped instanceof Mapped.Commands commands) || commands.commands().size() != 1) {
            return mapped;
        }
        byte[][] args = commands.commands().get(0).args();
        boolean removes = is(args, SREM);
        if (!removes && !is(args, SADD)) {
            return mapped;
        }
        recent.removed.values().removeIf(at -> at + SPAN < recent.items);
        Member member = new Member(Bytes.owning(args[1]), Bytes.owning(args[2]));
        if (removes) {
            recent.removed.put(member, recent.items);
            return mapped;
        }
        boolean otherHalfMayBeBefore = recent.items <= SPAN;
        return otherHalfMayBeBefore || recent.removed.remove(member) != null
                ? new Mapped.Reread(
                        List.of(member.key()),
                        ErrorCode.NOT_DETERMINISTIC,
                        "SMOVE of a set into itself is logged as if it did something")
                : mapped;
    }

    /** The source writes them in lower case; a client's own may be in any. */
    private static boolean is(byte[][] args, byte[] name) {
        return args.length == 3 && Arrays.equals(args[0], name);
    }
}
