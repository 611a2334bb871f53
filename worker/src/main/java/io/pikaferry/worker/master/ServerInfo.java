package io.pikaferry.worker.master;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The text an {@code INFO} answers with. Lines are {@code key:value} but for those of 3.4 that name a database
 * ({@code db0 binlog_offset=…}): who wants these reads {@link #lines}.
 */
public record ServerInfo(List<String> lines) {

    public ServerInfo {
        lines = List.copyOf(lines);
    }

    public static ServerInfo parse(String text) {
        return new ServerInfo(text.lines()
                .map(String::trim)
                .filter(line -> !line.isEmpty() && !line.startsWith("#"))
                .toList());
    }

    /** The first value of that key, trimmed. */
    public Optional<String> value(String key) {
        String prefix = key + ":";
        return lines.stream()
                .filter(line -> line.startsWith(prefix))
                .map(line -> line.substring(prefix.length()).trim())
                .findFirst();
    }

    public OptionalLong number(String key) {
        try {
            return value(key).map(Long::parseLong).map(OptionalLong::of).orElse(OptionalLong.empty());
        } catch (NumberFormatException e) {
            return OptionalLong.empty();
        }
    }

    /** All {@code key:value} lines; of a repeated key the first. */
    public Map<String, String> values() {
        Map<String, String> values = new LinkedHashMap<>();
        for (String line : lines) {
            int colon = line.indexOf(':');
            if (colon > 0) {
                values.putIfAbsent(
                        line.substring(0, colon), line.substring(colon + 1).trim());
            }
        }
        return values;
    }
}
