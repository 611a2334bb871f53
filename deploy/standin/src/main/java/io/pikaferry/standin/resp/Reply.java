package io.pikaferry.standin.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.dataset.Bytes;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;

/** The answer to one command, as it goes over the wire. Used by one thread. */
public final class Reply {

    private byte[] buffer = new byte[64];
    private int length;

    /** Whether the command failed; what failed is not logged. */
    public boolean isError() {
        return length > 0 && buffer[0] == '-';
    }

    /** Whether it begins as an integer: how trysync says yes. */
    public boolean isInteger() {
        return length > 0 && buffer[0] == ':';
    }

    /** What it says if it is an integer. */
    public long asInteger() {
        return Long.parseLong(new String(buffer, 1, length - 3, UTF_8));
    }

    public boolean isEmpty() {
        return length == 0;
    }

    public Reply ok() {
        return status("OK");
    }

    public Reply status(String text) {
        return line('+', text);
    }

    /** The text is sent as it is: Pika's errors begin with ERR mostly. */
    public Reply error(String text) {
        length = 0;
        return line('-', text);
    }

    public Reply integer(long value) {
        return line(':', Long.toString(value));
    }

    public Reply bulk(Bytes value) {
        line('$', Integer.toString(value.length()));
        append(value.array());
        return end();
    }

    public Reply bulk(String text) {
        return bulk(Bytes.utf8(text));
    }

    public Reply nil() {
        return line('$', "-1");
    }

    public Reply array(int size) {
        return line('*', Integer.toString(size));
    }

    /** Another reply within an array. */
    public Reply append(Reply element) {
        append(element.bytes());
        return this;
    }

    /** What is in another reply that is an array, as elements of this one. */
    public Reply appendElementsOf(Reply array) {
        int line = 0;
        while (array.buffer[line] != '\n') {
            line++;
        }
        append(Arrays.copyOfRange(array.buffer, line + 1, array.length));
        return this;
    }

    public byte[] bytes() {
        return Arrays.copyOf(buffer, length);
    }

    public void writeTo(OutputStream out) throws IOException {
        out.write(buffer, 0, length);
    }

    private Reply line(char kind, String text) {
        append(new byte[] {(byte) kind});
        append(text.getBytes(UTF_8));
        return end();
    }

    private Reply end() {
        append(new byte[] {'\r', '\n'});
        return this;
    }

    private void append(byte[] bytes) {
        if (buffer.length - length < bytes.length) {
            buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, length + bytes.length));
        }
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }
}
