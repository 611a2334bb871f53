package io.pikaferry.worker.routing;

import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;

/** Whole numbers as text, without a String. */
final class Decimal {

    private static final String LETTERS_OF_NUMBERS = "+-.einfaINFA"; // inf and nan too

    private Decimal() {}

    /** Empty if it is not a whole number of 64 bits. */
    static OptionalLong parse(byte[] text) {
        int at = 0;
        boolean negative = false;
        if (text.length > 0 && (text[0] == '-' || text[0] == '+')) {
            negative = text[0] == '-';
            at = 1;
        }
        if (at == text.length) {
            return OptionalLong.empty();
        }
        long value = 0; // negative while reading: there is one more of them
        for (; at < text.length; at++) {
            int digit = text[at] - '0';
            if (digit < 0 || digit > 9 || value < (Long.MIN_VALUE + digit) / 10) {
                return OptionalLong.empty();
            }
            value = value * 10 - digit;
        }
        if (!negative && value == Long.MIN_VALUE) {
            return OptionalLong.empty();
        }
        return OptionalLong.of(negative ? value : -value);
    }

    /** Whether it can be a number as Pika prints them, whole or not. False alarms are possible, misses are not. */
    static boolean maybeNumber(byte[] text) {
        if (text.length == 0) {
            return false;
        }
        for (byte each : text) {
            boolean digit = each >= '0' && each <= '9';
            if (!digit && LETTERS_OF_NUMBERS.indexOf(each) < 0) {
                return false;
            }
        }
        return true;
    }

    /** @throws UnknownFormException if it is not a whole number of 64 bits */
    static long of(byte[] text) {
        return parse(text).orElseThrow(UnknownFormException::new);
    }

    static byte[] text(long value) {
        return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
    }
}
