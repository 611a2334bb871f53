package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;

/** Writes commands as a client does: arrays of bulk strings. Buffers; used by one thread. */
final class RespOutput {

    private static final int BUFFER_BYTES = 64 * 1024;
    /** A type, the digits of an int, the line's end. */
    private static final int LONGEST_HEAD = 13;

    private final OutputStream out;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int used;

    RespOutput(OutputStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    void write(byte[][] command) throws IOException {
        head('*', command.length);
        for (byte[] argument : command) {
            head('$', argument.length);
            content(argument);
        }
    }

    private void head(char type, int number) throws IOException {
        if (BUFFER_BYTES - used < LONGEST_HEAD) {
            drain();
        }
        byte[] to = buffer;
        int at = used;
        to[at++] = (byte) type;
        if (number < 10) {
            to[at++] = (byte) ('0' + number);
        } else if (number < 100) {
            to[at++] = (byte) ('0' + number / 10);
            to[at++] = (byte) ('0' + number % 10);
        } else {
            int end = at + digits(number);
            int rest = number;
            for (int i = end - 1; i >= at; i--) {
                to[i] = (byte) ('0' + rest % 10);
                rest /= 10;
            }
            at = end;
        }
        to[at++] = '\r';
        to[at++] = '\n';
        used = at;
    }

    private static int digits(int number) {
        int digits = 1;
        for (int rest = number; rest >= 10; rest /= 10) {
            digits++;
        }
        return digits;
    }

    private void content(byte[] bytes) throws IOException {
        if (BUFFER_BYTES - used < bytes.length + 2) {
            drain();
        }
        if (BUFFER_BYTES - used < bytes.length + 2) {
            out.write(bytes);
        } else {
            System.arraycopy(bytes, 0, buffer, used, bytes.length);
            used += bytes.length;
        }
        buffer[used++] = '\r';
        buffer[used++] = '\n';
    }

    private void drain() throws IOException {
        out.write(buffer, 0, used);
        used = 0;
    }

    void flush() throws IOException {
        if (used > 0) {
            drain();
        }
        out.flush();
    }
}
