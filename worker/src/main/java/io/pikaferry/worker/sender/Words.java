package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.util.Locale;

/** Words of the Redis protocol that lanes use all the time. */
final class Words {

    static final byte[] MULTI = ascii("MULTI");
    static final byte[] EXEC = ascii("EXEC");
    static final byte[] SELECT = ascii("SELECT");
    static final byte[] HSET = ascii("HSET");
    static final byte[] HDEL = ascii("HDEL");
    static final byte[] SET = ascii("SET");
    static final byte[] DEL = ascii("DEL");
    static final byte[] UNLINK = ascii("UNLINK");
    static final byte[] PXAT = ascii("PXAT");
    static final byte[] PEXPIREAT = ascii("PEXPIREAT");
    static final byte[] FLUSHDB = ascii("FLUSHDB");
    static final byte[] SCAN = ascii("SCAN");
    static final byte[] MATCH = ascii("MATCH");
    static final byte[] COUNT = ascii("COUNT");
    static final byte[] TYPE = ascii("TYPE");
    static final byte[] TIME = ascii("TIME");
    static final byte[] PTTL = ascii("PTTL");
    static final byte[] PERSIST = ascii("PERSIST");
    static final byte[] EVAL = ascii("EVAL");

    private Words() {}

    /** @param name in capitals */
    static boolean isNamed(byte[] word, byte[] name) {
        if (word.length != name.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (word[i] != name[i] && word[i] - 32 != name[i]) {
                return false;
            }
        }
        return true;
    }

    /** A command's name as people write it. */
    static String name(byte[] word) {
        return new String(word, US_ASCII).toUpperCase(Locale.ROOT);
    }

    static byte[] ascii(String text) {
        return text.getBytes(US_ASCII);
    }

    static byte[] ascii(long number) {
        return Long.toString(number).getBytes(US_ASCII);
    }
}
