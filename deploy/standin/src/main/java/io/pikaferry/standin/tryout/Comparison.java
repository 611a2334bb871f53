package io.pikaferry.standin.tryout;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.tryout.RespClient.Answer;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * What database 0 of a source at rest and of its target have in common, and what not.
 *
 * @param equal how many keys are equal, by type
 * @param differences of each key that differs, in words that show nothing of the values
 */
public record Comparison(Map<String, Integer> equal, Map<Bytes, List<String>> differences) {

    /** What PikaFerry keeps in the target for itself. */
    private static final String BOOKKEEPING = "pikaferry:{";

    public static Comparison of(String source, String target) throws IOException {
        try (RespClient from = RespClient.connect(source);
                RespClient to = RespClient.connect(target)) {
            Comparison comparison = new Comparison(new TreeMap<>(), new LinkedHashMap<>());
            Set<Bytes> keys = new LinkedHashSet<>(keys(from));
            keys.addAll(keys(to));
            for (Bytes key : keys) {
                comparison.compare(key, from, to);
            }
            return comparison;
        }
    }

    private void compare(Bytes key, RespClient from, RespClient to) throws IOException {
        KeyContent wanted = KeyContent.read(from, key);
        List<String> found = wanted.differencesFrom(KeyContent.read(to, key));
        if (!found.isEmpty()) {
            // it may have expired between the two questions
            wanted = KeyContent.read(from, key);
            found = wanted.differencesFrom(KeyContent.read(to, key));
        }
        if (!found.isEmpty()) {
            differences.put(key, found);
        } else if (!wanted.type().equals("none")) {
            equal.merge(wanted.type(), 1, Integer::sum);
        }
    }

    private static Set<Bytes> keys(RespClient client) throws IOException {
        Set<Bytes> keys = new LinkedHashSet<>();
        String cursor = "0";
        do {
            Answer page = client.call("SCAN", cursor, "COUNT", "500");
            cursor = page.elements().get(0).text();
            keys.addAll(page.elements().get(1).values());
        } while (!cursor.equals("0"));
        keys.removeIf(key -> key.asUtf8().startsWith(BOOKKEEPING));
        return keys;
    }
}
