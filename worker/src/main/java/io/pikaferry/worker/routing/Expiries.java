package io.pikaferry.worker.routing;

/** EXPIREAT and its like. */
final class Expiries {

    private static final byte[] PERSIST = Ascii.of("PERSIST");
    private static final byte[][] NO_ARGS = new byte[0][];

    private Expiries() {}

    static TargetCommand persist(byte[] key) {
        return TargetCommand.clearing(new byte[][] {PERSIST, key}, key);
    }

    static Mapped expireat(LoggedCommand logged) {
        return at(logged, logged.expiry().atSeconds(Decimal.of(logged.args()[2])), false);
    }

    /** Streams have no expiry at the source: neither does it set one nor do they go (corrections.md 13). */
    static Mapped expireatUnlessStream(LoggedCommand logged) {
        return at(logged, logged.expiry().atSeconds(Decimal.of(logged.args()[2])), true);
    }

    /**
     * PEXPIREAT of 4.0.1. In lower case it stands for a PEXPIRE, or is a client's own; any other is a client's own for sure
     * and goes through a bug there: only the lower 32 bits of the time are kept, so the key is gone at once.
     */
    static Mapped pexpireatUnlessStream(LoggedCommand logged) {
        long at = Decimal.of(logged.args()[2]);
        return at(logged, Ascii.isLower(logged.name()) ? at : SourceExpiry.GONE, true);
    }

    private static Mapped at(LoggedCommand logged, long at, boolean unlessStream) {
        byte[] key = logged.key();
        boolean deleted = at <= SourceExpiry.GONE || logged.expiry().deletes(at, logged.executedAt());
        if (!unlessStream) {
            return deleted ? KeyWrites.deletion(logged) : logged.becomes(TargetCommand.expiring(at, NO_ARGS, key));
        }
        return logged.becomes(
                deleted
                        ? TargetCommand.keepingOrClearing(Scripts.eval(Scripts.DELETE_UNLESS_STREAM, key), key)
                        : TargetCommand.expiringItself(at, Scripts.eval(Scripts.EXPIRE_UNLESS_STREAM, key), key));
    }
}
