package io.pikaferry.standin;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The lines of a recorded session. */
final class Transcript {

    /** One thing that happened: bytes in one direction, an event or a note. */
    record Line(
            String scenario, long millis, String connection, boolean fromSlave, String hex, String event, String note) {

        static Line of(JsonNode line) {
            return new Line(
                    line.path("case").asText(),
                    line.path("t_ms").asLong(),
                    line.path("conn").asText() + line.path("cid").asText(),
                    line.path("dir").asText().equals("s2m"),
                    line.path("hex").asText(),
                    line.path("event").asText(),
                    line.path("note").asText());
        }

        boolean isNote() {
            return connection.isEmpty();
        }

        boolean isOn(String kind) {
            return connection.startsWith(kind);
        }

        byte[] bytes() {
            return HexFormat.of().parseHex(hex);
        }
    }

    private Transcript() {}

    static List<Line> of(List<JsonNode> lines) {
        List<Line> all = new ArrayList<>();
        lines.forEach(line -> all.add(Line.of(line)));
        return all;
    }
}
