package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.table.KeyOrder;
import io.pikaferry.worker.snapshot.table.RecordCursor;
import io.pikaferry.worker.snapshot.table.TableFile;
import io.pikaferry.worker.snapshot.table.Tables;
import io.pikaferry.worker.snapshot.table.UnreadableTableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.Slice;
import org.rocksdb.WALRecoveryMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One sub-database of a dump, open for reading only: nothing in its directory is ever written.
 *
 * <p>Threads: any, at once; a {@link Cursor} belongs to one. Everything opened from it is to be closed before it.
 *
 * <p>Failure: what RocksDB finds damaged is a coded {@link FerryException} that names the directory.
 */
final class DumpDatabase implements AutoCloseable {

    static {
        RocksDB.loadLibrary();
    }

    private static final Logger log = LoggerFactory.getLogger(DumpDatabase.class);

    private final Corruption corruption;
    private final Path directory;
    private final Map<Family, ColumnFamilyHandle> handles = new EnumMap<>(Family.class);
    /** Natives in the order of their making; they are closed in the reverse. */
    private final Deque<AutoCloseable> natives = new ArrayDeque<>();

    private final RocksDB rocks;
    private final ReadOptions lookups;
    private final List<LiveFileMetaData> files;
    /** Families whose records are all in tables, as far as is known beforehand. */
    private final Map<Family, Tables> tables = new EnumMap<>(Family.class);

    private final AtomicBoolean saidUnreadable = new AtomicBoolean();

    private DumpDatabase(String name, Path directory, List<Family> families, int openFiles, Cache cache)
            throws RocksDBException, IOException {
        this.corruption = new Corruption(name);
        this.directory = directory;
        try {
            List<Family> present = present(directory, families);
            BlockBasedTableConfig table = new BlockBasedTableConfig().setBlockCache(cache);
            Map<Family, KeyOrder> orders = new EnumMap<>(Family.class);
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (Family family : present) {
                ColumnFamilyOptions options = keep(new ColumnFamilyOptions()).setTableFormatConfig(table);
                orders.put(family, KeyOrder.BYTES);
                if (family.order() != Family.Order.BYTES) {
                    ListOrder order = comparator(family.order());
                    options.setComparator(order);
                    orders.put(family, order);
                }
                descriptors.add(new ColumnFamilyDescriptor(family.columnFamilyBytes(), options));
            }
            DBOptions options = keep(new DBOptions())
                    .setMaxOpenFiles(openFiles)
                    .setWalRecoveryMode(WALRecoveryMode.AbsoluteConsistency);
            List<ColumnFamilyHandle> opened = new ArrayList<>();
            rocks = keep(RocksDB.openReadOnly(options, directory.toString(), descriptors, opened));
            for (int i = 0; i < opened.size(); i++) {
                handles.put(present.get(i), keep(opened.get(i)));
            }
            lookups = keep(new ReadOptions());
            files = rocks.getLiveFilesMetaData();
            if (!hasLog(directory)) {
                orders.forEach((family, order) -> tables.put(family, new Tables(tableFiles(family), order)));
            }
        } catch (RocksDBException | IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * @param name what to call it in an error
     * @param families to read; one that the database does not have is left out, but for DEFAULT
     */
    static DumpDatabase open(String name, Path directory, List<Family> families, int openFiles, Cache cache) {
        Manifest.check(new Corruption(name), directory);
        try {
            return new DumpDatabase(name, directory, families, openFiles, cache);
        } catch (RocksDBException e) {
            throw RocksErrors.translate(name + " in " + directory + " cannot be opened", e);
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, directory + " cannot be read", e);
        }
    }

    /** What several databases may share; to be closed after them. */
    static Cache cache(long bytes) {
        return new LRUCache(bytes);
    }

    private static List<Family> present(Path directory, List<Family> wanted) throws RocksDBException {
        try (Options options = new Options()) {
            List<String> names = RocksDB.listColumnFamilies(options, directory.toString()).stream()
                    .map(name -> new String(name, UTF_8))
                    .toList();
            return wanted.stream()
                    .filter(family -> family == Family.DEFAULT || names.contains(family.columnFamily()))
                    .toList();
        }
    }

    private ListOrder comparator(Family.Order order) {
        ComparatorOptions options = keep(ListOrder.options());
        return keep(
                order == Family.Order.BLACKWIDOW_LISTS
                        ? new BlackwidowListOrder(options)
                        : new FloydListOrder(options));
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        natives.push(closeable);
        return closeable;
    }

    Corruption corruption() {
        return corruption;
    }

    /** Stands nowhere until it is told to seek. */
    Cursor cursor(Family family) {
        return cursor(family, Optional.empty());
    }

    /** @param bound where the family ends for this cursor, itself excluded */
    Cursor cursor(Family family, Optional<byte[]> bound) {
        Optional<RecordCursor> fastWay = Optional.ofNullable(tables.get(family)).map(found -> found.cursor(bound));
        return new Cursor(this, fastWay, () -> rocksCursor(family, bound));
    }

    RocksCursor rocksCursor(Family family, Optional<byte[]> bound) {
        ReadOptions options = new ReadOptions().setFillCache(false);
        Optional<Slice> slice = bound.map(Slice::new);
        slice.ifPresent(options::setIterateUpperBound);
        return new RocksCursor(this, rocks.newIterator(handle(family), options), options, slice);
    }

    Optional<byte[]> get(Family family, byte[] key) {
        try {
            return Optional.ofNullable(rocks.get(handle(family), lookups, key));
        } catch (RocksDBException e) {
            throw failed(e);
        }
    }

    private ColumnFamilyHandle handle(Family family) {
        ColumnFamilyHandle handle = handles.get(family);
        if (handle == null) {
            throw corruption.found("there is no column family " + family.columnFamily() + " in " + directory);
        }
        return handle;
    }

    FerryException failed(RocksDBException e) {
        return RocksErrors.translate(corruption.subDatabase() + " in " + directory + " cannot be read", e);
    }

    /** A cursor leaves the tables of this database to RocksDB. That is slower, and no harm. */
    void unreadable(UnreadableTableException why) {
        if (!Thread.currentThread().isInterrupted() && saidUnreadable.compareAndSet(false, true)) {
            log.atInfo()
                    .addKeyValue("database", directory)
                    .addKeyValue("why", why.getMessage())
                    .log("tables of the dump are left to RocksDB to read");
        }
    }

    /** The files of a family, with the keys they begin with. */
    List<LiveFileMetaData> files(Family family) {
        if (!handles.containsKey(family)) {
            return List.of();
        }
        return files.stream()
                .filter(file -> new String(file.columnFamilyName(), UTF_8).equals(family.columnFamily()))
                .toList();
    }

    private List<TableFile> tableFiles(Family family) {
        return files(family).stream()
                .map(file -> new TableFile(
                        directory.resolve(Path.of(file.fileName()).getFileName().toString()),
                        file.level(),
                        Bytes.owning(file.smallestKey()),
                        Bytes.owning(file.largestKey()),
                        file.largestSeqno()))
                .toList();
    }

    /** Whether the newest records are in the write-ahead log, and not in any table yet. */
    private static boolean hasLog(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            for (Path entry : entries.toList()) {
                if (entry.getFileName().toString().endsWith(".log") && Files.size(entry) > 0) {
                    return true;
                }
            }
            return false;
        }
    }

    /** What its data take on disk. */
    static long bytes(Path directory) {
        try (Stream<Path> files = Files.list(directory)) {
            long sum = 0;
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.endsWith(".sst") || name.endsWith(".blob") || name.endsWith(".log")) {
                    sum += Files.size(file);
                }
            }
            return sum;
        } catch (IOException e) {
            throw new FerryException(ErrorCode.SNAPSHOT_INCOMPLETE, directory + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        while (!natives.isEmpty()) {
            try {
                natives.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("RocksDB does not close", e);
            }
        }
    }
}
