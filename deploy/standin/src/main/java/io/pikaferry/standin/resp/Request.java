package io.pikaferry.standin.resp;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.dataset.Bytes;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A command with its arguments, as the client typed them. */
public record Request(List<Bytes> words) {

    public Request {
        words = List.copyOf(words);
        if (words.isEmpty()) {
            throw new IllegalArgumentException("a request has at least its name");
        }
    }

    public static Request of(String... words) {
        return new Request(Stream.of(words).map(Bytes::utf8).toList());
    }

    /** The command's name in lower case. */
    public String name() {
        return words.get(0).asUtf8().toLowerCase(Locale.ROOT);
    }

    public int size() {
        return words.size();
    }

    /** Word 0 is the command's name. */
    public Bytes word(int index) {
        return words.get(index);
    }

    public String text(int index) {
        return words.get(index).asUtf8();
    }

    /** The words from that one on. */
    public List<Bytes> from(int index) {
        return words.subList(index, words.size());
    }

    /** As an array of bulk strings. */
    public byte[] encoded() {
        return encode(words);
    }

    public static byte[] encode(List<Bytes> words) {
        int size = 16;
        for (Bytes word : words) {
            size += word.length() + 16;
        }
        byte[] out = new byte[size];
        int at = header(out, 0, '*', words.size());
        for (Bytes word : words) {
            at = header(out, at, '$', word.length());
            System.arraycopy(word.array(), 0, out, at, word.length());
            at += word.length();
            out[at++] = '\r';
            out[at++] = '\n';
        }
        return Arrays.copyOf(out, at);
    }

    private static int header(byte[] out, int start, char kind, int number) {
        int at = start;
        out[at++] = (byte) kind;
        byte[] digits = Integer.toString(number).getBytes(UTF_8);
        System.arraycopy(digits, 0, out, at, digits.length);
        at += digits.length;
        out[at++] = '\r';
        out[at++] = '\n';
        return at;
    }
}
