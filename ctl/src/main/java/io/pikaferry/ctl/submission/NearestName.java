package io.pikaferry.ctl.submission;

import java.util.Collection;
import java.util.Comparator;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Finds what was probably meant: the known name with the fewest letters to change, or one that was cut short. */
public final class NearestName {

    private NearestName() {}

    public static Optional<String> to(String written, Collection<String> known) {
        String wrong = written.toLowerCase(Locale.ROOT);
        int limit = Math.max(2, wrong.length() / 3);
        Optional<String> misspelt = known.stream()
                .filter(name -> distance(wrong, name.toLowerCase(Locale.ROOT)) <= limit)
                .min(Comparator.comparingInt(name -> distance(wrong, name.toLowerCase(Locale.ROOT))));
        Stream<String> cutShort = known.stream()
                .filter(name ->
                        wrong.length() > 1 && name.toLowerCase(Locale.ROOT).startsWith(wrong));
        return misspelt.or(cutShort::findFirst);
    }

    /** {@code ; did you mean 'lanes'?}, or nothing. */
    public static String hint(String written, Collection<String> known) {
        return to(written, known).map(name -> "; did you mean '" + name + "'?").orElse("");
    }

    /** Levenshtein's, row by row. */
    private static int distance(String a, String b) {
        int[] above = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            above[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int[] row = new int[b.length() + 1];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int change = above[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(above[j], row[j - 1]) + 1);
            }
            above = row;
        }
        return above[b.length()];
    }
}
