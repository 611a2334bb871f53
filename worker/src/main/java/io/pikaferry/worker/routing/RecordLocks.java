package io.pikaferry.worker.routing;

import io.pikaferry.worker.master.PikaVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which keys a source locks from the execution of a command to its entry in the log. Of a key that it does not lock, two commands
 * may stand in the log the other way round than they took effect, so that nobody who follows can know what the key became; a real
 * slave does not either. From 3.5.0 on every written key is locked, and results are logged.
 *
 * <p>Of commands of several keys: up to 3.0 the first argument is locked, whatever it is; from 3.1 on nothing, but from
 * 3.2.1 on what MSET writes, from 3.2.2 on what DEL deletes, from 3.3.6 on the key that RPOPLPUSH pops from. (Pika's {@code DoCmd}
 * and {@code mutex_record_}; later {@code current_key} of each command.)
 */
final class RecordLocks {

    private static final byte[][] NONE = new byte[0][];

    private final boolean all;
    private final boolean firstArgument;
    private final boolean mset;
    private final boolean del;
    private final boolean popped;

    RecordLocks(PikaVersion version) {
        this.all = version.atLeast(3, 5, 0);
        this.firstArgument = version.below(3, 1, 0);
        this.mset = version.atLeast(3, 2, 1);
        this.del = version.atLeast(3, 2, 2);
        this.popped = version.atLeast(3, 3, 6);
    }

    /** The same, but with the keys in doubt. */
    Mapped doubting(CommandRow row, byte[][] args, Mapped mapped) {
        if (all || !(mapped instanceof Mapped.Commands some) || !takesSeveralKeys(row.name())) {
            return mapped;
        }
        List<TargetCommand> commands = new ArrayList<>(some.commands().size());
        for (TargetCommand command : some.commands()) {
            commands.add(command.doubting(doubtful(row.name(), args, command.keys())));
        }
        return new Mapped.Commands(List.copyOf(commands));
    }

    /** One of the SETs that an MSET or MSETNX up to 3.0.4 makes in one item: its source has locked the first key only. */
    TargetCommand doubtingUnless(byte[] first, TargetCommand set) {
        return Arrays.equals(first, set.keys()[0]) ? set : set.doubting(set.keys());
    }

    private static boolean takesSeveralKeys(String name) {
        return switch (name) {
            case "del", "mset", "msetnx", "rpoplpush", "smove", "bitop", "pfmerge" -> true;
            default -> name.endsWith("store");
        };
    }

    /** Of the keys of a command for the target, in the order of what the source was given. */
    private byte[][] doubtful(String name, byte[][] args, byte[][] keys) {
        return switch (name) {
            case "del" -> del ? NONE : unlessFirst(args, keys);
            case "mset" -> mset ? NONE : unlessFirst(args, keys);
            case "msetnx" -> keys;
            case "rpoplpush" -> firstArgument || popped ? new byte[][] {args[2]} : keys;
            case "smove" -> firstArgument ? new byte[][] {args[2]} : keys;
            default -> new byte[][] {keys[0]}; // made of others
        };
    }

    private byte[][] unlessFirst(byte[][] args, byte[][] keys) {
        return firstArgument && keys[0] == args[1] ? NONE : keys;
    }
}
