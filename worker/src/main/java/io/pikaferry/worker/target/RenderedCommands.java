package io.pikaferry.worker.target;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Commands as they go over the wire, arrays of bulk strings, one behind the other. Used by one thread at a time.
 */
public final class RenderedCommands {

    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 64;

    private byte[] bytes;
    private int length;
    private int count;

    /** @param room bytes that fit without growing */
    public RenderedCommands(int room) {
        this.bytes = new byte[room];
    }

    /** How many bytes a command takes, or a few less. */
    public static long sizeOf(byte[]... command) {
        long size = Resp.LONGEST_HEAD;
        for (byte[] argument : command) {
            size += Resp.LONGEST_HEAD + argument.length + 2L;
        }
        return size;
    }

    /** Whether so many bytes fit without growing. */
    public boolean hasRoomFor(long size) {
        return bytes.length - length >= size;
    }

    public void add(byte[]... command) {
        makeRoomFor(sizeOf(command));
        byte[] to = bytes;
        int at = Resp.head(to, length, '*', command.length);
        for (byte[] argument : command) {
            at = Resp.head(to, at, '$', argument.length);
            System.arraycopy(argument, 0, to, at, argument.length);
            at += argument.length;
            to[at++] = '\r';
            to[at++] = '\n';
        }
        length = at;
        count++;
    }

    private void makeRoomFor(long size) {
        long wanted = length + size;
        if (wanted > LONGEST_ARRAY) {
            throw new IllegalArgumentException("commands of " + wanted + " bytes");
        }
        if (wanted > bytes.length) {
            bytes = Arrays.copyOf(bytes, (int) Math.min(LONGEST_ARRAY, Math.max(wanted, 2L * bytes.length)));
        }
    }

    /** How many commands there are. */
    public int count() {
        return count;
    }

    int length() {
        return length;
    }

    /** Begins with them; not to be written to. */
    byte[] bytes() {
        return bytes;
    }

    /** The commands again, word by word. */
    public List<byte[][]> commands() {
        List<byte[][]> commands = new ArrayList<>(count);
        int at = 0;
        while (at < length) {
            int line = Resp.lineEnd(bytes, at);
            byte[][] command = new byte[Resp.number(bytes, at + 1, line)][];
            at = line + 2;
            for (int i = 0; i < command.length; i++) {
                line = Resp.lineEnd(bytes, at);
                int from = line + 2;
                command[i] = Arrays.copyOfRange(bytes, from, from + Resp.number(bytes, at + 1, line));
                at = from + command[i].length + 2;
            }
            commands.add(command);
        }
        return commands;
    }
}
