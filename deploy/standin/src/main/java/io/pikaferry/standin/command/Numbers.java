package io.pikaferry.standin.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.standin.dataset.Bytes;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Locale;

/** Numbers as Pika reads and prints them. */
final class Numbers {

    private Numbers() {}

    /** A 64-bit integer in the one canonical notation: no sign but minus, no leading zeros, no blanks. */
    static long integer(Bytes text) {
        byte[] digits = text.array();
        if (digits.length == 0 || digits.length > 20) {
            throw CommandFailure.notAnInteger();
        }
        String number = new String(digits, ISO_8859_1);
        try {
            long value = Long.parseLong(number);
            if (Long.toString(value).equals(number)) {
                return value;
            }
        } catch (NumberFormatException e) {
            throw CommandFailure.notAnInteger();
        }
        throw CommandFailure.notAnInteger();
    }

    /** A score: what strtod takes, with inf and nan in any case. */
    static double floating(Bytes text) {
        String number = new String(text.array(), ISO_8859_1);
        String plain = number.toLowerCase(Locale.ROOT);
        String unsigned = plain.startsWith("-") || plain.startsWith("+") ? plain.substring(1) : plain;
        if (unsigned.equals("inf") || unsigned.equals("infinity")) {
            return plain.startsWith("-") ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        if (unsigned.equals("nan")) {
            return Double.NaN;
        }
        if (plain.isEmpty() || !plain.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)(e[-+]?\\d+)?")) {
            throw CommandFailure.notAFloat();
        }
        return Double.parseDouble(plain);
    }

    /** For INCRBYFLOAT: the sum of two decimals, as exact as C's long double at 17 places. */
    static BigDecimal decimal(Bytes text) {
        double checked = floating(text);
        if (Double.isNaN(checked) || Double.isInfinite(checked)) {
            throw CommandFailure.notAFloat();
        }
        return new BigDecimal(new String(text.array(), ISO_8859_1));
    }

    /** C's %.17Lf without trailing zeros. */
    static Bytes print(BigDecimal number) {
        BigDecimal rounded = number.setScale(17, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return Bytes.utf8(rounded.signum() == 0 ? "0" : rounded.toPlainString());
    }

    /** C's %f without zeros at its end. */
    static String printShort(double score) {
        if (Double.isNaN(score)) {
            return "nan";
        }
        BigDecimal rounded =
                new BigDecimal(score).setScale(6, RoundingMode.HALF_EVEN).stripTrailingZeros();
        return rounded.signum() == 0 ? "0" : rounded.toPlainString();
    }

    /** A score as ZSCORE prints it: C's %.17g, integers as plain digits. */
    static String print(double score) {
        if (Double.isNaN(score)) {
            return "nan";
        }
        if (Double.isInfinite(score)) {
            return score > 0 ? "inf" : "-inf";
        }
        if (score == 0) {
            return 1 / score < 0 ? "-0" : "0";
        }
        if (score > -4503599627370495.0 && score < 4503599627370496.0 && score == Math.rint(score)) {
            return Long.toString((long) score);
        }
        return percent17g(score);
    }

    private static String percent17g(double value) {
        BigDecimal exact = new BigDecimal(value);
        BigDecimal rounded = exact.round(new java.math.MathContext(17, RoundingMode.HALF_EVEN));
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < -4 || exponent >= 17) {
            BigDecimal mantissa = rounded.movePointLeft(exponent).stripTrailingZeros();
            return "%se%s%02d".formatted(mantissa.toPlainString(), exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
        return rounded.stripTrailingZeros().toPlainString();
    }
}
