package io.pikaferry.e2e.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Commands as a client sends them, in a file: what {@code redis-cli --pipe} takes. Used by one thread. */
final class RespFile implements AutoCloseable {

    private final OutputStream out;
    private long commands;
    private long bytes;

    RespFile(Path file) {
        try {
            out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(String... words) {
        byte[][] arguments = new byte[words.length][];
        for (int i = 0; i < words.length; i++) {
            arguments[i] = words[i].getBytes(US_ASCII);
        }
        add(arguments);
    }

    void add(byte[][] words) {
        try {
            head('*', words.length);
            for (byte[] word : words) {
                head('$', word.length);
                out.write(word);
                out.write('\r');
                out.write('\n');
                bytes += word.length + 2L;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        commands++;
    }

    private void head(char type, int number) throws IOException {
        byte[] digits = Integer.toString(number).getBytes(US_ASCII);
        out.write(type);
        out.write(digits);
        out.write('\r');
        out.write('\n');
        bytes += digits.length + 3L;
    }

    long commands() {
        return commands;
    }

    long bytes() {
        return bytes;
    }

    @Override
    public void close() {
        try {
            out.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
