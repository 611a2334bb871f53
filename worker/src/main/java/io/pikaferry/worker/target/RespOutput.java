package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.OutputStream;

/** Writes commands as a client does: arrays of bulk strings. Buffers; used by one thread. */
final class RespOutput {

    private static final int BUFFER_BYTES = 64 * 1024;

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

    void write(RenderedCommands commands) throws IOException {
        drain();
        out.write(commands.bytes(), 0, commands.length());
    }

    private void head(char type, int number) throws IOException {
        if (BUFFER_BYTES - used < Resp.LONGEST_HEAD) {
            drain();
        }
        used = Resp.head(buffer, used, type, number);
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
