package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the directory of one stream holds, told by the names of its sub-databases (dump-formats.md §1.3). There is a
 * layout only of a complete dump: anything missing is refused, naming the path.
 *
 * @param subDatabases the directories below it, each a RocksDB; NEMO and BLACKWIDOW one per type, in the order of
 *     {@link PikaType}; FLOYD one per instance
 */
public record DumpLayout(Path directory, DumpFormat format, List<String> subDatabases) {

    static final List<String> NEMO = List.of("kv", "hash", "list", "zset", "set");
    static final List<String> BLACKWIDOW = List.of("strings", "hashes", "lists", "zsets", "sets");
    static final String STREAMS = "streams";

    private static final Pattern DIGITS = Pattern.compile("\\d{1,9}");
    private static final Pattern DATABASE = Pattern.compile("db(\\d{1,9})");
    /** The table's name in sharding mode of 3.1. */
    private static final String DEFAULT_TABLE = "default";

    /** The first RocksDB linked by a Pika that has streams (3.5.3). */
    private static final int ROCKSDB_WITH_STREAMS = 807;

    private static final Pattern ROCKSDB_VERSION = Pattern.compile("rocksdb_version=(\\d+)\\.(\\d+)");

    public DumpLayout {
        subDatabases = List.copyOf(subDatabases);
    }

    /**
     * @param directory of one stream: the one that holds {@code info}
     * @throws FerryException SNAPSHOT_INCOMPLETE unless everything is there
     */
    public static DumpLayout of(Path directory) {
        List<String> children = directoriesIn(directory);
        refuseUnfinished(directory, children);
        if (!Files.isRegularFile(directory.resolve(DumpInfo.FILE))) {
            throw incomplete(directory.resolve(DumpInfo.FILE) + " is missing: the master writes it last");
        }
        DumpLayout layout;
        if (!Collections.disjoint(children, NEMO)) {
            layout = new DumpLayout(directory, DumpFormat.NEMO, NEMO);
        } else if (!Collections.disjoint(children, BLACKWIDOW) || children.contains(STREAMS)) {
            List<String> names = new ArrayList<>(BLACKWIDOW);
            if (children.contains(STREAMS) || writtenByRocksDbWithStreams(directory.resolve(BLACKWIDOW.get(0)))) {
                names.add(STREAMS);
            }
            layout = new DumpLayout(directory, DumpFormat.BLACKWIDOW, names);
        } else {
            layout = new DumpLayout(directory, DumpFormat.FLOYD, instances(directory, children));
        }
        for (String name : layout.subDatabases()) {
            Path current = directory.resolve(name).resolve("CURRENT");
            if (!Files.isRegularFile(current)) {
                throw incomplete(current + " is missing");
            }
        }
        return layout;
    }

    /**
     * Finds the streams of a whole dump: one per database, and in sharding mode one per slot.
     *
     * @param dump the directory as the master made it or as it was received
     * @throws FerryException SNAPSHOT_INCOMPLETE if none is there or something else than streams is; whether each is
     *     complete is said by {@link #of}
     */
    public static Map<StreamId, Path> streamsOf(Path dump) {
        List<String> children = directoriesIn(dump);
        refuseUnfinished(dump, children);
        if (!Collections.disjoint(children, NEMO) || !Collections.disjoint(children, BLACKWIDOW)) {
            return Map.of(StreamId.ONLY, dump);
        }
        Map<StreamId, Path> streams = new TreeMap<>();
        for (String name : children) {
            Matcher database = DATABASE.matcher(name);
            if (!database.matches() && !name.equals(DEFAULT_TABLE)) {
                continue;
            }
            int db = database.matches() ? Integer.parseInt(database.group(1)) : 0;
            Path directory = dump.resolve(name);
            List<String> slots = slots(directory);
            if (slots.isEmpty()) {
                streams.put(new StreamId(db, 0), directory);
            }
            for (String slot : slots) {
                streams.put(new StreamId(db, Integer.parseInt(slot)), directory.resolve(slot));
            }
        }
        if (streams.isEmpty()) {
            throw incomplete(dump + " holds no database");
        }
        return streams;
    }

    /** Numeric children that hold a database per type; a child of a FLOYD dump is a database itself. */
    private static List<String> slots(Path directory) {
        return directoriesIn(directory).stream()
                .filter(name -> DIGITS.matcher(name).matches())
                .filter(name -> !Collections.disjoint(directoriesIn(directory.resolve(name)), BLACKWIDOW))
                .toList();
    }

    private static List<String> instances(Path directory, List<String> children) {
        long count =
                children.stream().filter(name -> DIGITS.matcher(name).matches()).count();
        if (count == 0) {
            throw incomplete(directory + " holds no sub-database");
        }
        List<String> names = new ArrayList<>();
        for (int instance = 0; instance < count; instance++) {
            String name = Integer.toString(instance);
            if (!children.contains(name)) {
                throw incomplete(directory.resolve(name) + " is missing");
            }
            names.add(name);
        }
        return names;
    }

    private static void refuseUnfinished(Path directory, List<String> children) {
        for (Path path = directory; path != null; path = path.getParent()) {
            if (path.getFileName() != null && path.getFileName().toString().endsWith("_FAILED")) {
                throw incomplete(path + " is what the master left of a failed dump");
            }
        }
        for (String name : children) {
            if (name.endsWith(".tmp")) {
                throw incomplete(directory.resolve(name) + " is still being written");
            }
        }
    }

    /** A transfer that lost {@code streams} would else look like a dump of a Pika that has none. */
    private static boolean writtenByRocksDbWithStreams(Path database) {
        if (!Files.isDirectory(database)) {
            return false;
        }
        try (Stream<Path> files = Files.list(database)) {
            for (Path file : files.filter(path -> path.getFileName().toString().startsWith("OPTIONS-"))
                    .toList()) {
                Matcher version = ROCKSDB_VERSION.matcher(Files.readString(file));
                if (version.find()) {
                    int number = Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2));
                    return number >= ROCKSDB_WITH_STREAMS;
                }
            }
            return false;
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, database + " cannot be read", e);
        }
    }

    private static List<String> directoriesIn(Path directory) {
        try (Stream<Path> children = Files.list(directory)) {
            return children.filter(Files::isDirectory)
                    .map(path -> path.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, directory + " cannot be read", e);
        }
    }

    private static FerryException incomplete(String message) {
        return new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, message);
    }
}
