package io.pikaferry.standin.dump;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
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
import org.rocksdb.Options;
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
        SCORE("score_cf"),
        FLOYD_HASH("hash_data_cf"),
        FLOYD_SET("set_data_cf"),
        FLOYD_LIST("list_data_cf"),
        FLOYD_ZSET("zset_data_cf"),
        FLOYD_SCORE("zset_score_cf"),
        FLOYD_STREAM("stream_data_cf");

        private final String cfName;

        Family(String cfName) {
            this.cfName = cfName;
        }

        Optional<AbstractComparator> order(ComparatorOptions options) {
            return switch (this) {
                case LIST_NODES -> Optional.of(new ListKeyOrder(options));
                case SCORE -> Optional.of(new ScoreKeyOrder(options));
                case FLOYD_LIST -> Optional.of(new FloydListKeyOrder(options));
                case FLOYD_SCORE -> Optional.of(new FloydScoreKeyOrder(options));
                case DEFAULT, DATA, MEMBER, FLOYD_HASH, FLOYD_SET, FLOYD_ZSET, FLOYD_STREAM -> Optional.empty();
            };
        }
    }

    /** How keys come in. */
    enum Mode {
        READ,
        /** In any order, through memory. */
        WRITE,
        /** In ascending order within each family, straight into SST files. */
        BULK
    }

    private static final int BATCH_BYTES = 1 << 20;

    /** Who reads a dump tells by it what Pika may have put in. */
    private static final Pattern OWN_VERSION = Pattern.compile("rocksdb_version=[\\d.]+");

    private static final String PIKAS_VERSION = "rocksdb_version=5.9.2";

    static {
        RocksDB.loadLibrary();
    }

    private final Path directory;
    private final Mode mode;
    private final List<Family> families;
    private final List<AutoCloseable> options = new ArrayList<>();
    private final List<RocksIterator> iterators = new ArrayList<>();
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final Map<Family, BulkFiles> bulk = new EnumMap<>(Family.class);
    private final RocksDB db;
    private final WriteBatch batch = new WriteBatch();
    private final WriteOptions unlogged = new WriteOptions().setDisableWAL(true);

    SubDatabase(Path directory, Mode mode, Family... families) throws RocksDBException {
        this.directory = directory;
        this.mode = mode;
        this.families = List.of(families);
        DBOptions dbOptions = keep(new DBOptions())
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setInfoLogLevel(InfoLogLevel.ERROR_LEVEL);
        List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
        for (Family family : families) {
            descriptors.add(new ColumnFamilyDescriptor(family.cfName.getBytes(US_ASCII), columnOptions(family)));
        }
        db = mode == Mode.READ
                ? RocksDB.openReadOnly(dbOptions, directory.toString(), descriptors, handles)
                : RocksDB.open(dbOptions, directory.toString(), descriptors, handles);
        if (mode == Mode.BULK) {
            for (Family family : families) {
                bulk.put(family, new BulkFiles(directory, family.name(), bulkOptions(family)));
            }
        }
    }

    /** What 3.0's RocksDB 5.9 writes. */
    private ColumnFamilyOptions columnOptions(Family family) {
        ColumnFamilyOptions column = keep(new ColumnFamilyOptions())
                .setCompressionType(CompressionType.SNAPPY_COMPRESSION)
                .setTableFormatConfig(oldTable());
        family.order(keep(new ComparatorOptions())).ifPresent(order -> column.setComparator(keep(order)));
        return column;
    }

    private Options bulkOptions(Family family) {
        Options file = new Options()
                .setCompressionType(CompressionType.SNAPPY_COMPRESSION)
                .setTableFormatConfig(oldTable());
        family.order(keep(new ComparatorOptions())).ifPresent(order -> file.setComparator(keep(order)));
        return file;
    }

    private static BlockBasedTableConfig oldTable() {
        return new BlockBasedTableConfig().setFormatVersion(2).setChecksumType(ChecksumType.kCRC32c);
    }

    private <T extends AutoCloseable> T keep(T option) {
        options.add(0, option);
        return option;
    }

    RocksIterator scan(Family family) {
        RocksIterator iterator = db.newIterator(handle(family));
        iterators.add(iterator);
        return iterator;
    }

    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        if (mode == Mode.BULK) {
            bulk.get(family).put(key, value);
            return;
        }
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

    /** Closes; after writing, brings everything to disk first and removes what a checkpoint does not have. */
    @Override
    public void close() throws RocksDBException, IOException {
        try {
            if (mode == Mode.WRITE) {
                writeBatch();
                try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                    db.flush(wait, handles);
                }
            }
            for (Map.Entry<Family, BulkFiles> files : bulk.entrySet()) {
                files.getValue().ingestInto(db, handle(files.getKey()));
            }
        } finally {
            closeNative();
        }
        if (mode != Mode.READ) {
            removeTraces();
        }
    }

    /** The database goes before the comparators it calls. */
    private void closeNative() {
        iterators.forEach(RocksIterator::close);
        handles.forEach(ColumnFamilyHandle::close);
        db.close();
        bulk.values().forEach(BulkFiles::close);
        batch.close();
        unlogged.close();
        options.forEach(SubDatabase::closeOption);
    }

    private static void closeOption(AutoCloseable option) {
        try {
            option.close();
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
            } else if (name.startsWith("OPTIONS-")) {
                String text = Files.readString(child);
                Files.writeString(child, OWN_VERSION.matcher(text).replaceFirst(PIKAS_VERSION));
            }
        }
    }
}
