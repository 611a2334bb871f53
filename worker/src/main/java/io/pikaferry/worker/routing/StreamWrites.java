package io.pikaferry.worker.routing;

import java.util.ArrayList;
import java.util.List;

/** XADD and XTRIM: the source trims to the entry, whatever {@code ~} would allow. */
final class StreamWrites {

    private static final byte[] NOMKSTREAM = Ascii.of("nomkstream");
    private static final byte[] MAXLEN = Ascii.of("maxlen");
    private static final byte[] MINID = Ascii.of("minid");

    private StreamWrites() {}

    static Mapped xadd(LoggedCommand logged) {
        byte[][] args = logged.args();
        return logged.becomes(TargetCommand.keeping(isOption(args[2]) ? trimmingExactly(args) : args, args[1]));
    }

    static Mapped xtrim(LoggedCommand logged) {
        byte[][] args = logged.args();
        return logged.becomes(TargetCommand.keeping(trimmingExactly(args), args[1]));
    }

    private static boolean isOption(byte[] word) {
        return Ascii.equalsIgnoringCase(word, NOMKSTREAM) || isTrim(word);
    }

    private static boolean isTrim(byte[] word) {
        return Ascii.equalsIgnoringCase(word, MAXLEN) || Ascii.equalsIgnoringCase(word, MINID);
    }

    /** Drops {@code ~} and {@code =} from the options, which end with the first argument that is none. */
    private static byte[][] trimmingExactly(byte[][] args) {
        List<byte[]> kept = new ArrayList<>(args.length);
        kept.add(args[0]);
        kept.add(args[1]);
        int at = 2;
        while (at < args.length && isOption(args[at])) {
            boolean trim = isTrim(args[at]);
            kept.add(args[at++]);
            if (trim) {
                if (at < args.length && isMark(args[at])) {
                    at++;
                }
                if (at == args.length) {
                    throw new UnknownFormException();
                }
                kept.add(args[at++]);
            }
        }
        for (; at < args.length; at++) {
            kept.add(args[at]);
        }
        return kept.toArray(byte[][]::new);
    }

    private static boolean isMark(byte[] word) {
        return word.length == 1 && (word[0] == '~' || word[0] == '=');
    }
}
