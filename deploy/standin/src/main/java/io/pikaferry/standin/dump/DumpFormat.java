package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDBException;

/** How a Pika line lays out its data on disk. */
public enum DumpFormat {
    /** 3.0 to 3.5. */
    BLACKWIDOW("strings/CURRENT") {
        @Override
        public List<String> directories() {
            return List.of("strings", "hashes", "lists", "sets", "zsets");
        }

        @Override
        void readInto(Dataset data, Path directory) throws RocksDBException, IOException {
            new BlackwidowReader(directory, data).read();
        }

        @Override
        void write(Dataset data, Path directory, long nowSeconds) throws RocksDBException, IOException {
            try (BlackwidowWriter writer = new BlackwidowWriter(directory, (int) nowSeconds, SubDatabase.Mode.WRITE)) {
                writer.write(data);
            }
        }
    };

    private final String mark;

    DumpFormat(String mark) {
        this.mark = mark;
    }

    public static DumpFormat of(PikaVersion version) {
        return BLACKWIDOW;
    }

    /** The directories of a dump, in the order in which the master clears the slave's. */
    public abstract List<String> directories();

    /** A file by which a dump of this format is known. */
    String mark() {
        return mark;
    }

    abstract void readInto(Dataset data, Path directory) throws RocksDBException, IOException;

    abstract void write(Dataset data, Path directory, long nowSeconds) throws RocksDBException, IOException;

    /** Reads what lives in a dump. */
    public void load(Dataset data, Path directory) throws IOException {
        try {
            readInto(data, directory);
        } catch (RocksDBException e) {
            throw new IOException("the dump in " + directory + " is not readable: " + e.getMessage(), e);
        }
    }

    /** Writes all living keys into an empty directory, without {@code info}. */
    public void save(Dataset data, Path directory, long nowSeconds) throws IOException {
        try {
            write(data, directory, nowSeconds);
        } catch (RocksDBException e) {
            throw new IOException("the dump in " + directory + " is not writable: " + e.getMessage(), e);
        }
    }
}
