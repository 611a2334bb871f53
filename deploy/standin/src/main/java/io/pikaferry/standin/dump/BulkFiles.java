package io.pikaferry.standin.dump;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.EnvOptions;
import org.rocksdb.IngestExternalFileOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.SstFileWriter;

/**
 * Writes one column family as finished SST files that RocksDB only has to take over: fast, but keys
 * must come in ascending order.
 */
final class BulkFiles implements AutoCloseable {

    private static final long FILE_BYTES = 64L << 20;
    private static final int SIZE_CHECK = 4096;

    private final Path directory;
    private final String name;
    private final Options options;
    private final EnvOptions environment = new EnvOptions();
    private final List<String> finished = new ArrayList<>();
    private Optional<SstFileWriter> current = Optional.empty();
    private int puts;

    /**
     * Files in that directory until they are taken over.
     *
     * @param options are closed with this
     */
    BulkFiles(Path directory, String name, Options options) {
        this.directory = directory;
        this.name = name;
        this.options = options;
    }

    void put(byte[] key, byte[] value) throws RocksDBException {
        if (current.isEmpty()) {
            SstFileWriter writer = new SstFileWriter(environment, options);
            current = Optional.of(writer);
            String file =
                    directory.resolve(name + "-" + finished.size() + ".bulk").toString();
            finished.add(file);
            writer.open(file);
        }
        current.get().put(key, value);
        if (++puts % SIZE_CHECK == 0 && current.get().fileSize() > FILE_BYTES) {
            finish();
        }
    }

    private void finish() throws RocksDBException {
        if (current.isPresent()) {
            try (SstFileWriter writer = current.get()) {
                writer.finish();
            }
            current = Optional.empty();
        }
    }

    void ingestInto(RocksDB db, ColumnFamilyHandle family) throws RocksDBException, IOException {
        finish();
        if (finished.isEmpty()) {
            return;
        }
        try (IngestExternalFileOptions move = new IngestExternalFileOptions().setMoveFiles(true)) {
            db.ingestExternalFile(family, finished, move);
        }
        for (String file : finished) {
            Files.deleteIfExists(Path.of(file));
        }
    }

    @Override
    public void close() {
        current.ifPresent(SstFileWriter::close);
        environment.close();
        options.close();
    }
}
