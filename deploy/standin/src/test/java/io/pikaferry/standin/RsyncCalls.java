package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.Transcript.Line;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a master's rsync client asked for, connection by connection: module and arguments. */
final class RsyncCalls {

    private static final Pattern MODULE_AND_ARGUMENTS =
            Pattern.compile("(document[^\n]*)\n.*?(-vlogD.*?\0\0)", Pattern.DOTALL);

    private RsyncCalls() {}

    /** A bare connect is "nothing". */
    static List<String> of(List<String> connections) {
        List<String> calls = new ArrayList<>();
        for (String connection : connections) {
            Matcher call = MODULE_AND_ARGUMENTS.matcher(connection);
            calls.add(call.find() ? call.group(1) + " " + call.group(2).replace('\0', ' ') : "nothing");
        }
        return calls;
    }

    /** Those of a recording, one address of the master exchanged for another. */
    static List<String> recorded(List<Line> lines, String recordedAddress, String ownAddress) {
        Map<String, StringBuilder> connections = new LinkedHashMap<>();
        List<StringBuilder> all = new ArrayList<>();
        for (Line line : lines) {
            if (!line.isOn("rsync") || line.fromSlave()) {
                continue;
            }
            if (line.event().equals("open")) {
                StringBuilder said = new StringBuilder();
                connections.put(line.connection(), said);
                all.add(said);
            } else if (!line.hex().isEmpty()) {
                connections.get(line.connection()).append(new String(line.bytes(), ISO_8859_1));
            }
        }
        return of(all.stream()
                .map(StringBuilder::toString)
                .map(said -> recordedAddress.isEmpty() ? said : said.replace(recordedAddress, ownAddress))
                .toList());
    }

    /** Files byte by byte; of info the lines that do not name the master. */
    static void assertSameFiles(Path recorded, Path received) throws IOException {
        try (var files = Files.walk(recorded)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                Path own = received.resolve(recorded.relativize(file));
                if (file.endsWith("info")) {
                    assertThat(Files.readAllLines(own).subList(3, 5))
                            .isEqualTo(Files.readAllLines(file).subList(3, 5));
                } else {
                    assertThat(own).hasSameBinaryContentAs(file);
                }
            }
        }
    }
}
