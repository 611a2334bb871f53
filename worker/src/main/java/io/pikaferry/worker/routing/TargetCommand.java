package io.pikaferry.worker.routing;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * One command for the target: name and arguments, the keys it touches, and what it does to their expiry. A plain class
 * because it carries arrays, on the hot path.
 *
 * <p>The expiry is told apart from the arguments so that it can be held back while the stream is behind (P2, DESIGN
 * §7.2): with {@link Expiry#AT}, {@link #args} is the write without any expiry (empty for EXPIREAT and its like, which
 * do nothing else), and the key's expiry becomes {@link #expireAtMillis} if the key exists after it. It may lie in the
 * past: the source had the key for a moment, the target deletes it.
 *
 * <p>Where that is not the whole story (a SET NX that may fail, a stream that must be spared), the command decides at
 * the target and takes the time itself: see {@link #takesExpiryLast}.
 */
public final class TargetCommand {

    /** What a command does to the expiry of the key it writes. */
    public enum Expiry {
        /** Leaves it as it is, if the key exists; a key it creates has none. */
        KEEPS,
        /** The key has none afterwards, or is gone. */
        CLEARS,
        /** The key has {@link TargetCommand#expireAtMillis} afterwards, if it exists. */
        AT,
        /** Keeps or clears it, as the command finds the key: only the target knows. */
        KEEPS_OR_CLEARS,
        /** The log does not say whether the source kept it or cleared it: if the key has one, it has to be read there. */
        UNSAID
    }

    private static final byte[][] NO_KEYS = new byte[0][];

    private final byte[][] args;
    private final byte[][] keys;
    private final Expiry expiry;
    private final long expireAtMillis;
    private final boolean takesExpiryLast;
    private final boolean repeatable;
    private final byte[][] doubtful;
    private final Optional<CollectionWrite> collection;

    private TargetCommand(
            byte[][] args,
            byte[][] keys,
            Expiry expiry,
            long expireAtMillis,
            boolean takesExpiryLast,
            boolean repeatable) {
        this(args, keys, expiry, expireAtMillis, takesExpiryLast, repeatable, NO_KEYS, Optional.empty());
    }

    private TargetCommand(
            byte[][] args,
            byte[][] keys,
            Expiry expiry,
            long expireAtMillis,
            boolean takesExpiryLast,
            boolean repeatable,
            byte[][] doubtful,
            Optional<CollectionWrite> collection) {
        this.args = requireNonNull(args, "args is null");
        this.keys = requireNonNull(keys, "keys is null");
        this.expiry = requireNonNull(expiry, "expiry is null");
        this.expireAtMillis = expireAtMillis;
        this.takesExpiryLast = takesExpiryLast;
        this.repeatable = repeatable;
        this.doubtful = requireNonNull(doubtful, "doubtful is null");
        this.collection = requireNonNull(collection, "collection is null");
        if (keys.length == 0) {
            throw new IllegalArgumentException("a command for the target has at least one key");
        }
    }

    public static TargetCommand keeping(byte[][] args, byte[]... keys) {
        return new TargetCommand(args, keys, Expiry.KEEPS, 0, false, true);
    }

    public static TargetCommand clearing(byte[][] args, byte[]... keys) {
        return new TargetCommand(args, keys, Expiry.CLEARS, 0, false, true);
    }

    static TargetCommand keepingOrClearing(byte[][] args, byte[]... keys) {
        return new TargetCommand(args, keys, Expiry.KEEPS_OR_CLEARS, 0, false, true);
    }

    /** A write of one key that is as said, but for the expiry of a key that has one. */
    static TargetCommand unsaid(byte[][] args, byte[] key) {
        return new TargetCommand(args, new byte[][] {key}, Expiry.UNSAID, 0, false, true);
    }

    /** A write of one key after which it expires. */
    public static TargetCommand expiring(long expireAtMillis, byte[][] args, byte[] key) {
        return new TargetCommand(args, new byte[][] {key}, Expiry.AT, expireAtMillis, false, true);
    }

    /** A write of one key that sets the expiry itself, if at all. */
    static TargetCommand expiringItself(long expireAtMillis, byte[][] args, byte[] key) {
        return new TargetCommand(args, new byte[][] {key}, Expiry.AT, expireAtMillis, true, true);
    }

    /** The same, but not to be applied to a target that may have its effect already. */
    TargetCommand once() {
        return new TargetCommand(args, keys, expiry, expireAtMillis, takesExpiryLast, false, doubtful, collection);
    }

    /** The same, but of these keys the log's order may not be the order in which the source did it. */
    TargetCommand doubting(byte[][] some) {
        return new TargetCommand(args, keys, expiry, expireAtMillis, takesExpiryLast, repeatable, some, collection);
    }

    /** The same, but it may empty or fill a collection of which the source remembers the expiry. */
    TargetCommand writing(CollectionWrite some) {
        return new TargetCommand(
                args, keys, expiry, expireAtMillis, takesExpiryLast, repeatable, doubtful, Optional.of(some));
    }

    /** Not to be written to. */
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

    /**
     * Whether the expiry, in milliseconds, has to be appended to {@link #args} as one more argument; then no command has to
     * follow that sets it.
     */
    public boolean takesExpiryLast() {
        return takesExpiryLast;
    }

    /** Keys that may have become something else at the source than the log's order tells. */
    public byte[][] doubtful() {
        return doubtful;
    }

    /** Present where the source remembers what was emptied; {@link #args} then are for a key of which nothing is remembered. */
    public Optional<CollectionWrite> collection() {
        return collection;
    }

    /** Whether applying it to a target that already has its effect (and that of later commands) does no harm. */
    public boolean repeatable() {
        return repeatable;
    }
}
