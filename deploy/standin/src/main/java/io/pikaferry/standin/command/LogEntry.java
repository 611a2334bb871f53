package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Request;
import java.util.List;

/** What a command leaves in the log. */
public final class LogEntry {

    private final byte[] bytes;
    private final boolean wholeRecord;

    private LogEntry(byte[] bytes, boolean wholeRecord) {
        this.bytes = bytes;
        this.wholeRecord = wholeRecord;
    }

    /** A command, to be wrapped into an item. */
    static LogEntry command(List<Bytes> words) {
        return new LogEntry(Request.encode(words), false);
    }

    /** Other content of an item. */
    static LogEntry content(byte[] bytes) {
        return new LogEntry(bytes, false);
    }

    /** A record that is not wrapped. */
    static LogEntry record(byte[] bytes) {
        return new LogEntry(bytes, true);
    }

    /** Not to be written to. */
    public byte[] bytes() {
        return bytes;
    }

    public boolean isWholeRecord() {
        return wholeRecord;
    }
}
