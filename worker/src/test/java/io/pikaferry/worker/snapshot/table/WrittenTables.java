package io.pikaferry.worker.snapshot.table;

import io.pikaferry.model.Bytes;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.FlushOptions;
import org.rocksdb.LiveFileMetaData;
import org.rocksdb.Options;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;

/** A database that RocksDB wrote, what RocksDB says is in it, and its tables. */
final class WrittenTables implements AutoCloseable {

    static {
        RocksDB.loadLibrary();
    }

    /** Something done to an open database. */
    interface Writing {
        void to(RocksDB db) throws RocksDBException;
    }

    record Entry(Bytes key, Bytes value) {}

    private final Deque<AutoCloseable> natives = new ArrayDeque<>();
    private final RocksDB rocks;

    /** Small in everything, so that few records make many blocks, files and levels. */
    static WrittenTables write(Path directory, Consumer<Options> form, Writing writing) throws RocksDBException {
        try (Options options = new Options()) {
            options.setCreateIfMissing(true)
                    .setWriteBufferSize(1 << 20)
                    .setTargetFileSizeBase(16 << 10)
                    .setMaxBytesForLevelBase(64 << 10)
                    .setMaxBytesForLevelMultiplier(4)
                    .setLevel0FileNumCompactionTrigger(4);
            form.accept(options);
            try (RocksDB db = RocksDB.open(options, directory.toString())) {
                writing.to(db);
                flush(db);
            }
        }
        return new WrittenTables(directory);
    }

    static void flush(RocksDB db) throws RocksDBException {
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            db.flush(wait);
        }
    }

    /** Of the form that Pika's versions of RocksDB write. */
    static BlockBasedTableConfig table(int version) {
        return new BlockBasedTableConfig().setFormatVersion(version).setBlockSize(1024);
    }

    private WrittenTables(Path directory) throws RocksDBException {
        Options options = new Options();
        natives.push(options);
        // a merge cannot be shown without; what is not merged does not need it
        options.setMergeOperatorName("stringappend");
        rocks = RocksDB.openReadOnly(options, directory.toString());
        natives.push(rocks);
    }

    List<LiveFileMetaData> files() {
        return rocks.getLiveFilesMetaData();
    }

    Tables tables() {
        return tables(rocks);
    }

    /** Of an open database. */
    static Tables tables(RocksDB db) {
        return new Tables(
                db.getLiveFilesMetaData().stream()
                        .map(file -> new TableFile(
                                path(file),
                                file.level(),
                                Bytes.owning(file.smallestKey()),
                                Bytes.owning(file.largestKey()),
                                file.largestSeqno()))
                        .toList(),
                KeyOrder.BYTES);
    }

    static Path path(LiveFileMetaData file) {
        return Path.of(file.path(), file.fileName());
    }

    /** As RocksDB shows them, from a key on. */
    List<Entry> entries(byte[] from, int most) {
        List<Entry> entries = new ArrayList<>();
        try (ReadOptions options = new ReadOptions();
                RocksIterator at = rocks.newIterator(options)) {
            for (at.seek(from); at.isValid() && entries.size() < most; at.next()) {
                entries.add(new Entry(Bytes.owning(at.key()), Bytes.owning(at.value())));
            }
        }
        return entries;
    }

    @Override
    public void close() throws Exception {
        while (!natives.isEmpty()) {
            natives.pop().close();
        }
    }
}
