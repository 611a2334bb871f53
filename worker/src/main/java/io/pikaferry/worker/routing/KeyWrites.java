package io.pikaferry.worker.routing;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import java.util.List;
import java.util.Optional;

/** Commands on keys of any type, and on all keys at once. */
final class KeyWrites {

    private static final byte[] DEL = Ascii.of("DEL");
    private static final byte[] SET = Ascii.of("SET");
    private static final Bytes EVERY_KEY = Bytes.owning(Ascii.of("*"));
    private static final List<String> TYPES = List.of("string", "hash", "list", "set", "zset", "stream");

    /** 3.5.5: so many keys in one call, the first ones in the order of the source's files. */
    private static final int LIMIT_OF_3_5_5 = 100;

    private KeyWrites() {}

    static Mapped deletion(LoggedCommand logged) {
        byte[] key = logged.key();
        return logged.becomes(TargetCommand.clearing(new byte[][] {DEL, key}, key));
    }

    static Mapped nothing(LoggedCommand logged) {
        return Mapped.Nothing.INSTANCE;
    }

    static Mapped asIs(LoggedCommand logged) {
        return logged.becomes(TargetCommand.keeping(logged.args(), logged.keys()));
    }

    static Mapped asIsClearing(LoggedCommand logged) {
        return logged.becomes(TargetCommand.clearing(logged.args(), logged.keys()));
    }

    /** Replaces the key, but 2.3 leaves it its expiry (corrections.md 5). */
    static Mapped storeKeepingExpiry(LoggedCommand logged) {
        byte[][] keys = logged.keys();
        return logged.becomes(TargetCommand.keeping(Scripts.eval(Scripts.KEEPING_EXPIRY, keys, logged.args()), keys));
    }

    /** HDEL and HSETNX of 2.3: if they changed something, the expiry goes. */
    static Mapped clearingIfChanged(LoggedCommand logged) {
        byte[] key = logged.key();
        return logged.becomes(
                TargetCommand.keepingOrClearing(Scripts.eval(Scripts.CLEARING_IF_CHANGED, key, logged.args()), key));
    }

    /** RPOPLPUSH of 2.3: if something was moved, the expiry of the list it was taken from goes. */
    static Mapped rpoplpushClearing(LoggedCommand logged) {
        byte[][] keys = logged.keys();
        return logged.becomes(TargetCommand.keepingOrClearing(Scripts.eval(Scripts.RPOPLPUSH_CLEARING, keys), keys));
    }

    /** DEL, UNLINK: a command for each key. */
    static Mapped eachKey(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args.length == 2) {
            return asIsClearing(logged);
        }
        TargetCommand[] commands = new TargetCommand[args.length - 1];
        for (int i = 1; i < args.length; i++) {
            commands[i - 1] = TargetCommand.clearing(new byte[][] {args[0], args[i]}, args[i]);
        }
        return logged.becomes(commands);
    }

    /** MSET: a SET for each pair. */
    static Mapped eachPair(LoggedCommand logged) {
        byte[][] args = logged.args();
        if (args.length % 2 == 0) {
            throw new UnknownFormException();
        }
        TargetCommand[] commands = new TargetCommand[args.length / 2];
        for (int i = 0; i < commands.length; i++) {
            byte[] key = args[1 + 2 * i];
            commands[i] = TargetCommand.clearing(new byte[][] {SET, key, args[2 + 2 * i]}, key);
        }
        return logged.becomes(commands);
    }

    /** Members or values the source chose by itself. */
    static Mapped random(LoggedCommand logged) {
        return logged.reread(ErrorCode.NOT_DETERMINISTIC, "the log does not say which members it took");
    }

    static Mapped neverLogged(LoggedCommand logged) {
        return logged.refused(ErrorCode.UNKNOWN_COMMAND, "this Pika release never logs it as such");
    }

    static Mapped flush(LoggedCommand logged) {
        return new Mapped.FlushDatabase();
    }

    /** FLUSHDB [type] where a type is heeded. */
    static Mapped flushOfType(LoggedCommand logged) {
        return logged.args().length == 1
                ? new Mapped.FlushDatabase()
                : new Mapped.DeleteMatching(EVERY_KEY, Optional.of(type(logged.args()[1])), Mapped.DeleteMatching.ALL);
    }

    /** FLUSHDB [type] of 3.5.4 and 4.0.0, which accept a type and then do nothing. */
    static Mapped flushUnlessOfType(LoggedCommand logged) {
        return logged.args().length == 1 ? new Mapped.FlushDatabase() : Mapped.Nothing.INSTANCE;
    }

    static Mapped deleteMatching(LoggedCommand logged) {
        return deleteMatching(logged, Optional.of(type(logged.args()[2])), Mapped.DeleteMatching.ALL);
    }

    static Mapped deleteSomeMatching(LoggedCommand logged) {
        return deleteMatching(logged, Optional.of(type(logged.args()[2])), LIMIT_OF_3_5_5);
    }

    static Mapped deleteMatchingOfAnyType(LoggedCommand logged) {
        return deleteMatching(logged, Optional.empty(), Mapped.DeleteMatching.ALL);
    }

    private static Mapped deleteMatching(LoggedCommand logged, Optional<String> type, int atMost) {
        return new Mapped.DeleteMatching(Bytes.owning(logged.args()[1]), type, atMost);
    }

    private static String type(byte[] word) {
        return TYPES.stream()
                .filter(type -> Ascii.equalsIgnoringCase(word, Ascii.of(type)))
                .findFirst()
                .orElseThrow(UnknownFormException::new);
    }
}
