package io.pikaferry.model;

import java.util.Comparator;

/**
 * A place in one stream of a Pika master: file number, then byte offset in that file. Positions of one
 * stream are totally ordered; positions of different streams must not be compared.
 *
 * @param filenum unsigned 32 bit at the master
 */
public record BinlogPosition(long filenum, long offset) implements Comparable<BinlogPosition> {

    /** Before the first item of the first file. */
    public static final BinlogPosition START = new BinlogPosition(0, 0);

    private static final long MAX_FILENUM = 0xffff_ffffL;
    private static final Comparator<BinlogPosition> ORDER =
            Comparator.comparingLong(BinlogPosition::filenum).thenComparingLong(BinlogPosition::offset);

    public BinlogPosition {
        if (filenum < 0 || filenum > MAX_FILENUM || offset < 0) {
            throw new IllegalArgumentException("no binlog position: " + filenum + ":" + offset);
        }
    }

    /** Reads what {@link #toString} wrote. */
    public static BinlogPosition parse(String text) {
        int colon = text.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("not a binlog position: " + text);
        }
        return new BinlogPosition(Long.parseLong(text.substring(0, colon)), Long.parseLong(text.substring(colon + 1)));
    }

    public boolean isAfter(BinlogPosition other) {
        return compareTo(other) > 0;
    }

    @Override
    public int compareTo(BinlogPosition other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return filenum + ":" + offset;
    }
}
