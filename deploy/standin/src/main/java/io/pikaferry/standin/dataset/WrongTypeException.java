package io.pikaferry.standin.dataset;

/** The name has another type; only 4.0 has one type per name. */
public final class WrongTypeException extends RuntimeException {

    /** What the client hears, without the dash. */
    public static final String REPLY = "WRONGTYPE Operation against a key holding the wrong kind of value";

    private static final long serialVersionUID = 1L;

    WrongTypeException(DataType expected, DataType found) {
        super("expected " + expected + ", found " + found, null, false, false);
    }
}
