package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import com.fasterxml.jackson.databind.JsonNode;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.HashValue;
import io.pikaferry.standin.dataset.ListValue;
import io.pikaferry.standin.dataset.SetValue;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.StreamValue;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dataset.ZsetValue;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Compares a stand-in's keys with what was read from a real master. */
final class DataContent {

    private static final HexFormat HEX = HexFormat.of();

    private DataContent() {}

    static List<String> differences(StandinMaster master, JsonNode expected) {
        return differences(master, expected, 1);
    }

    /** @param expiryUnit expiries are compared in whole multiples of that many milliseconds */
    static List<String> differences(StandinMaster master, JsonNode expected, long expiryUnit) {
        List<String> differences = new ArrayList<>();
        for (int i = 0; i < master.databases().size(); i++) {
            Map<String, String> own = master.database(i).atRest((data, position) -> describe(data, expiryUnit));
            Map<String, String> recorded = new TreeMap<>();
            for (JsonNode key : expected.get("databases").get("db" + i)) {
                if (key.path("len").asInt(1) == 0) {
                    continue; // a stream that ran empty
                }
                recorded.put(name(key.get("type").asText(), key.get("key").asText()), describe(key, expiryUnit));
            }
            for (String name : union(own, recorded)) {
                String there = recorded.getOrDefault(name, "nothing");
                String here = own.getOrDefault(name, "nothing");
                if (!there.equals(here)) {
                    differences.add("db%d %s: %s instead of %s".formatted(i, name, cut(here), cut(there)));
                }
            }
        }
        return differences;
    }

    private static List<String> union(Map<String, String> one, Map<String, String> other) {
        Map<String, String> all = new TreeMap<>(one);
        all.putAll(other);
        return List.copyOf(all.keySet());
    }

    private static String cut(String text) {
        return text.length() > 300 ? text.substring(0, 300) + "…" : text;
    }

    private static String name(String type, String hexKey) {
        return type + " " + new String(HEX.parseHex(hexKey), ISO_8859_1);
    }

    private static String describe(JsonNode key, long expiryUnit) {
        JsonNode expiry = key.get("expire_at_ms");
        String expires = expiry.isNull() ? "never" : Long.toString(expiry.asLong() / expiryUnit);
        StringBuilder text = new StringBuilder("expires " + expires + " ");
        switch (key.get("type").asText()) {
            case "string" -> text.append(key.get("value").asText());
            case "hash" -> text.append(pairs(key.get("fields")));
            case "list" -> text.append(words(key.get("elements")));
            case "set" -> text.append(new java.util.TreeSet<>(words(key.get("members"))));
            case "zset" -> {
                Map<String, String> members = new TreeMap<>();
                key.get("members")
                        .forEach(member -> members.put(
                                member.get(0).asText(), member.get(2).asText()));
                text.append(members);
            }
            case "stream" -> {
                key.get("entries")
                        .forEach(entry -> text.append(entry.get(0).asText()).append(words(entry.get(1))));
                List<String> info = words(key.get("xinfo"));
                // an XDEL can leave an id as the first one that is not
                text.append(' ').append(String.join(" ", info.subList(0, info.indexOf("recorded-first-entry-id"))));
            }
            default -> throw new IllegalArgumentException("type of " + key);
        }
        return text.toString();
    }

    private static Map<String, String> pairs(JsonNode pairs) {
        Map<String, String> map = new TreeMap<>();
        pairs.forEach(pair -> map.put(pair.get(0).asText(), pair.get(1).asText()));
        return map;
    }

    private static List<String> words(JsonNode array) {
        List<String> words = new ArrayList<>();
        array.forEach(word -> words.add(word.asText()));
        return words;
    }

    private static Map<String, String> describe(Dataset data, long expiryUnit) {
        Map<String, String> all = new TreeMap<>();
        for (Space<? extends Value> space : data.spaces()) {
            for (Map.Entry<Bytes, ? extends Value> entry : space.all()) {
                all.put(
                        name(space.type().word(), hex(entry.getKey())),
                        "expires " + expiry(data, entry.getValue(), expiryUnit) + " " + content(entry.getValue()));
            }
        }
        return all;
    }

    private static String expiry(Dataset data, Value value, long unit) {
        return value.expireStamp() == Value.NEVER
                ? "never"
                : Long.toString(data.expiry().goneAtMillis(value.expireStamp()) / unit);
    }

    private static String content(Value value) {
        if (value instanceof StringValue string) {
            return hex(string.get());
        }
        if (value instanceof HashValue hash) {
            Map<String, String> fields = new TreeMap<>();
            hash.fields().forEach((field, content) -> fields.put(hex(field), hex(content)));
            return fields.toString();
        }
        if (value instanceof ListValue list) {
            return list.elements().stream().map(DataContent::hex).toList().toString();
        }
        if (value instanceof SetValue set) {
            return set.members().stream().map(DataContent::hex).toList().toString();
        }
        if (value instanceof StreamValue stream) {
            StringBuilder text = new StringBuilder();
            stream.entries().forEach((id, words) -> text.append(id)
                    .append(words.stream().map(DataContent::hex).toList()));
            return text.append(" length %d last-generated-id %s max-deleted-entry-id %s entries-added %d"
                            .formatted(
                                    stream.entries().size(),
                                    stream.lastId(),
                                    stream.maxDeletedId(),
                                    stream.entriesAdded()))
                    .toString();
        }
        Map<String, String> members = new TreeMap<>();
        ((ZsetValue) value)
                .ranking()
                .forEach(scored ->
                        members.put(hex(scored.member()), "%016x".formatted(Double.doubleToLongBits(scored.score()))));
        return members.toString();
    }

    private static String hex(Bytes bytes) {
        return HEX.formatHex(bytes.array());
    }
}
