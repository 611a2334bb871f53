package io.pikaferry.standin.tryout;

import io.pikaferry.standin.dataset.Bytes;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What one key holds, in a form that can be compared between a Pika and a Redis.
 *
 * @param type as TYPE says; {@code none} if there is no such key
 * @param value of a string its bytes, of a list its elements in order; else a map or a set
 * @param secondsLeft absent: it does not expire
 */
record KeyContent(String type, Object value, Optional<Long> secondsLeft) {

    /** The two are asked one after the other, and each rounds in its own way. */
    private static final int TTL_TOLERANCE_SECONDS = 2;

    static KeyContent read(RespClient client, Bytes key) throws IOException {
        String type = client.call("TYPE", key).text();
        Object value =
                switch (type) {
                    case "string" -> client.call("GET", key).value();
                    case "list" -> client.call("LRANGE", key, "0", "-1").values();
                    case "set" -> new HashSet<>(client.call("SMEMBERS", key).values());
                    case "hash" -> fields(client.call("HGETALL", key).values());
                    case "zset" -> scores(
                            client.call("ZRANGE", key, "0", "-1", "WITHSCORES").values());
                    case "none" -> List.of();
                    default -> throw new IOException("a key of type " + type);
                };
        long ttl = client.call("TTL", key).number();
        return new KeyContent(type, value, ttl < 0 ? Optional.empty() : Optional.of(ttl));
    }

    private static Map<Bytes, Bytes> fields(List<Bytes> flat) {
        Map<Bytes, Bytes> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(flat.get(i), flat.get(i + 1));
        }
        return fields;
    }

    private static Map<Bytes, Double> scores(List<Bytes> flat) {
        Map<Bytes, Double> scores = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            scores.put(flat.get(i), score(flat.get(i + 1).asUtf8()));
        }
        return scores;
    }

    /** Redis keeps no -0. */
    private static double score(String text) {
        return switch (text) {
            case "inf", "+inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> Double.NEGATIVE_INFINITY;
            case "nan", "-nan" -> Double.NaN;
            default -> Double.parseDouble(text) + 0.0;
        };
    }

    /** What differs, in words that show nothing of the values. */
    List<String> differencesFrom(KeyContent target) {
        List<String> differences = new ArrayList<>();
        if (!type.equals(target.type)) {
            differences.add("%s at the source, %s at the target".formatted(type, target.type));
            return differences;
        }
        if (!value.equals(target.value)) {
            differences.add("another " + type + " value");
        }
        if (!sameTtl(target)) {
            differences.add("TTL %s at the source, %s at the target".formatted(ttlText(), target.ttlText()));
        }
        return differences;
    }

    private boolean sameTtl(KeyContent target) {
        if (secondsLeft.isEmpty() || target.secondsLeft.isEmpty()) {
            return secondsLeft.equals(target.secondsLeft);
        }
        return Math.abs(secondsLeft.get() - target.secondsLeft.get()) <= TTL_TOLERANCE_SECONDS;
    }

    private String ttlText() {
        return secondsLeft.map(left -> left + " s").orElse("none");
    }
}
