package io.pikaferry.standin.dump;

import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dump.SubDatabase.Mode;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDBException;

/** How a Pika line lays out its data on disk. */
public enum DumpFormat {
    /** 2.x. */
    NEMO("kv/CURRENT") {
        @Override
        public List<String> directories() {
            return List.of("kv", "hash", "list", "set", "zset");
        }

        @Override
        void readInto(Dataset data, Path directory) throws RocksDBException, IOException {
            new NemoReader(directory, data).read();
        }

        @Override
        DumpWriter writer(Path directory, long nowMillis, Mode mode) throws RocksDBException, IOException {
            return new NemoWriter(directory, (int) (nowMillis / 1000));
        }
    },
    /** 3.0 to 3.5.2. */
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
        DumpWriter writer(Path directory, long nowMillis, Mode mode) throws RocksDBException, IOException {
            return new BlackwidowWriter(directory, (int) (nowMillis / 1000), mode, false);
        }
    },
    /** 3.5.3 to 3.5.5: with streams, which are not listed to slaves. */
    BLACKWIDOW_WITH_STREAMS("strings/CURRENT") {
        @Override
        public List<String> directories() {
            return List.of("strings", "hashes", "lists", "zsets", "sets");
        }

        @Override
        void readInto(Dataset data, Path directory) throws RocksDBException, IOException {
            new BlackwidowReader(directory, data).read();
        }

        @Override
        DumpWriter writer(Path directory, long nowMillis, Mode mode) throws RocksDBException, IOException {
            return new BlackwidowWriter(directory, (int) (nowMillis / 1000), mode, true);
        }
    },
    /** 4.0, with its default of three instances. */
    FLOYD("0/CURRENT") {
        @Override
        public List<String> directories() {
            return List.of("0", "1", "2");
        }

        @Override
        void readInto(Dataset data, Path directory) throws RocksDBException, IOException {
            new FloydReader(directory, data).read();
        }

        @Override
        DumpWriter writer(Path directory, long nowMillis, Mode mode) throws RocksDBException, IOException {
            return new FloydWriter(directory, nowMillis, directories().size(), mode);
        }
    };

    private final String mark;

    DumpFormat(String mark) {
        this.mark = mark;
    }

    public static DumpFormat of(PikaVersion version) {
        return switch (version.generation()) {
            case A -> NEMO;
            case B, C -> BLACKWIDOW;
            case D -> version.atLeast(3, 5, 3) ? BLACKWIDOW_WITH_STREAMS : BLACKWIDOW;
            case E -> FLOYD;
        };
    }

    /** The directories of a dump that slaves are told of, in the order in which they are cleared or listed. */
    public abstract List<String> directories();

    /** A file by which a dump of this format is known. */
    String mark() {
        return mark;
    }

    abstract void readInto(Dataset data, Path directory) throws RocksDBException, IOException;

    /** Writes into an empty directory; formats that cannot be written in bulk take it as WRITE. */
    abstract DumpWriter writer(Path directory, long nowMillis, Mode mode) throws RocksDBException, IOException;

    /** Reads what lives in a dump. */
    public void load(Dataset data, Path directory) throws IOException {
        try {
            readInto(data, directory);
        } catch (RocksDBException e) {
            throw new IOException("the dump in " + directory + " is not readable: " + e.getMessage(), e);
        }
    }

    /** Writes all living keys into an empty directory, without {@code info}. */
    public void save(Dataset data, Path directory, long nowMillis) throws IOException {
        try (DumpWriter writer = writer(directory, nowMillis, Mode.WRITE)) {
            writer.write(data);
        } catch (RocksDBException e) {
            throw new IOException("the dump in " + directory + " is not writable: " + e.getMessage(), e);
        }
    }
}
