package io.pikaferry.standin.binlog;

/** A place in a binlog: the number of a file and an offset of bytes in it. */
public record Position(long file, long offset) implements Comparable<Position> {

    public Position {
        if (file < 0 || file > 0xffffffffL || offset < 0) {
            throw new IllegalArgumentException("there is no position " + file + ":" + offset);
        }
    }

    @Override
    public int compareTo(Position other) {
        return file != other.file ? Long.compare(file, other.file) : Long.compare(offset, other.offset);
    }

    @Override
    public String toString() {
        return file + ":" + offset;
    }
}
