package io.pikaferry.ctl.output;

import java.time.Duration;
import java.util.Locale;

/** Numbers as people read them: {@code 9.4 GiB}, {@code 18.2k/s}, {@code 2m10s}. */
final class Quantities {

    private static final String[] BYTE_UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
    private static final String[] THOUSANDS = {"", "k", "M", "G"};

    private Quantities() {}

    static String bytes(long bytes) {
        double value = bytes;
        int unit = 0;
        while (value >= 1023.5 && unit < BYTE_UNITS.length - 1) {
            value /= 1024;
            unit++;
        }
        return scaled(value, unit) + " " + BYTE_UNITS[unit];
    }

    static String perSecond(double rate) {
        if (rate < 0.05) {
            return "0/s";
        }
        double value = rate;
        int unit = 0;
        while (value >= 999.5 && unit < THOUSANDS.length - 1) {
            value /= 1000;
            unit++;
        }
        String digits = value < 100 && (unit > 0 || value < 10) ? format("%.1f", value) : format("%.0f", value);
        return digits + THOUSANDS[unit] + "/s";
    }

    /** {@code 81,204,551} */
    static String count(long count) {
        return format("%,d", count);
    }

    /** A delay, exact where it is short: {@code 0.04s}, {@code 41s}, {@code 2m10s}, {@code 3h05m}. */
    static String delay(double seconds) {
        if (seconds < 9.995) {
            return format("%.2fs", seconds);
        }
        return duration(Math.round(seconds));
    }

    /** {@code 41s}, {@code 2m10s}, {@code 3h05m}, {@code 2d04h} */
    static String duration(long seconds) {
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return format("%dm%02ds", seconds / 60, seconds % 60);
        }
        if (seconds < 86_400) {
            return format("%dh%02dm", seconds / 3_600, seconds / 60 % 60);
        }
        return format("%dd%02dh", seconds / 86_400, seconds / 3_600 % 24);
    }

    /** How old something is, in its largest unit: {@code 45s}, {@code 9m}, {@code 2h}, {@code 3d}. */
    static String age(Duration age) {
        long seconds = Math.max(0, age.toSeconds());
        if (seconds < 60) {
            return seconds + "s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + "m";
        }
        return seconds < 86_400 ? seconds / 3_600 + "h" : seconds / 86_400 + "d";
    }

    private static String scaled(double value, int unit) {
        return unit > 0 && value < 9.95 ? format("%.1f", value) : format("%.0f", value);
    }

    private static String format(String pattern, Object... values) {
        return String.format(Locale.ROOT, pattern, values);
    }
}
