package io.pikaferry.worker.pipeline;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.master.ReceivedSnapshot;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A job's directory on this worker: the snapshot, and beside it, once that is complete, a file that says which it is. So a
 * worker that was restarted in the middle of a load can load it again instead of asking the source for another.
 *
 * <pre>
 * &lt;data-dir&gt;/jobs/&lt;job&gt;/snapshot/      as received
 * &lt;data-dir&gt;/jobs/&lt;job&gt;/snapshot.txt   first line the name, then of each stream: id, position, directory, tab separated
 * &lt;data-dir&gt;/jobs/&lt;job&gt;/work/          for the conversation with the master
 * </pre>
 */
final class SnapshotOnDisk {

    private final Path home;

    SnapshotOnDisk(Path home) {
        this.home = requireNonNull(home, "home is null");
    }

    Path directory() {
        return home.resolve("snapshot");
    }

    Path workDirectory() {
        return home.resolve("work");
    }

    private Path label() {
        return home.resolve("snapshot.txt");
    }

    /** The name of the complete snapshot that is there, if one is. */
    Optional<String> name() {
        return read().map(Labelled::name);
    }

    ReceivedSnapshot snapshot() {
        return read().map(Labelled::snapshot)
                .orElseThrow(() -> new IllegalStateException("no complete snapshot in " + home));
    }

    /** When the dump was made, as its info file says by its time; in seconds since the epoch. */
    static long takenAtSeconds(ReceivedSnapshot snapshot) {
        return snapshot.directories().values().stream()
                .map(directory -> directory.resolve("info"))
                .mapToLong(info -> {
                    try {
                        return Files.getLastModifiedTime(info).toMillis() / 1000;
                    } catch (IOException e) {
                        throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, "no " + info, e);
                    }
                })
                .min()
                .orElseThrow();
    }

    /** From now on the snapshot counts as complete. */
    void label(String name, ReceivedSnapshot snapshot) {
        List<String> lines = new ArrayList<>(List.of(name));
        snapshot.directories()
                .forEach((stream, directory) -> lines.add(String.join(
                        "\t",
                        stream.toString(),
                        snapshot.positions().get(stream).toString(),
                        home.relativize(directory).toString())));
        try {
            Path fresh = home.resolve("snapshot.txt.new");
            Files.write(fresh, lines, UTF_8);
            Files.move(fresh, label(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.DISK_FULL, "cannot write to " + home + ": " + e.getMessage(), e);
        }
    }

    /** Forgets the snapshot and removes it. The work directory stays: a conversation may be going on. */
    void clear() {
        try {
            Files.deleteIfExists(label());
            deleteTree(directory());
        } catch (IOException | UncheckedIOException e) {
            throw new FerryException(ErrorCode.DISK_FULL, "cannot clear " + home + ": " + e.getMessage(), e);
        }
    }

    /** All of it; only while the job is not here. */
    void remove() {
        clear();
        try {
            deleteTree(home);
        } catch (IOException | UncheckedIOException e) {
            throw new FerryException(ErrorCode.DISK_FULL, "cannot remove " + home + ": " + e.getMessage(), e);
        }
    }

    /** An empty directory for a new snapshot. */
    void prepare() {
        clear();
        try {
            Files.createDirectories(directory());
            Files.createDirectories(workDirectory());
        } catch (IOException e) {
            throw new FerryException(ErrorCode.DISK_FULL, "cannot make " + home + ": " + e.getMessage(), e);
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root)) {
            return;
        }
        List<Path> paths;
        try (Stream<Path> walk = Files.walk(root)) {
            paths = walk.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : paths) {
            Files.deleteIfExists(path);
        }
    }

    private record Labelled(String name, ReceivedSnapshot snapshot) {}

    private Optional<Labelled> read() {
        try {
            List<String> lines = Files.readAllLines(label(), UTF_8);
            Map<StreamId, Path> directories = new HashMap<>();
            Map<StreamId, BinlogPosition> positions = new HashMap<>();
            for (String line : lines.subList(1, lines.size())) {
                String[] parts = line.split("\t", 3);
                StreamId stream = StreamId.parse(parts[0]);
                positions.put(stream, BinlogPosition.parse(parts[1]));
                directories.put(stream, home.resolve(parts[2]));
            }
            return Optional.of(new Labelled(lines.get(0), new ReceivedSnapshot(directories, positions)));
        } catch (IOException | IndexOutOfBoundsException | IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
