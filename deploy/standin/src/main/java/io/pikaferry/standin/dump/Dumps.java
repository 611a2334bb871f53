package io.pikaferry.standin.dump;

import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.fault.Faults;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The dumps of one database: at most one a day, the last one remembered until the master restarts.
 * Making one stops writes for as long as it takes to write it. Used by one thread; {@link #latest} by any.
 */
public final class Dumps {

    private final Path root;
    private final String below;
    private final Database database;
    private final DumpFormat format;
    private final String ip;
    private final int port;
    private final InstantSource clock;
    private final Faults faults;
    private volatile Optional<Dump> latest = Optional.empty();
    private volatile boolean onlyUntilWritten;
    private volatile boolean irreplaceable;
    private final AtomicInteger wanted = new AtomicInteger();

    /**
     * Dumps under that directory.
     *
     * @param below what follows the date in a dump's path, if anything
     */
    public Dumps(
            Path root,
            String below,
            Database database,
            DumpFormat format,
            String ip,
            int port,
            InstantSource clock,
            Faults faults) {
        this.root = root;
        this.below = below;
        this.database = database;
        this.format = format;
        this.ip = ip;
        this.port = port;
        this.clock = clock;
        this.faults = faults;
    }

    public DumpFormat format() {
        return format;
    }

    /** The dump that would be sent again, as far as the binlog allows it. */
    public Optional<Dump> latest() {
        return latest.filter(dump -> !onlyUntilWritten
                || dump.info().position().equals(database.binlog().end()));
    }

    /**
     * Takes a dump made elsewhere as the last one made here.
     *
     * @param untilWritten whether it counts only as long as nothing is written
     */
    public void adopt(Dump dump, boolean untilWritten) {
        onlyUntilWritten = untilWritten;
        irreplaceable = !untilWritten;
        latest = Optional.of(dump);
    }

    /** Whether the one that was made elsewhere is all there is: no data are kept of which another could be made. */
    public boolean isIrreplaceable() {
        return irreplaceable;
    }

    /** A restarted master does not remember its dumps. */
    public void forget() {
        latest = Optional.empty();
    }

    /** Counts as being made from now on until {@link #make} has ended. */
    public void announce() {
        wanted.incrementAndGet();
    }

    public boolean isBeingMade() {
        return wanted.get() > 0;
    }

    /** An announced BGSAVE. The position in {@code info} is exactly that of the keys. */
    public Dump make() throws IOException, InterruptedException {
        try {
            return makeNow();
        } finally {
            wanted.decrementAndGet();
        }
    }

    private Dump makeNow() throws IOException, InterruptedException {
        long began = clock.millis();
        LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
        Path directory =
                root.resolve(DateTimeFormatter.BASIC_ISO_DATE.format(today)).resolve(below);
        Directories.delete(directory);
        Files.createDirectories(directory);
        DumpInfo atPosition;
        try {
            atPosition = database.atRest((data, position) -> {
                try {
                    format.save(data, directory, clock.millis());
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
                return new DumpInfo("0s", ip, port, position);
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        Thread.sleep(faults.dumpDelay().toMillis());
        long seconds = Duration.ofMillis(clock.millis() - began).toSeconds();
        DumpInfo info = new DumpInfo(seconds + "s", ip, port, atPosition.position());
        info.write(directory);
        Dump dump = new Dump(directory, info);
        onlyUntilWritten = false;
        latest = Optional.of(dump);
        return dump;
    }
}
