package io.pikaferry.ctl.command;

import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.TypeConversionException;

/** Reads {@code 500ms}, {@code 30s}, {@code 2m}, {@code 1h}; a bare number is seconds. */
final class DurationText {

    private static final Pattern FORM = Pattern.compile("(\\d{1,9}(?:\\.\\d{1,3})?)(ms|s|m|h)?");

    private DurationText() {}

    static Duration parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new TypeConversionException("expected a duration such as 500ms, 10s or 2m, got '" + text + "'");
        }
        double number = Double.parseDouble(form.group(1));
        String unit = form.group(2) == null ? "s" : form.group(2);
        long unitMillis =
                switch (unit) {
                    case "ms" -> 1;
                    case "m" -> 60_000;
                    case "h" -> 3_600_000;
                    default -> 1_000;
                };
        long millis = Math.round(number * unitMillis);
        if (millis == 0) {
            throw new TypeConversionException("must be longer than nothing, got '" + text + "'");
        }
        return Duration.ofMillis(millis);
    }
}
