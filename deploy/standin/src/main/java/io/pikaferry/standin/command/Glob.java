package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;

/** Redis' glob patterns: ? * [a-z] [^a] and a backslash before what is meant literally. */
final class Glob {

    private Glob() {}

    static boolean matches(Bytes pattern, Bytes name) {
        return matches(pattern.array(), 0, name.array(), 0);
    }

    private static boolean matches(byte[] pattern, int p, byte[] name, int n) {
        while (p < pattern.length) {
            switch (pattern[p]) {
                case '*' -> {
                    while (p + 1 < pattern.length && pattern[p + 1] == '*') {
                        p++;
                    }
                    if (p + 1 == pattern.length) {
                        return true;
                    }
                    for (int from = n; from <= name.length; from++) {
                        if (matches(pattern, p + 1, name, from)) {
                            return true;
                        }
                    }
                    return false;
                }
                case '?' -> {
                    if (n == name.length) {
                        return false;
                    }
                    n++;
                }
                case '[' -> {
                    if (n == name.length) {
                        return false;
                    }
                    int end = endOfClass(pattern, p + 1);
                    if (!inClass(pattern, p + 1, end, name[n] & 0xff)) {
                        return false;
                    }
                    p = end;
                    n++;
                }
                default -> {
                    if (pattern[p] == '\\' && p + 1 < pattern.length) {
                        p++;
                    }
                    if (n == name.length || pattern[p] != name[n]) {
                        return false;
                    }
                    n++;
                }
            }
            p++;
        }
        return n == name.length;
    }

    private static int endOfClass(byte[] pattern, int from) {
        int at = from;
        while (at < pattern.length && pattern[at] != ']') {
            at += pattern[at] == '\\' ? 2 : 1;
        }
        return Math.min(at, pattern.length);
    }

    private static boolean inClass(byte[] pattern, int from, int end, int wanted) {
        boolean negated = from < end && pattern[from] == '^';
        boolean found = false;
        for (int i = negated ? from + 1 : from; i < end; i++) {
            if (pattern[i] == '\\' && i + 1 < end) {
                i++;
            }
            int low = pattern[i] & 0xff;
            int high = low;
            if (i + 2 < end && pattern[i + 1] == '-') {
                high = pattern[i + 2] & 0xff;
                i += 2;
            }
            found |= wanted >= Math.min(low, high) && wanted <= Math.max(low, high);
        }
        return found != negated;
    }
}
