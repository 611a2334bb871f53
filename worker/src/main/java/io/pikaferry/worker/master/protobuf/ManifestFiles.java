package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.zip.CRC32C;

/**
 * Names the files that make up a RocksDB, out of its MANIFEST. Masters of 3.5.3 – 3.5.5 leave {@code streams/} out of the
 * list of a dump's files, though it is part of the dump and served (replication.md §4.3); this tells what to ask for.
 *
 * <p>A MANIFEST is a log in blocks of 32 KiB. Each fragment has a header – masked CRC-32C, length (2 bytes), type (full 1,
 * first 2, middle 3, last 4), little-endian – and may not cross a block's end, where fewer than 7 bytes are zero:
 *
 * <pre>
 *   |crc  4|len 2|type 1| payload … |crc  4|len 2|type 1| payload …        |000|
 * </pre>
 *
 * A record is one edit: tags (varint) with their values, each adding or deleting files. The files that live are what
 * was added and not deleted, over all column families; their numbers are unique in a database.
 */
final class ManifestFiles {

    private static final int BLOCK = 32 * 1024;
    private static final int HEADER = 7;
    private static final int MAX_MANIFEST = 256 << 20;

    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int MIDDLE = 3;
    private static final int LAST = 4;

    private static final int COMPARATOR = 1;
    private static final int LOG_NUMBER = 2;
    private static final int NEXT_FILE_NUMBER = 3;
    private static final int LAST_SEQUENCE = 4;
    private static final int COMPACT_CURSOR = 5;
    private static final int DELETED_FILE = 6;
    private static final int NEW_FILE = 7;
    private static final int PREVIOUS_LOG_NUMBER = 9;
    private static final int MIN_LOG_NUMBER_TO_KEEP = 10;
    private static final int NEW_FILE_2 = 100;
    private static final int NEW_FILE_3 = 102;
    private static final int NEW_FILE_4 = 103;
    private static final int COLUMN_FAMILY = 200;
    private static final int COLUMN_FAMILY_ADD = 201;
    private static final int COLUMN_FAMILY_DROP = 202;
    private static final int MAX_COLUMN_FAMILY = 203;
    private static final int IN_ATOMIC_GROUP = 300;
    private static final int BLOB_FILE_ADDITION = 400;
    private static final int BLOB_FILE_GARBAGE = 401;
    /** From here on a tag is followed by one string and may be ignored by those who do not know it. */
    private static final int SAFE_TO_IGNORE = 1 << 13;

    private static final int END_OF_NEW_FILE_4 = 1;
    private static final int END_OF_BLOB_FILE = 0;

    private record LiveTable(int columnFamily, int level, long number) {}

    private final Set<LiveTable> tables = new HashSet<>();
    /** Number to how many of its values are not garbage; a file of garbage alone is removed without a word. */
    private final Map<Long, Long> blobs = new TreeMap<>();

    private ManifestFiles() {}

    /** That is no MANIFEST, or one of a RocksDB newer than we know. */
    static final class MalformedManifest extends IOException {
        private static final long serialVersionUID = 1;

        MalformedManifest(String message) {
            super(message);
        }
    }

    /** The name that the file {@code CURRENT} holds. */
    static String named(byte[] current) throws MalformedManifest {
        String name = new String(current, 0, Math.min(current.length, 64), US_ASCII).trim();
        if (!name.matches("MANIFEST-\\d{6,20}")) {
            throw new MalformedManifest("CURRENT does not name a MANIFEST");
        }
        return name;
    }

    /** Names of all table and blob files that the database consists of, in order. */
    static Set<String> live(Path manifest) throws IOException {
        if (Files.size(manifest) > MAX_MANIFEST) {
            throw new MalformedManifest("a MANIFEST of more than " + MAX_MANIFEST + " bytes");
        }
        ManifestFiles files = new ManifestFiles();
        try {
            files.readLog(Files.readAllBytes(manifest));
        } catch (BufferUnderflowException | IndexOutOfBoundsException e) {
            throw new MalformedManifest("an edit is cut short");
        }
        Set<String> names = new TreeSet<>();
        files.tables.forEach(table -> names.add("%06d.sst".formatted(table.number())));
        files.blobs.forEach((number, values) -> {
            if (values > 0) {
                names.add("%06d.blob".formatted(number));
            }
        });
        return names;
    }

    private void readLog(byte[] log) throws IOException {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        boolean within = false;
        int at = 0;
        while (at < log.length) {
            int leftInBlock = BLOCK - at % BLOCK;
            if (leftInBlock < HEADER) {
                at += leftInBlock;
                continue;
            }
            if (log.length - at < HEADER) {
                throw new MalformedManifest("a fragment's header is cut short");
            }
            int length = Byte.toUnsignedInt(log[at + 4]) | Byte.toUnsignedInt(log[at + 5]) << 8;
            int type = log[at + 6];
            if (type == 0 && length == 0) {
                at += leftInBlock; // preallocated
                continue;
            }
            if (length > leftInBlock - HEADER || length > log.length - at - HEADER) {
                throw new MalformedManifest("a fragment reaches beyond its block");
            }
            check(log, at, length);
            boolean begins = type == FULL || type == FIRST;
            if (type < FULL || type > LAST || begins == within) {
                throw new MalformedManifest("fragments are out of order");
            }
            record.write(log, at + HEADER, length);
            within = type == FIRST || type == MIDDLE;
            if (!within) {
                readEdit(ByteBuffer.wrap(record.toByteArray()));
                record.reset();
            }
            at += HEADER + length;
        }
        if (within) {
            throw new MalformedManifest("the last edit is cut short");
        }
    }

    private static void check(byte[] log, int at, int length) throws MalformedManifest {
        CRC32C crc = new CRC32C();
        crc.update(log, at + 6, 1 + length);
        int value = (int) crc.getValue();
        int masked = (value >>> 15 | value << 17) + 0xa282ead8;
        if (ByteBuffer.wrap(log).order(ByteOrder.LITTLE_ENDIAN).getInt(at) != masked) {
            throw new MalformedManifest("a fragment's checksum is wrong");
        }
    }

    private void readEdit(ByteBuffer edit) throws MalformedManifest {
        int columnFamily = 0; // the tag that says it may come before or after the files
        Set<LiveTable> added = new HashSet<>();
        Set<LiveTable> deleted = new HashSet<>();
        while (edit.hasRemaining()) {
            int tag = (int) varint(edit);
            switch (tag) {
                case COMPARATOR, COLUMN_FAMILY_ADD -> skipString(edit);
                case LOG_NUMBER,
                        NEXT_FILE_NUMBER,
                        LAST_SEQUENCE,
                        PREVIOUS_LOG_NUMBER,
                        MIN_LOG_NUMBER_TO_KEEP,
                        MAX_COLUMN_FAMILY,
                        IN_ATOMIC_GROUP -> varint(edit);
                case COMPACT_CURSOR -> {
                    varint(edit);
                    skipString(edit);
                }
                case COLUMN_FAMILY -> columnFamily = (int) varint(edit);
                case COLUMN_FAMILY_DROP -> {
                    int dropped = columnFamily;
                    tables.removeIf(table -> table.columnFamily() == dropped);
                }
                case DELETED_FILE -> deleted.add(new LiveTable(0, (int) varint(edit), varint(edit)));
                case NEW_FILE, NEW_FILE_2, NEW_FILE_3, NEW_FILE_4 -> added.add(newFile(tag, edit));
                case BLOB_FILE_ADDITION -> readBlobFile(edit, 1);
                case BLOB_FILE_GARBAGE -> readBlobFile(edit, -1);
                default -> {
                    if (tag < SAFE_TO_IGNORE) {
                        throw new MalformedManifest("an edit has the unknown tag " + tag);
                    }
                    skipString(edit);
                }
            }
        }
        for (LiveTable table : deleted) {
            tables.remove(new LiveTable(columnFamily, table.level(), table.number()));
        }
        for (LiveTable table : added) {
            tables.add(new LiveTable(columnFamily, table.level(), table.number()));
        }
    }

    private static LiveTable newFile(int tag, ByteBuffer edit) throws MalformedManifest {
        int level = (int) varint(edit);
        long number = varint(edit);
        if (tag == NEW_FILE_3) {
            varint(edit); // path
        }
        varint(edit); // size
        skipString(edit); // smallest key
        skipString(edit); // largest key
        if (tag != NEW_FILE) {
            varint(edit); // smallest sequence number
            varint(edit); // largest
        }
        if (tag == NEW_FILE_4) {
            while (varint(edit) != END_OF_NEW_FILE_4) {
                skipString(edit);
            }
        }
        return new LiveTable(0, level, number);
    }

    /** @param sign 1 if values are added, -1 if they turn to garbage */
    private void readBlobFile(ByteBuffer edit, int sign) throws MalformedManifest {
        long number = varint(edit);
        long values = varint(edit);
        varint(edit); // bytes
        if (sign > 0) {
            skipString(edit); // checksum method
            skipString(edit); // checksum
        }
        while (varint(edit) != END_OF_BLOB_FILE) {
            skipString(edit);
        }
        blobs.merge(number, sign * values, Long::sum);
    }

    private static void skipString(ByteBuffer edit) throws MalformedManifest {
        long length = varint(edit);
        if (length < 0 || length > edit.remaining()) {
            throw new MalformedManifest("a string reaches beyond its edit");
        }
        edit.position(edit.position() + (int) length);
    }

    private static long varint(ByteBuffer edit) throws MalformedManifest {
        long value = 0;
        for (int shift = 0; shift < 64; shift += 7) {
            byte next = edit.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) {
                return value;
            }
        }
        throw new MalformedManifest("a number of more than 64 bits");
    }
}
