package io.pikaferry.worker.routing;

import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import io.pikaferry.worker.routing.CollectionWrite.Form;
import io.pikaferry.worker.routing.CollectionWrite.Kind;
import java.util.List;

/**
 * Which commands may empty a set, sorted set or list, or fill one, where the source remembers the expiry of an emptied one: in 2.3
 * its meta stays, with a count of nothing. A DEL of the living key clears what is remembered, and so does whatever clears the expiry:
 * HDEL, which is why hashes are not here, and RPOPLPUSH for the list it takes from. LREM removes the meta itself. (nemo's {@code
 * WriteWithOldKeyTTL} and who calls it.)
 */
final class EmptiedCollections {

    private final boolean remembered;

    EmptiedCollections(PikaVersion version) {
        this.remembered = Generation.of(version).orElseThrow() == Generation.A;
    }

    boolean areRemembered() {
        return remembered;
    }

    /** The same, but saying so. */
    Mapped telling(CommandRow row, byte[][] args, Mapped mapped) {
        if (!remembered
                || !(mapped instanceof Mapped.Commands some)
                || some.commands().size() != 1) {
            return mapped;
        }
        TargetCommand command = some.commands().get(0);
        return switch (row.name()) {
            case "srem",
                    "zrem",
                    "zremrangebyrank",
                    "zremrangebyscore",
                    "zremrangebylex",
                    "lpop",
                    "rpop",
                    "ltrim" -> told(command, new CollectionWrite(kind(row), Form.AS_IS, true, command.args(), args[1]));
            case "sadd", "zadd", "zincrby", "geoadd", "lpush", "rpush" -> told(
                    command, new CollectionWrite(kind(row), Form.AS_IS, false, command.args(), args[1]));
            case "smove" -> told(command, new CollectionWrite(Kind.SET, Form.AS_IS, true, args, args[1], args[2]));
            case "rpoplpush" -> told(
                    command, new CollectionWrite(Kind.LIST, Form.CLEARING_FIRST, false, args, args[2]));
            case "sunionstore", "sinterstore", "sdiffstore", "zunionstore", "zinterstore" -> told(
                    command, new CollectionWrite(kind(row), Form.KEEPING_EXPIRY, true, args, args[1]));
            default -> mapped;
        };
    }

    private static Kind kind(CommandRow row) {
        return switch (row.name().charAt(0)) {
            case 's' -> Kind.SET;
            case 'z', 'g' -> Kind.SORTED_SET;
            default -> Kind.LIST;
        };
    }

    private static Mapped told(TargetCommand command, CollectionWrite write) {
        return new Mapped.Commands(List.of(command.writing(write)));
    }
}
