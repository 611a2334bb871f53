package io.pikaferry.coordinator;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A file of {@code key = value} or {@code key: value} lines; empty lines and those that begin with # are passed over.
 * A key that nobody knows is an error, so that a typo is found at start and not at the next incident.
 */
final class ConfigFile {

    private ConfigFile() {}

    /**
     * The values, by key.
     *
     * @param known every key there is
     * @throws FerryException with UNKNOWN_CONFIG_KEY, or INVALID_ARGUMENT if the file cannot be read
     */
    static Map<String, String> read(Path file, Iterable<String> known) {
        List<String> lines;
        try {
            lines = Files.readAllLines(file);
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "configuration file %s cannot be read: %s".formatted(file, e), e);
        }
        Map<String, String> values = new LinkedHashMap<>();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i).strip();
            if (!line.isEmpty() && line.charAt(0) != '#') {
                take(file + ":" + (i + 1), line, known, values);
            }
        }
        return values;
    }

    private static void take(String where, String line, Iterable<String> known, Map<String, String> values) {
        String[] parts = line.split("\\s*[:=]\\s*", 2);
        if (parts.length < 2) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "%s: expected key = value, got '%s'".formatted(where, line));
        }
        String key = parts[0];
        String nearest = nearest(key, known);
        if (!nearest.equals(key)) {
            throw new FerryException(
                    ErrorCode.UNKNOWN_CONFIG_KEY,
                    "%s: unknown configuration key '%s'; did you mean '%s'?".formatted(where, key, nearest));
        }
        if (values.put(key, parts[1]) != null) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT, "%s: configuration key '%s' is given twice".formatted(where, key));
        }
    }

    private static String nearest(String key, Iterable<String> known) {
        String nearest = "";
        int least = Integer.MAX_VALUE;
        for (String candidate : known) {
            int distance = distance(key, candidate);
            if (distance < least) {
                least = distance;
                nearest = candidate;
            }
        }
        return nearest;
    }

    /** How many letters must be put in, taken out or changed (Levenshtein). */
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
                row[j] = Math.min(change, 1 + Math.min(row[j - 1], above[j]));
            }
            above = row;
        }
        return above[b.length()];
    }
}
