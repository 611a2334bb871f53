package io.pikaferry.worker.master.dialback;

import io.pikaferry.model.BinlogPosition;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Reads a master's binlog files as they lie on its disk (replication.md §6.1): what the production code never sees. */
final class BinlogFiles {

    private static final int BLOCK = 65_536;
    private static final int HEADER = 8;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;

    /** One record, put together from its fragments. */
    static final class LoggedRecord {

        final byte[] bytes;
        final BinlogPosition end;

        LoggedRecord(byte[] bytes, BinlogPosition end) {
            this.bytes = bytes;
            this.end = end;
        }
    }

    private BinlogFiles() {}

    static List<LoggedRecord> read(Path directory) {
        List<LoggedRecord> records = new ArrayList<>();
        try {
            for (int filenum = 0; Files.exists(directory.resolve("write2file" + filenum)); filenum++) {
                read(filenum, Files.readAllBytes(directory.resolve("write2file" + filenum)), records);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return records;
    }

    private static void read(int filenum, byte[] file, List<LoggedRecord> records) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        int at = 0;
        while (at < file.length) {
            int room = BLOCK - at % BLOCK;
            if (room < HEADER) {
                at += room;
                continue;
            }
            if (at + HEADER > file.length) {
                return;
            }
            int length = (file[at] & 0xff) | (file[at + 1] & 0xff) << 8 | (file[at + 2] & 0xff) << 16;
            int type = file[at + 7];
            if (type == 0) {
                return;
            }
            if (type == FULL || type == FIRST) {
                record.reset();
            }
            record.write(file, at + HEADER, length);
            at += HEADER + length;
            if (type == FULL || type == LAST) {
                records.add(new LoggedRecord(record.toByteArray(), new BinlogPosition(filenum, at)));
            }
        }
    }
}
