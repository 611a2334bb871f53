package io.pikaferry.standin.binlog;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A binlog on disk: {@code write2file<N>} and {@code manifest}, as Pika writes them, except that the
 * current file carries no preallocated zeros.
 *
 * <p>Threads: one appends at a time (the database's lock); any number read and wait for more.
 */
public final class Binlog implements Closeable {

    private static final String PREFIX = "write2file";

    private final Path directory;
    private final long fileSize;
    private final ItemForm form;
    private final InstantSource clock;
    private final FileChannel manifestFile;
    private final MappedByteBuffer manifest;
    private FileChannel current;
    private Position end;
    private long items;
    private volatile Runnable onAppend = () -> {};

    private Binlog(Path directory, long fileSize, ItemForm form, InstantSource clock) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.fileSize = fileSize;
        this.form = form;
        this.clock = clock;
        manifestFile = FileChannel.open(
                directory.resolve("manifest"),
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE);
        manifest = manifestFile.map(FileChannel.MapMode.READ_WRITE, 0, ManifestForm.LENGTH);
        end = form.manifest().position(manifest);
        items = form.manifest().items(manifest);
        current = open(end.file());
        current.truncate(end.offset());
    }

    /** Opens the binlog in that directory where it left off; begins at 0:0 if there is none. */
    public static Binlog open(Path directory, long fileSize, ItemForm form, InstantSource clock) throws IOException {
        return new Binlog(directory, fileSize, form, clock);
    }

    /** Begins a new binlog that has reached a position already; what lies before it in the file is filler. */
    public static Binlog startingAt(Position start, Path directory, long fileSize, ItemForm form, InstantSource clock)
            throws IOException {
        Binlog binlog = new Binlog(directory, fileSize, form, clock);
        binlog.fillUpTo(start);
        return binlog;
    }

    /** The end of what is logged: where the next item goes, unless the file is full by then. */
    public synchronized Position end() {
        return end;
    }

    public long fileSize() {
        return fileSize;
    }

    public Path directory() {
        return directory;
    }

    public synchronized long items() {
        return items;
    }

    /** Appends one item and returns the position after it. */
    public Position append(byte[] commands, long execTime) {
        Position start = end();
        return appendRecord(form.encode(commands, execTime, start, items));
    }

    /** Appends what is to be the whole record, whether it is an item or not. */
    public Position appendRecord(byte[] record) {
        try {
            Position at = end();
            if (at.offset() > fileSize) {
                at = rollOver(at);
            }
            byte[] bytes = Fragments.encode(at.offset(), record, Math.floorDiv(clock.millis(), 1000L));
            write(current, bytes, at.offset());
            Position after = new Position(at.file(), at.offset() + bytes.length);
            advance(after, 1);
            return after;
        } catch (IOException e) {
            throw new UncheckedIOException("binlog in " + directory + " cannot be written", e);
        }
    }

    private Position rollOver(Position full) throws IOException {
        current.close();
        current = open(full.file() + 1);
        return new Position(full.file() + 1, 0);
    }

    private static void write(FileChannel file, byte[] bytes, long offset) throws IOException {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (buffer.hasRemaining()) {
            file.write(buffer, offset + buffer.position());
        }
    }

    private void advance(Position to, int moreItems) {
        synchronized (this) {
            end = to;
            items += moreItems;
            form.manifest().write(manifest, end, items);
            notifyAll();
        }
        onAppend.run();
    }

    /** Runs that after every item from now on, in the thread that appends. */
    public void onAppend(Runnable action) {
        onAppend = action;
    }

    private void fillUpTo(Position start) throws IOException {
        current.close();
        Files.deleteIfExists(path(end.file()));
        current = open(start.file());
        if (start.offset() > 0) {
            write(current, filler(start.offset()), 0);
        }
        advance(start, 0);
    }

    /** One record that ends exactly at the offset: a {@code padding} command that a slave skips. */
    private byte[] filler(long offset) {
        int blocks = (int) (offset / Fragments.BLOCK);
        int rest = (int) (offset % Fragments.BLOCK);
        int length = (int) offset - Fragments.HEADER * (rest == 0 ? blocks : blocks + 1);
        byte[] frame = form.encode(new byte[0], 0, new Position(0, 0), 0);
        String head = "*2\r\n$7\r\npadding\r\n$";
        int starsAndDigits = length - frame.length - head.length() - 4;
        if (starsAndDigits < 11) {
            throw new IllegalArgumentException("a binlog cannot begin at offset " + offset);
        }
        int stars = starsAndDigits - 10;
        String content = head + "%010d".formatted(stars) + "\r\n" + "*".repeat(stars) + "\r\n";
        byte[] record = form.encode(content.getBytes(US_ASCII), 0, new Position(0, 0), 0);
        return Fragments.encode(0, record, Math.floorDiv(clock.millis(), 1000L));
    }

    /** Waits until something is logged beyond the position, but not longer than that. */
    public synchronized boolean awaitBeyond(Position position, long millis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (end.compareTo(position) <= 0) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            wait(left);
        }
        return true;
    }

    public boolean hasFile(long number) {
        return Files.exists(path(number));
    }

    /** The numbers of the files that are still there. */
    public NavigableSet<Long> files() {
        NavigableSet<Long> numbers = new TreeSet<>();
        try (Stream<Path> children = Files.list(directory)) {
            children.map(child -> child.getFileName().toString())
                    .filter(name -> name.matches(PREFIX + "\\d+"))
                    .forEach(name -> numbers.add(Long.parseLong(name.substring(PREFIX.length()))));
        } catch (IOException e) {
            throw new UncheckedIOException("binlog in " + directory + " cannot be listed", e);
        }
        return numbers;
    }

    public void delete(long number) {
        try {
            Files.deleteIfExists(path(number));
        } catch (IOException e) {
            throw new UncheckedIOException("binlog file " + number + " cannot be deleted", e);
        }
    }

    Path path(long number) {
        return directory.resolve(PREFIX + number);
    }

    private FileChannel open(long number) throws IOException {
        return FileChannel.open(path(number), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    @Override
    public synchronized void close() throws IOException {
        current.close();
        manifestFile.close();
        notifyAll();
    }
}
