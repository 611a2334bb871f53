package io.pikaferry.standin.dataset;

/** The name has another type; only 4.0 has one type per name. */
public final class WrongTypeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Bytes key;
    private final DataType expected;
    private final DataType found;

    WrongTypeException(Bytes key, DataType expected, DataType found) {
        super("expected " + expected + ", found " + found);
        this.key = key;
        this.expected = expected;
        this.found = found;
    }

    public Bytes key() {
        return key;
    }

    public DataType expected() {
        return expected;
    }

    public DataType found() {
        return found;
    }
}
