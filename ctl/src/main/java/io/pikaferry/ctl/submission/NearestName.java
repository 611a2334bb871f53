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
        int limit = Math.max(1, wrong.length() / 3);
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

    /** Letters to add, take away, change, or swap with their neighbour. */
    private static int distance(String a, String b) {
        int[][] distance = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    distance[i][j] = i + j;
                    continue;
                }
                int change = distance[i - 1][j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                int least = Math.min(change, Math.min(distance[i - 1][j], distance[i][j - 1]) + 1);
                boolean swapped =
                        i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1);
                distance[i][j] = swapped ? Math.min(least, distance[i - 2][j - 2] + 1) : least;
            }
        }
        return distance[a.length()][b.length()];
    }
}
