package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** ASCII words in byte arrays, compared without regard to case, as Pika does. */
final class Ascii {

    private Ascii() {}

    static byte[] of(String word) {
        return word.getBytes(US_ASCII);
    }

    static byte lower(byte letter) {
        return letter >= 'A' && letter <= 'Z' ? (byte) (letter + 32) : letter;
    }

    /** @param lower in lower case */
    static boolean equalsIgnoringCase(byte[] word, byte[] lower) {
        if (word.length != lower.length) {
            return false;
        }
        for (int i = 0; i < word.length; i++) {
            if (lower(word[i]) != lower[i]) {
                return false;
            }
        }
        return true;
    }

    static int hashIgnoringCase(byte[] word) {
        int hash = 0;
        for (byte letter : word) {
            hash = hash * 31 + lower(letter);
        }
        return hash;
    }

    static boolean isLower(byte[] word) {
        for (byte letter : word) {
            if (letter >= 'A' && letter <= 'Z') {
                return false;
            }
        }
        return true;
    }

    static boolean startsWith(byte[] bytes, byte[] prefix) {
        if (bytes.length < prefix.length) {
            return false;
        }
        for (int i = 0; i < prefix.length; i++) {
            if (bytes[i] != prefix[i]) {
                return false;
            }
        }
        return true;
    }
}
