package io.pikaferry.standin.dataset;

/** A string; bitmaps and HyperLogLogs are strings too. An empty one exists. */
public final class StringValue extends Value {

    private Bytes bytes = Bytes.EMPTY;

    public Bytes get() {
        return bytes;
    }

    public void set(Bytes value) {
        bytes = value;
    }

    @Override
    public boolean isEmpty() {
        return false;
    }
}
