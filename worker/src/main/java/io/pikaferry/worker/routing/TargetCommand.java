package io.pikaferry.worker.routing;

import static java.util.Objects.requireNonNull;

/**
 * One command for the target: name and arguments, the keys it touches, and what it does to their expiry. A plain class
 * because it carries arrays, on the hot path.
 *
 * <p>The expiry is told apart from the arguments so that it can be held back while the stream is behind (P2, DESIGN
 * §7.2): with {@link Expiry#AT}, {@link #args} is the write without any expiry (empty for EXPIREAT and its like, which
 * do nothing else), and the key's expiry becomes {@link #expireAtMillis} if the key exists after it.
 */
public final class TargetCommand {

    /** What a command does to the expiry of the key it writes. */
    public enum Expiry {
        /** Leaves it as it is, if the key exists; a key it creates has none. */
        KEEPS,
        /** The key has none afterwards, or is gone. */
        CLEARS,
        /** The key has {@link TargetCommand#expireAtMillis} afterwards, if it exists. */
        AT
    }

    private final byte[][] args;
    private final byte[][] keys;
    private final Expiry expiry;
    private final long expireAtMillis;

    private TargetCommand(byte[][] args, byte[][] keys, Expiry expiry, long expireAtMillis) {
        this.args = requireNonNull(args, "args is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.expiry = requireNonNull(expiry, "expiry is null");
        this.expireAtMillis = expireAtMillis;
        if (keys.length == 0) {
            throw new IllegalArgumentException("a command for the target has at least one key");
        }
    }

    public static TargetCommand keeping(byte[][] args, byte[]... keys) {
        return new TargetCommand(args, keys, Expiry.KEEPS, 0);
    }

    public static TargetCommand clearing(byte[][] args, byte[]... keys) {
        return new TargetCommand(args, keys, Expiry.CLEARS, 0);
    }

    /** A write of one key after which it expires. */
    public static TargetCommand expiring(long expireAtMillis, byte[][] args, byte[] key) {
        return new TargetCommand(args, new byte[][] {key}, Expiry.AT, expireAtMillis);
    }

    public byte[][] args() {
        return args;
    }

    /** The written key first. */
    public byte[][] keys() {
        return keys;
    }

    public Expiry expiry() {
        return expiry;
    }

    public long expireAtMillis() {
        return expireAtMillis;
    }
}
