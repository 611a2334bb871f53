package io.pikaferry.worker.routing;

import io.pikaferry.error.ErrorCode;
import java.util.Arrays;

/** Commands on strings that mean something else at the source than at the target. */
final class StringWrites {

    private static final byte[] SET = Ascii.of("SET");
    private static final byte[] NX = Ascii.of("nx");
    private static final byte[] XX = Ascii.of("xx");
    private static final byte[] VX = Ascii.of("vx");
    private static final byte[] EX = Ascii.of("ex");
    private static final byte[] PX = Ascii.of("px");
    private static final byte[] KEEPTTL = Ascii.of("KEEPTTL");
    private static final byte[] APPEND = Ascii.of("APPEND");
    private static final byte[] NOTHING = new byte[0];

    /** A time later than this in PKSETEXAT is in milliseconds (4.0.1, from PSETEX); in seconds it is the year 5138. */
    private static final long LAST_SECOND = 100_000_000_000L;

    private StringWrites() {}

    private enum Condition {
        NONE,
        NX,
        XX,
        VX
    }

    /**
     * SET key value [NX|XX|VX old] [EX s|PX ms] with the options in any order. As at the source the last condition counts
     * (EX before NX: NX with an expiry), so does the last time.
     */
    static Mapped set(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args.length == 3) {
            return logged.becomes(TargetCommand.clearing(args, args[1]));
        }
        Condition condition = Condition.NONE;
        byte[] old = NOTHING;
        long ttl = 0;
        boolean timed = false;
        for (int i = 3; i < args.length; i++) {
            if (Ascii.equalsIgnoringCase(args[i], NX)) {
                condition = Condition.NX;
            } else if (Ascii.equalsIgnoringCase(args[i], XX)) {
                condition = Condition.XX;
            } else if (Ascii.equalsIgnoringCase(args[i], VX)) {
                condition = Condition.VX;
                old = argument(args, ++i);
            } else if (Ascii.equalsIgnoringCase(args[i], EX)) {
                ttl = logged.expiry().ttlOfSeconds(Decimal.of(argument(args, ++i)));
                timed = true;
            } else if (Ascii.equalsIgnoringCase(args[i], PX)) {
                ttl = logged.expiry().ttlOfMillis(Decimal.of(argument(args, ++i)));
                timed = true;
            } else {
                throw new UnknownFormException();
            }
        }
        if (timed && ttl > 0) {
            return setFor(logged, condition, old, ttl);
        }
        return set(logged, condition, old);
    }

    /**
     * SET of a release that logs INCR and the like as {@code set key result}, after which a real slave has lost the expiry that
     * the source keeps. MSET and SETNX are logged alike, and a client may write in lower case too.
     */
    static Mapped setOrCounter(LoggedCommand logged) {
        byte[][] args = logged.args();
        boolean maybeCounter = args.length == 3 && Ascii.isLower(logged.name()) && Decimal.maybeNumber(args[2]);
        return maybeCounter ? logged.becomes(TargetCommand.unsaid(args, args[1])) : set(logged);
    }

    private static byte[] argument(byte[][] args, int index) {
        if (index == args.length) {
            throw new UnknownFormException();
        }
        return args[index];
    }

    private static Mapped set(LoggedCommand logged, Condition condition, byte[] old) {
        byte[] key = logged.key();
        byte[] value = logged.args()[2];
        return switch (condition) {
            case NONE -> logged.becomes(TargetCommand.clearing(new byte[][] {SET, key, value}, key));
                // A key that is there keeps its expiry, as it keeps its value.
            case NX -> logged.becomes(TargetCommand.keeping(new byte[][] {SET, key, value, NX}, key)
                    .once());
            case XX -> logged.becomes(TargetCommand.clearing(new byte[][] {SET, key, value, XX}, key));
            case VX -> logged.becomes(
                    TargetCommand.keepingOrClearing(Scripts.eval(Scripts.SET_VX, key, old, value), key)
                            .once());
        };
    }

    private static Mapped setFor(LoggedCommand logged, Condition condition, byte[] old, long ttl) {
        if (logged.executedAt() == 0) {
            return whenUnknown(logged);
        }
        byte[] key = logged.key();
        byte[] value = logged.args()[2];
        long at = logged.expiry().after(ttl, logged.executedAt());
        return switch (condition) {
            case NONE -> logged.becomes(TargetCommand.expiring(at, new byte[][] {SET, key, value}, key));
                // Fails only if there is no key; then there is none to expire either.
            case XX -> logged.becomes(TargetCommand.expiring(at, new byte[][] {SET, key, value, XX}, key));
            case NX -> logged.becomes(TargetCommand.expiringItself(at, Scripts.eval(Scripts.SET_NX, key, value), key)
                    .once());
            case VX -> logged.becomes(
                    TargetCommand.expiringItself(at, Scripts.eval(Scripts.SET_VX, key, old, value), key)
                            .once());
        };
    }

    static Mapped whenUnknown(LoggedCommand logged) {
        return logged.reread(
                ErrorCode.NOT_DETERMINISTIC, "a time to live, and the log does not say when it was executed");
    }

    /** SETEX key seconds value, with the time relative to its execution. Not positive: for ever (corrections.md 2). */
    static Mapped setex(LoggedCommand logged) {
        return setFor(logged, logged.expiry().ttlOfSeconds(Decimal.of(logged.args()[2])));
    }

    static Mapped psetex(LoggedCommand logged) {
        return setFor(logged, logged.expiry().ttlOfMillis(Decimal.of(logged.args()[2])));
    }

    private static Mapped setFor(LoggedCommand logged, long ttl) {
        byte[] key = logged.key();
        byte[][] set = {SET, key, logged.args()[3]};
        if (ttl <= 0) {
            return logged.becomes(TargetCommand.clearing(set, key));
        }
        if (logged.executedAt() == 0) {
            return whenUnknown(logged);
        }
        return logged.becomes(TargetCommand.expiring(logged.expiry().after(ttl, logged.executedAt()), set, key));
    }

    /** PKSETEXAT key seconds value: 0 is for ever. */
    static Mapped pksetexat(LoggedCommand logged) {
        long at = Decimal.of(logged.args()[2]);
        return at == 0 ? plainSet(logged) : setAt(logged, at);
    }

    /**
     * PKSETEXAT of 3.5.5. In lower case it stands for a SETEX, with its time; or for an INCR, INCRBY, INCRBYFLOAT or APPEND,
     * with 0 instead of the expiry the key keeps (a bug), and for an APPEND that created the key with nothing instead of the
     * value (another). A client's own has its own letters; if those are small too, it is taken for the former.
     */
    static Mapped pksetexatLosingExpiry(LoggedCommand logged) {
        byte[][] args = logged.args();
        long at = Decimal.of(args[2]);
        if (at != 0) {
            return setAt(logged, at);
        }
        if (!Ascii.isLower(logged.name())) {
            return plainSet(logged);
        }
        return args[3].length == 0
                ? valueLost(logged)
                : logged.becomes(TargetCommand.keeping(new byte[][] {SET, args[1], args[3], KEEPTTL}, args[1]));
    }

    /**
     * PKSETEXAT of 4.0.1. In lower case it stands for another command, with the right expiry; PSETEX has milliseconds in it.
     * A client's own goes through a bug there, which keeps the lower 32 bits of the milliseconds: mostly it is gone at once.
     * 4.0.0 has no such bug, but 4.0.1 says that it is 4.0.0; so the key is read again.
     */
    static Mapped pksetexatInMillis(LoggedCommand logged) {
        byte[][] args = logged.args();
        long at = Decimal.of(args[2]);
        if (!Ascii.isLower(logged.name())) {
            return at == 0
                    ? plainSet(logged)
                    : logged.reread(
                            ErrorCode.NOT_DETERMINISTIC, "a client's own: 4.0.0 and 4.0.1 differ in what it does");
        }
        if (at == 0) {
            return args[3].length == 0 ? valueLost(logged) : plainSet(logged);
        }
        return at > LAST_SECOND ? setAtMillis(logged, at) : setAt(logged, at);
    }

    private static Mapped valueLost(LoggedCommand logged) {
        return logged.reread(ErrorCode.VALUE_LOST, "an APPEND that created the key was logged without the value");
    }

    private static Mapped plainSet(LoggedCommand logged) {
        byte[] key = logged.key();
        return logged.becomes(TargetCommand.clearing(new byte[][] {SET, key, logged.args()[3]}, key));
    }

    private static Mapped setAt(LoggedCommand logged, long seconds) {
        return setAtMillis(logged, logged.expiry().atSeconds(seconds));
    }

    private static Mapped setAtMillis(LoggedCommand logged, long at) {
        if (at <= 0 || logged.expiry().gone(at, logged.executedAt())) {
            return KeyWrites.deletion(logged);
        }
        byte[] key = logged.key();
        return logged.becomes(TargetCommand.expiring(at, new byte[][] {SET, key, logged.args()[3]}, key));
    }

    /** SETBIT does nothing if the bit is so already: it creates no key, and (up to 3.5.1, which drop it) the expiry stays. */
    static Mapped setbitClearing(LoggedCommand logged) {
        byte[][] args = logged.args();
        return logged.becomes(TargetCommand.keepingOrClearing(
                Scripts.eval(Scripts.SET_BIT_CLEARING, args[1], args[2], args[3]), args[1]));
    }

    /** Setting a bit is the same everywhere; one that is not there cannot be cleared. */
    static Mapped setbit(LoggedCommand logged) {
        byte[][] args = logged.args();
        boolean set = Decimal.of(args[3]) == 1;
        return logged.becomes(
                TargetCommand.keeping(set ? args : Scripts.eval(Scripts.SET_BIT, args[1], args[2], args[3]), args[1]));
    }

    /** SETRANGE of 2.3: an empty value creates or pads the key all the same; at offset 0 it empties it. */
    static Mapped setrangeOfNemo(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args[3].length > 0) {
            return logged.becomes(TargetCommand.keeping(args, args[1]));
        }
        return logged.becomes(
                Decimal.of(args[2]) == 0
                        ? TargetCommand.keeping(new byte[][] {SET, args[1], NOTHING, KEEPTTL}, args[1])
                        : rangeScript(args, NOTHING));
    }

    /** SETRANGE of 3.0 – 3.5.1: drops the expiry, ends the value at a zero byte; an empty one at offset 0 empties the key. */
    static Mapped setrangeClearing(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args[3].length == 0 && Decimal.of(args[2]) == 0) {
            return logged.becomes(TargetCommand.clearing(new byte[][] {SET, args[1], NOTHING}, args[1]));
        }
        return logged.becomes(range(args), Expiries.persist(args[1]));
    }

    /** SETRANGE from 3.5.2 on: ends the value at a zero byte; an empty one creates or pads the key all the same. */
    static Mapped setrange(LoggedCommand logged) {
        return logged.becomes(range(logged.args()));
    }

    private static TargetCommand range(byte[][] args) {
        byte[] written = upToZero(args[3]);
        return written.length == args[3].length && written.length > 0
                ? TargetCommand.keeping(args, args[1])
                : rangeScript(args, written);
    }

    private static TargetCommand rangeScript(byte[][] args, byte[] written) {
        return TargetCommand.keeping(
                Scripts.eval(Scripts.SET_RANGE, args[1], args[2], written, Decimal.text(args[3].length)), args[1]);
    }

    private static byte[] upToZero(byte[] value) {
        for (int i = 0; i < value.length; i++) {
            if (value[i] == 0) {
                return Arrays.copyOf(value, i);
            }
        }
        return value;
    }

    /** BITOP op destination source …: of sources that are not there it makes an empty string, not none. */
    static Mapped bitop(LoggedCommand logged) {
        byte[][] args = logged.args();
        byte[] destination = args[2];
        return logged.becomes(
                TargetCommand.clearing(args, logged.keys()),
                TargetCommand.keeping(new byte[][] {APPEND, destination, NOTHING}, destination));
    }
}
