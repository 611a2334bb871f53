package io.pikaferry.worker.snapshot;

import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.UnitPlan.Weight;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.Cache;

/**
 * The open dump of one stream; an implementation per format. Every sub-database can be scanned by several threads at
 * once, in ranges of their own. To be closed when no thread reads it any more.
 */
abstract class DumpReader implements AutoCloseable {

    private final List<DumpDatabase> databases;

    /** @param databases in the order of the layout; closed with this */
    DumpReader(List<DumpDatabase> databases) {
        this.databases = List.copyOf(databases);
    }

    /**
     * @param asOfSeconds the clock for expiry
     * @throws io.pikaferry.error.FerryException SNAPSHOT_CORRUPT if a sub-database does not open
     */
    static DumpReader open(StreamId stream, DumpLayout layout, SnapshotConfig config, Cache cache, long asOfSeconds) {
        List<DumpDatabase> databases = new ArrayList<>();
        try {
            for (int i = 0; i < layout.subDatabases().size(); i++) {
                String name = layout.subDatabases().get(i);
                Path directory = layout.directory().resolve(name);
                List<Family> families =
                        switch (layout.format()) {
                            case NEMO -> List.of(Family.DEFAULT);
                            case BLACKWIDOW -> BlackwidowReader.families(PikaType.values()[i]);
                            case FLOYD -> FloydReader.FAMILIES;
                        };
                databases.add(DumpDatabase.open(stream + "/" + name, directory, families, config.openFiles(), cache));
            }
            return switch (layout.format()) {
                case NEMO -> new NemoReader(databases, asOfSeconds, config.listBytes());
                case BLACKWIDOW -> new BlackwidowReader(databases, asOfSeconds);
                case FLOYD -> new FloydReader(databases, asOfSeconds);
            };
        } catch (RuntimeException e) {
            databases.forEach(DumpDatabase::close);
            throw e;
        }
    }

    /** Hands over every live key of the range that the sub-database holds. */
    abstract void scan(int subDatabase, KeyRange range, ChunkWriter out) throws InterruptedException;

    /** Where the data of a sub-database lie. */
    abstract List<Weight> weights(int subDatabase);

    /** Whether there is a live key of that name, of whatever type. */
    abstract boolean contains(byte[] key);

    List<DumpDatabase> databases() {
        return databases;
    }

    @Override
    public void close() {
        databases.forEach(DumpDatabase::close);
    }
}
