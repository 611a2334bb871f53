package io.pikaferry.worker.snapshot.table;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.pikaferry.model.Bytes;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the end of a table says about it, and its index.
 *
 * <pre>
 * footer      u8 kind of checksum | handle of the index of meta blocks | handle of the index | zeros | u32 version | u64 magic
 * handle      varint offset, varint size without the trailer
 * </pre>
 *
 * Block-based tables of the versions 2 to 5, which RocksDB writes from 4 to 8 unless it is told otherwise, and as it writes
 * them without partitioned index, dictionaries and ranges of deletions.
 *
 * @param index the block
 * @param deltas the index's values are differences
 * @param internalKeys the index's keys have RocksDB's eight bytes
 * @param ingested it was written outside and came in as a whole: one sequence number, which it may not have in itself, is that
 *     of all its records
 */
record Table(Checksum checksum, Bytes index, boolean deltas, boolean internalKeys, boolean ingested) {

    private static final int FOOTER = 53;
    private static final long MAGIC = 0x88e241b785f4cff7L;
    private static final int BINARY_SEARCH = 0;

    static Table open(TableFile table, BlockFile file, KeyOrder order) throws IOException, UnreadableTableException {
        byte[] footer = file.tail(FOOTER);
        if (LittleEndian.i64(footer, FOOTER - Long.BYTES) != MAGIC) {
            throw new UnreadableTableException("it is no table in blocks, or one of the first version");
        }
        int version = LittleEndian.i32(footer, FOOTER - Long.BYTES - Integer.BYTES);
        if (version < 2 || version > 5) {
            throw new UnreadableTableException("it is of version " + version);
        }
        Checksum checksum = Checksum.of(footer[0]);
        ByteReader handles = new ByteReader(footer, 1, FOOTER - Long.BYTES - Integer.BYTES);
        BlockHandle metaIndex = handles.handle();
        BlockHandle indexHandle = handles.handle();
        file.guardedBy(checksum);
        Map<String, byte[]> metas = texts(file, metaIndex);
        for (String unknown : new String[] {"rocksdb.range_del", "rocksdb.compression_dict"}) {
            if (metas.containsKey(unknown)) {
                throw new UnreadableTableException("it has a block " + unknown);
            }
        }
        byte[] handle = Optional.ofNullable(metas.get("rocksdb.properties"))
                .orElseThrow(() -> new UnreadableTableException("it has no properties"));
        Properties properties = new Properties(texts(file, new ByteReader(handle, 0, handle.length).handle()));
        properties.check(order);
        BlockBuffer index = new BlockBuffer();
        file.read(indexHandle, index);
        return new Table(
                checksum,
                Bytes.owning(Arrays.copyOf(index.bytes(), index.length())),
                properties.number("rocksdb.index.value.is.delta.encoded") != 0,
                properties.number("rocksdb.index.key.is.user.key") == 0,
                properties.ingested(table.largestSequence()));
    }

    private static Map<String, byte[]> texts(BlockFile file, BlockHandle handle) throws UnreadableTableException {
        BlockBuffer block = new BlockBuffer();
        file.read(handle, block);
        BlockCursor entries = BlockCursor.ofEntries(0);
        entries.open(block.bytes(), block.length());
        Map<String, byte[]> texts = new HashMap<>();
        for (entries.first(); entries.valid(); entries.next()) {
            texts.put(
                    new String(entries.key(), 0, entries.keyLength(), ISO_8859_1),
                    Arrays.copyOfRange(entries.value(), entries.valueAt(), entries.valueAt() + entries.valueLength()));
        }
        return texts;
    }

    private record Properties(Map<String, byte[]> texts) {

        void check(KeyOrder order) throws UnreadableTableException {
            String comparator = new String(texts.getOrDefault("rocksdb.comparator", new byte[0]), ISO_8859_1);
            if (!comparator.equals(order.name())) {
                throw new UnreadableTableException(
                        "its keys are ordered by '%s', not by %s".formatted(comparator, order.name()));
            }
            byte[] type = texts.getOrDefault("rocksdb.block.based.table.index.type", new byte[Integer.BYTES]);
            if (type.length != Integer.BYTES || LittleEndian.i32(type, 0) != BINARY_SEARCH) {
                throw new UnreadableTableException("its index is not a plain one");
            }
        }

        boolean ingested(long sequence) throws UnreadableTableException {
            byte[] version = texts.get("rocksdb.external_sst_file.version");
            if (version == null) {
                return false;
            }
            byte[] said = texts.getOrDefault("rocksdb.external_sst_file.global_seqno", new byte[Long.BYTES]);
            if (version.length != Integer.BYTES || LittleEndian.i32(version, 0) != 2 || said.length != Long.BYTES) {
                throw new UnreadableTableException("it came from outside in an unknown form");
            }
            if (LittleEndian.i64(said, 0) != 0 && LittleEndian.i64(said, 0) != sequence) {
                throw new UnreadableTableException("it came from outside, and was given another number than it tells");
            }
            return true;
        }

        /** 0 if it has no such property: older versions did not know it. */
        long number(String name) throws UnreadableTableException {
            byte[] text = texts.get(name);
            return text == null ? 0 : new ByteReader(text, 0, text.length).varint();
        }
    }
}
