package io.pikaferry.worker.snapshot;

import io.pikaferry.model.StreamId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.rocksdb.Cache;

/**
 * Answers whether a dump has a key: the way to find what is on the target but no longer at the source.
 *
 * <p>Errs on the side of keeping: a key whose name Pika 4.0 destroyed is said to be there if it may be.
 *
 * <p>Threads: any number may ask at once; none after {@link #close}. Each question costs a random read per sub-database;
 * where the slot is known, ask for the stream. An open stream takes about a megabyte.
 */
public final class SnapshotKeys implements AutoCloseable {

    private final Cache cache;
    private final Map<StreamId, DumpReader> readers = new TreeMap<>();

    private SnapshotKeys(Map<StreamId, Path> directories, long asOfSeconds, SnapshotConfig config) {
        cache = DumpDatabase.cache(config.cacheBytes());
        try {
            directories.forEach((stream, directory) ->
                    readers.put(stream, DumpReader.open(stream, DumpLayout.of(directory), config, cache, asOfSeconds)));
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * @param directories,asOfSeconds as for {@link SnapshotScan#run}
     * @throws io.pikaferry.error.FerryException as there
     */
    public static SnapshotKeys open(Map<StreamId, Path> directories, long asOfSeconds, SnapshotConfig config) {
        return new SnapshotKeys(directories, asOfSeconds, config);
    }

    /** Whether the stream has a live key of that name, of whatever type. */
    public boolean contains(StreamId stream, byte[] key) {
        DumpReader reader = readers.get(stream);
        return reader != null && reader.contains(key);
    }

    /** Whether a stream of the database has a live key of that name, of whatever type. */
    public boolean contains(int db, byte[] key) {
        List<DumpReader> ofDatabase = new ArrayList<>();
        readers.forEach((stream, reader) -> {
            if (stream.db() == db) {
                ofDatabase.add(reader);
            }
        });
        return ofDatabase.stream().anyMatch(reader -> reader.contains(key));
    }

    @Override
    public void close() {
        readers.values().forEach(DumpReader::close);
        cache.close();
    }
}
