package io.pikaferry.worker.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.snapshot.PikaType;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What a key holds, in the forms in which it goes over wires. */
final class Content {

    private Content() {}

    /** Elements as a dump gives them, and as the commands take them that add them. */
    static List<String> elements(Entry entry) {
        List<String> flat = new ArrayList<>();
        switch (entry.type()) {
            case "string" -> flat.add((String) entry.value());
            case "hash" -> ((Map<?, ?>) entry.value()).forEach((field, value) -> {
                flat.add((String) field);
                flat.add((String) value);
            });
            case "zset" -> ((Map<?, ?>) entry.value()).forEach((member, score) -> {
                flat.add(score.toString());
                flat.add((String) member);
            });
            default -> ((Collection<?>) entry.value()).forEach(element -> flat.add((String) element));
        }
        return flat;
    }

    static int width(Entry entry) {
        return entry.type().equals("hash") || entry.type().equals("zset") ? 2 : 1;
    }

    static PikaType type(Entry entry) {
        return switch (entry.type()) {
            case "string" -> PikaType.STRING;
            case "hash" -> PikaType.HASH;
            case "list" -> PikaType.LIST;
            case "set" -> PikaType.SET;
            default -> PikaType.ZSET;
        };
    }

    /** Two commands that make it, one after the other; of a single element only one. The key is missing in them. */
    @SuppressWarnings("unchecked")
    static Optional<List<String>>[] halves(Entry entry) {
        List<String> elements = elements(entry);
        int width = width(entry);
        int middle = (elements.size() / width + 1) / 2 * width;
        return new Optional[] {
            half(entry, elements.subList(0, middle)), half(entry, elements.subList(middle, elements.size()))
        };
    }

    private static Optional<List<String>> half(Entry entry, List<String> elements) {
        if (elements.isEmpty()) {
            return Optional.empty();
        }
        List<String> command = new ArrayList<>();
        command.add(
                switch (entry.type()) {
                    case "string" -> "SET";
                    case "hash" -> "HSET";
                    case "list" -> "RPUSH";
                    case "set" -> "SADD";
                    default -> "ZADD";
                });
        command.addAll(elements);
        return Optional.of(command);
    }

    /** With the key in its place. */
    static byte[][] command(List<String> withoutKey, String key) {
        List<String> command = new ArrayList<>(withoutKey);
        command.add(1, key);
        return bytes(command);
    }

    static byte[][] bytes(List<String> words) {
        return words.stream().map(word -> word.getBytes(ISO_8859_1)).toArray(byte[][]::new);
    }
}
