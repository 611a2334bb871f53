package io.pikaferry.worker.sender;

import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import java.util.Arrays;
import java.util.List;

/** How a command and its expiry are said to the target at hand. */
final class CommandRendering {

    private final boolean setTakesPxat;

    /** @param setTakesPxat Redis 6.2 and newer */
    CommandRendering(boolean setTakesPxat) {
        this.setTakesPxat = setTakesPxat;
    }

    /** The command with its expiry at the time given, or without any if it does not set one. */
    void render(TargetCommand command, long expireAtMillis, List<byte[][]> out) {
        byte[][] args = command.args();
        if (command.expiry() != Expiry.AT) {
            out.add(args);
            return;
        }
        byte[] key = command.keys()[0];
        byte[] at = Words.ascii(expireAtMillis);
        if (command.takesExpiryLast()) {
            byte[][] timed = Arrays.copyOf(args, args.length + 1);
            timed[args.length] = at;
            out.add(timed);
            return;
        }
        if (args.length == 3 && setTakesPxat && isSet(args[0])) {
            byte[][] set = Arrays.copyOf(args, 5);
            set[3] = Words.PXAT;
            set[4] = at;
            out.add(set);
            return;
        }
        if (args.length > 0) {
            out.add(args);
        }
        out.add(new byte[][] {Words.PEXPIREAT, key, at});
    }

    private static boolean isSet(byte[] name) {
        return name.length == 3 && (name[0] | 0x20) == 's' && (name[1] | 0x20) == 'e' && (name[2] | 0x20) == 't';
    }
}
