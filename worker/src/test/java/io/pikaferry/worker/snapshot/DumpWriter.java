package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.rocksdb.AbstractComparator;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.ComparatorOptions;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteOptions;

/**
 * Writes a dump as a server would, record by record, for what no recorded dump has. Encodes by itself and not with the
 * code under test, or the two would share their mistakes. Complete when closed.
 */
abstract class DumpWriter implements AutoCloseable {

    static {
        RocksDB.loadLibrary();
    }

    private final Path directory;
    private final Map<String, RocksDB> databases = new HashMap<>();
    private final Map<String, ColumnFamilyHandle> handles = new HashMap<>();
    private final Deque<AutoCloseable> natives = new ArrayDeque<>();
    private final WriteOptions unlogged = keep(new WriteOptions()).setDisableWAL(true);
    private final long memtableBytes;

    DumpWriter(Path directory, long memtableBytes) {
        this.directory = directory;
        this.memtableBytes = memtableBytes;
    }

    private <T extends AutoCloseable> T keep(T closeable) {
        natives.push(closeable);
        return closeable;
    }

    final void create(String subDatabase, String... families) {
        try {
            Path path = Files.createDirectories(directory.resolve(subDatabase));
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (String family : families) {
                ColumnFamilyOptions options = keep(new ColumnFamilyOptions()).setWriteBufferSize(memtableBytes);
                boolean lists = subDatabase.equals("lists") && family.equals("data_cf");
                if (lists || family.equals("list_data_cf")) {
                    ComparatorOptions comparator = keep(ListOrder.options());
                    AbstractComparator order =
                            lists ? new BlackwidowListOrder(comparator) : new FloydListOrder(comparator);
                    options.setComparator(keep(order));
                }
                descriptors.add(new ColumnFamilyDescriptor(family.getBytes(UTF_8), options));
            }
            DBOptions options = keep(new DBOptions()).setCreateIfMissing(true).setCreateMissingColumnFamilies(true);
            List<ColumnFamilyHandle> opened = new ArrayList<>();
            databases.put(subDatabase, keep(RocksDB.open(options, path.toString(), descriptors, opened)));
            for (int i = 0; i < families.length; i++) {
                handles.put(subDatabase + "/" + families[i], keep(opened.get(i)));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    final void put(String subDatabase, String family, byte[] key, byte[] value) {
        try {
            databases.get(subDatabase).put(handles.get(subDatabase + "/" + family), unlogged, key, value);
        } catch (RocksDBException e) {
            throw new IllegalStateException(e);
        }
    }

    final void flush() {
        handles.forEach((name, handle) -> {
            try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                databases.get(name.substring(0, name.indexOf('/'))).flush(wait, handle);
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    /** Little endian. */
    static ByteBuffer record(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    static byte[] text(String text) {
        return text.getBytes(UTF_8);
    }

    @Override
    public void close() {
        flush();
        try {
            while (!natives.isEmpty()) {
                natives.pop().close();
            }
            Files.writeString(directory.resolve("info"), "0s\n127.0.0.1\n9221\n0\n0\n");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }
}
