package io.pikaferry.worker.binlog;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Reads a master's own binlog files (dump-formats.md §8) as the items it would send. For tests: whole files in memory, and
 * what is not as it should be is an exception.
 */
public final class RecordedBinlog {

    private static final int BLOCK = 65_536;
    private static final int FRAGMENT_HEADER = 8;
    private static final int ITEM_HEADER = 34;
    private static final int FULL = 1;
    private static final int FIRST = 2;
    private static final int LAST = 4;

    /** Whether items have a header (from 3.0 on), or their time among their arguments (2.3). */
    private final boolean headers;

    public RecordedBinlog(boolean headers) {
        this.headers = headers;
    }

    /** @param directory with {@code write2file0} and on */
    public List<BinlogItem> items(Path directory, StreamId stream) {
        List<BinlogItem> items = new ArrayList<>();
        for (int filenum = 0; Files.exists(directory.resolve("write2file" + filenum)); filenum++) {
            try {
                readFile(Files.readAllBytes(directory.resolve("write2file" + filenum)), filenum, stream, items);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return items;
    }

    private void readFile(byte[] file, int filenum, StreamId stream, List<BinlogItem> items) {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        int at = 0;
        while (at + FRAGMENT_HEADER <= file.length) {
            int left = BLOCK - at % BLOCK;
            if (left < FRAGMENT_HEADER) {
                at += left;
                continue;
            }
            int length = (file[at] & 0xff) | (file[at + 1] & 0xff) << 8 | (file[at + 2] & 0xff) << 16;
            int type = file[at + 7];
            if (type == 0) {
                return;
            }
            if (type == FULL || type == FIRST) {
                record.reset();
            }
            record.write(file, at + FRAGMENT_HEADER, length);
            at += FRAGMENT_HEADER + length;
            if (type == FULL || type == LAST) {
                items.add(item(stream, new BinlogPosition(filenum, at), record.toByteArray()));
            }
        }
    }

    private BinlogItem item(StreamId stream, BinlogPosition end, byte[] record) {
        if (!headers) {
            return new BinlogItem(stream, end, executedAt(record), record);
        }
        int executedAt = ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(2);
        return new BinlogItem(stream, end, executedAt, Arrays.copyOfRange(record, ITEM_HEADER, record.length));
    }

    /** The 16 bytes of binlog_info are the last argument but one: {@code $16 CRLF info CRLF $1 CRLF x CRLF}. */
    private static int executedAt(byte[] record) {
        return ByteBuffer.wrap(record).order(ByteOrder.LITTLE_ENDIAN).getInt(record.length - 7 - 2 - 16);
    }
}
