package io.pikaferry.worker.routing;

/**
 * PFADD and PFMERGE. The source keeps its own encoding in a string, which Redis cannot use, so a HyperLogLog made while
 * streaming becomes one of Redis, of the same elements; of one that was loaded as a string, Redis refuses any PFADD, which
 * then stands in the ledger. The source drops the expiry with each of them.
 */
final class HyperLogLogWrites {

    private static final byte[] DEL = Ascii.of("DEL");

    private HyperLogLogWrites() {}

    /** PFADD key [element …]: without elements the source empties what is there. */
    static Mapped pfadd(LoggedCommand logged) {
        byte[][] args = logged.args();
        byte[] key = args[1];
        TargetCommand add = TargetCommand.keeping(args, key);
        return args.length == 2
                ? logged.becomes(TargetCommand.clearing(new byte[][] {DEL, key}, key), add)
                : logged.becomes(add, Expiries.persist(key));
    }

    /** PFMERGE destination source …. */
    static Mapped pfmerge(LoggedCommand logged) {
        return logged.becomes(TargetCommand.keeping(logged.args(), logged.keys()), Expiries.persist(logged.key()));
    }
}
