package io.pikaferry.worker.routing;

import java.util.Arrays;

/** Which arguments of a command are keys. Of commands that write one key and read others, the written one comes first. */
public enum Keys {
    NONE("none") {
        @Override
        byte[][] of(byte[][] args) {
            return new byte[0][];
        }
    },
    FIRST("1st") {
        @Override
        byte[][] of(byte[][] args) {
            return new byte[][] {args[1]};
        }
    },
    FIRST_TWO("1st, 2nd") {
        @Override
        byte[][] of(byte[][] args) {
            return new byte[][] {args[1], args[2]};
        }
    },
    ALL("all") {
        @Override
        byte[][] of(byte[][] args) {
            return Arrays.copyOfRange(args, 1, args.length);
        }
    },
    EVERY_SECOND("every 2nd") {
        @Override
        byte[][] of(byte[][] args) {
            byte[][] keys = new byte[args.length / 2][];
            for (int i = 0; i < keys.length; i++) {
                keys[i] = args[1 + 2 * i];
            }
            return keys;
        }
    },
    ALL_BUT_FIRST("all but 1st") {
        @Override
        byte[][] of(byte[][] args) {
            return Arrays.copyOfRange(args, 2, args.length);
        }
    },
    /** {@code ZUNIONSTORE destination count key … WEIGHTS …}. */
    DESTINATION_AND_COUNTED("1st, and as many as the 2nd says") {
        @Override
        byte[][] of(byte[][] args) {
            long count = Decimal.parse(args[2]).orElse(0);
            if (count < 1 || count > args.length - 3) {
                throw new UnknownFormException();
            }
            byte[][] keys = new byte[1 + (int) count][];
            keys[0] = args[1];
            System.arraycopy(args, 3, keys, 1, (int) count);
            return keys;
        }
    };

    private final String says;

    Keys(String says) {
        this.says = says;
    }

    abstract byte[][] of(byte[][] args);

    @Override
    public String toString() {
        return says;
    }
}
