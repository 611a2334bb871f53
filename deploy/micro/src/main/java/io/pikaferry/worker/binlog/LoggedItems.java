package io.pikaferry.worker.binlog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;

/** Items as a source logs them, for benchmarks. */
public final class LoggedItems {

    private LoggedItems() {}

    /** A SET with a value of so many bytes. */
    public static BinlogItem set(int bytes) {
        return item("SET", "user:1234567:profile", "v".repeat(bytes));
    }

    /** A command with so many pairs behind what is said. */
    public static BinlogItem pairs(int pairs, String... before) {
        String[] words = new String[before.length + 2 * pairs];
        System.arraycopy(before, 0, words, 0, before.length);
        for (int i = 0; i < pairs; i++) {
            words[before.length + 2 * i] = "name:" + (1000 + i);
            words[before.length + 2 * i + 1] = "v".repeat(50);
        }
        return item(words);
    }

    public static BinlogItem item(String... words) {
        StringBuilder content = new StringBuilder("*").append(words.length).append("\r\n");
        for (String word : words) {
            content.append("$")
                    .append(word.length())
                    .append("\r\n")
                    .append(word)
                    .append("\r\n");
        }
        return new BinlogItem(
                StreamId.ONLY,
                new BinlogPosition(0, 1000),
                1_700_000_000,
                content.toString().getBytes(US_ASCII));
    }
}
