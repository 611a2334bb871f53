package io.pikaferry.worker.target;

/** How RESP writes lengths and counts: a type, digits, the end of the line. */
final class Resp {

    /** A type, the digits of an int, the line's end. */
    static final int LONGEST_HEAD = 13;

    private Resp() {}

    /** @return where it ends */
    static int head(byte[] to, int from, char type, int number) {
        int at = from;
        to[at++] = (byte) type;
        if (number < 10) {
            to[at++] = (byte) ('0' + number);
        } else if (number < 100) {
            to[at++] = (byte) ('0' + number / 10);
            to[at++] = (byte) ('0' + number % 10);
        } else {
            int end = at + digits(number);
            int rest = number;
            for (int i = end - 1; i >= at; i--) {
                to[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            at = end;
        }
        to[at++] = '\r';
        to[at++] = '\n';
        return at;
    }

    private static int digits(int number) {
        int digits = 1;
        for (int rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    /** Of a head we wrote ourselves. */
    static int lineEnd(byte[] bytes, int from) {
        int at = from;
        while (bytes[at] != '\r') {
            at++;
        }
        return at;
    }

    static int number(byte[] bytes, int from, int to) {
        int number = 0;
        for (int at = from; at < to; at++) {
            number = 10 * number + bytes[at] - '0';
        }
        return number;
    }
}
