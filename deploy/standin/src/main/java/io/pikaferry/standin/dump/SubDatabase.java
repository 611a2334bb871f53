package io.pikaferry.standin.dump;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.rocksdb.AbstractComparator;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ChecksumType;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * One RocksDB of a dump with its column families. Reading leaves the directory untouched; writing
 * leaves what a checkpoint has: CURRENT, MANIFEST, OPTIONS and SST files.
 */
final class SubDatabase implements AutoCloseable {

    /** A column family, and whether it needs one of Pika's comparators. */
    enum Family {
        DEFAULT("default"),
        DATA("data_cf"),
        MEMBER("member_cf"),
        LIST_NODES("data_cf"),
        SCORE("score_cf");

        private final String cfName;

        Family(String cfName) {
            this.cfName = cfName;
        }
    }

    private static final int BATCH_BYTES = 1 << 20;

    static {
        RocksDB.loadLibrary();
    }

    private final List<AutoCloseable> resources = new ArrayList<>();
    private final List<Family> families;
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final Path directory;
    private final boolean writing;
    private final RocksDB db;
    private final WriteBatch batch = new WriteBatch();
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);

    private SubDatabase(Path directory, boolean writing, Family... families) throws RocksDBException {
        this.directory = directory;
        this.writing = writing;
        this.families = List.of(families);
        DBOptions options = keep(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (Family family : families) {
            descriptors.add(new ColumnFamilyDescriptor(family.cfName.getBytes(US_ASCII), options(family)));
        }
        db = writing
                ? RocksDB.open(options, directory.toString(), descriptors, handles)
                : RocksDB.openReadOnly(options, directory.toString(), descriptors, handles);
    }

    static SubDatabase read(Path directory, Family... families) throws RocksDBException {
        return new SubDatabase(directory, false, families);
    }

    static SubDatabase write(Path directory, Family... families) throws RocksDBException {
        return new SubDatabase(directory, true, families);
    }

    /** What 3.0's RocksDB 5.9 writes. */
    private ColumnFamilyOptions options(Family family) {
        ColumnFamilyOptions options = keep(new ColumnFamilyOptions())
                .setCompressionType(CompressionType.SNAPPY_COMPRESSION)
                .setTableFormatConfig(
                        new BlockBasedTableConfig().setFormatVersion(2).setChecksumType(ChecksumType.kCRC32c));
        ComparatorOptions reuse = keep(new ComparatorOptions());
        if (family == Family.LIST_NODES) {
            options.setComparator(keep((AbstractComparator) new ListKeyOrder(reuse)));
        } else if (family == Family.SCORE) {
            options.setComparator(keep((AbstractComparator) new ScoreKeyOrder(reuse)));
        }
        return options;
    }

    private <T extends AutoCloseable> T keep(T resource) {
        resources.add(0, resource);
        return resource;
    }

    RocksIterator scan(Family family) {
        return keep(db.newIterator(handle(family)));
    }

    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        batch.put(handle(family), key, value);
        if (batch.getDataSize() > BATCH_BYTES) {
            writeBatch();
        }
    }

    private void writeBatch() throws RocksDBException {
        db.write(unlogged, batch);
        batch.clear();
    }

    private ColumnFamilyHandle handle(Family family) {
        return handles.get(families.indexOf(family));
    }

    /** Closes; after writing, flushes first and removes what a checkpoint does not have. */
    @Override
    public void close() throws RocksDBException, IOException {
        try {
            if (writing) {
                writeBatch();
                try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                    db.flush(wait, handles);
                }
            }
        } finally {
            closeNative();
        }
        if (writing) {
            removeTraces();
        }
    }

    private void closeNative() {
        for (AutoCloseable resource : resources) {
            if (resource instanceof RocksIterator iterator) {
                iterator.close();
            }
        }
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        batch.close();
        unlogged.close();
        for (AutoCloseable resource : resources) {
            if (!(resource instanceof RocksIterator)) {
                closeOption(resource);
            }
        }
    }

    private static void closeOption(AutoCloseable resource) {
        try {
            resource.close();
        } catch (Exception e) {
            throw new IllegalStateException("native memory cannot be freed", e);
        }
    }

    private void removeTraces() throws IOException {
        List<Path> children;
        try (Stream<Path> listed = Files.list(directory)) {
            children = listed.toList();
        }
        for (Path child : children) {
            String name = child.getFileName().toString();
            if (name.equals("IDENTITY") || name.startsWith("LOCK") || name.startsWith("LOG") || name.endsWith(".log")) {
                Files.delete(child);
            }
        }
    }
}
