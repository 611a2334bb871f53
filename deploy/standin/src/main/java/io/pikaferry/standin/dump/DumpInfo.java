package io.pikaferry.standin.dump;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.binlog.Position;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The file {@code info} of a dump: whose it is, and where the binlog goes on. */
public record DumpInfo(String seconds, String ip, int port, Position position) {

    public static final String FILE = "info";

    public static DumpInfo read(Path directory) throws IOException {
        List<String> lines = Files.readAllLines(directory.resolve(FILE), UTF_8);
        if (lines.size() < 5) {
            throw new IOException("info in " + directory + " has " + lines.size() + " lines, not 5");
        }
        try {
            Position position = new Position(Long.parseLong(lines.get(3)), Long.parseLong(lines.get(4)));
            return new DumpInfo(lines.get(0), lines.get(1), Integer.parseInt(lines.get(2)), position);
        } catch (IllegalArgumentException e) {
            throw new IOException("info in " + directory + " is not readable", e);
        }
    }

    /** As another master, or the same by another address, would write it. */
    public DumpInfo servedBy(String otherIp, int otherPort) {
        return new DumpInfo("0s", otherIp, otherPort, position);
    }

    public String text() {
        return "%s\n%s\n%d\n%d\n%d\n".formatted(seconds, ip, port, position.file(), position.offset());
    }

    public void write(Path directory) throws IOException {
        Files.writeString(directory.resolve(FILE), text(), UTF_8);
    }
}
