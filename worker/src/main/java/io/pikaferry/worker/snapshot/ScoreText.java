package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

/** A sorted set's score as ZADD takes it: read back, it is the same double, bit for bit (dump-formats.md §7.2). */
final class ScoreText {

    private static final double EXACT_INTEGERS = 0x1p53;

    private ScoreText() {}

    /**
     * @param score not NaN: no text stands for it
     */
    static byte[] of(double score) {
        return text(score).getBytes(US_ASCII);
    }

    private static String text(double score) {
        if (Double.isNaN(score)) {
            throw new IllegalArgumentException("a score is not a number");
        }
        if (Double.isInfinite(score)) {
            return score > 0 ? "inf" : "-inf";
        }
        long integer = (long) score;
        if (integer == score && Math.abs(score) < EXACT_INTEGERS) {
            boolean negativeZero = integer == 0 && Double.doubleToRawLongBits(score) != 0;
            return negativeZero ? "-0" : Long.toString(integer);
        }
        return Double.toString(score);
    }
}
