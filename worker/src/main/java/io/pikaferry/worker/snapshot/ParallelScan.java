package io.pikaferry.worker.snapshot;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.snapshot.UnitPlan.Part;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import org.rocksdb.Cache;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Scans a dump with several threads. The work is cut into units, a range of keys of one sub-database each; a key with
 * all its pieces belongs to one unit, and so to one thread.
 *
 * <p>Threads: of its own, as configured; {@link #run} returns or throws when they have ended. One scan object may run
 * several scans at once.
 *
 * <p>Memory: a piece per thread, the native side's blocks per cursor, a small cache; see {@link SnapshotConfig}. An
 * instance in sharding mode has a thousand streams, so only some are open at a time.
 *
 * <p>Failure: every dump is checked for completeness before the first key is handed over. The first thread that fails
 * stops the others; its error is thrown.
 */
public final class ParallelScan implements SnapshotScan {

    private static final Logger log = LoggerFactory.getLogger(ParallelScan.class);

    private static final int OPEN_DATABASES = 64;
    private static final int UNITS_PER_THREAD = 1024;

    private final SnapshotConfig config;

    public ParallelScan(SnapshotConfig config) {
        this.config = requireNonNull(config, "config is null");
    }

    @Override
    public Summary run(
            Map<StreamId, Path> directories, long asOfSeconds, SnapshotDestination destination, ScanProgress progress)
            throws InterruptedException {
        Map<StreamId, DumpLayout> layouts = new TreeMap<>();
        directories.forEach((stream, directory) -> layouts.put(stream, DumpLayout.of(directory)));
        long total = layouts.values().stream().mapToLong(ParallelScan::bytes).sum();
        ScanMeter meter = new ScanMeter(total, progress);
        Totals totals = new Totals();
        try (Cache cache = DumpDatabase.cache(config.cacheBytes())) {
            for (Map<StreamId, DumpLayout> some : portions(layouts)) {
                scan(some, cache, asOfSeconds, destination, meter, totals);
            }
        } catch (FerryException e) {
            throw new FerryException(e.code(), e.getMessage(), e);
        } catch (RuntimeException e) {
            throw new FerryException(ErrorCode.INTERNAL, "the scan of the dump failed: " + e, e);
        }
        return totals.summary();
    }

    private void scan(
            Map<StreamId, DumpLayout> layouts,
            Cache cache,
            long asOfSeconds,
            SnapshotDestination destination,
            ScanMeter meter,
            Totals totals)
            throws InterruptedException {
        List<DumpReader> readers = new ArrayList<>();
        try {
            List<ScanUnit> units = new ArrayList<>();
            for (Map.Entry<StreamId, DumpLayout> entry : layouts.entrySet()) {
                DumpReader reader = DumpReader.open(entry.getKey(), entry.getValue(), config, cache, asOfSeconds);
                readers.add(reader);
                units.addAll(units(entry.getKey(), entry.getValue(), reader, destination, meter, totals));
            }
            // the large ones first, or the last one to begin is what everybody waits for
            units.sort(Comparator.comparingLong(ScanUnit::bytes).reversed());
            UnitCrew.workOff(units, config.threads());
        } finally {
            readers.forEach(DumpReader::close);
        }
    }

    private List<ScanUnit> units(
            StreamId stream,
            DumpLayout layout,
            DumpReader reader,
            SnapshotDestination destination,
            ScanMeter meter,
            Totals totals) {
        List<ScanUnit> units = new ArrayList<>();
        for (int i = 0; i < layout.subDatabases().size(); i++) {
            long bytes = DumpDatabase.bytes(
                    layout.directory().resolve(layout.subDatabases().get(i)));
            long wanted = Math.min(1 + bytes / config.unitBytes(), (long) UNITS_PER_THREAD * config.threads());
            List<Part> parts = UnitPlan.cut(reader.weights(i), (int) wanted);
            long planned = parts.stream().mapToLong(Part::bytes).sum();
            long left = bytes;
            for (Part part : parts) {
                boolean lastPart = part.range().to().isEmpty();
                long share = lastPart ? left : (long) ((double) bytes * part.bytes() / planned);
                left -= share;
                units.add(new ScanUnit(
                        stream + "/" + layout.subDatabases().get(i) + "/"
                                + part.range().digest(),
                        stream,
                        reader,
                        i,
                        part,
                        share,
                        destination,
                        config,
                        meter.unit(share, part.records()),
                        totals));
            }
        }
        return units;
    }

    private static long bytes(DumpLayout layout) {
        return layout.subDatabases().stream()
                .mapToLong(name -> DumpDatabase.bytes(layout.directory().resolve(name)))
                .sum();
    }

    /** Streams whose databases are open together. */
    private static List<Map<StreamId, DumpLayout>> portions(Map<StreamId, DumpLayout> layouts) {
        List<Map<StreamId, DumpLayout>> portions = new ArrayList<>();
        Map<StreamId, DumpLayout> portion = new LinkedHashMap<>();
        int databases = 0;
        for (Map.Entry<StreamId, DumpLayout> entry : layouts.entrySet()) {
            int more = entry.getValue().subDatabases().size();
            if (databases > 0 && databases + more > OPEN_DATABASES) {
                portions.add(portion);
                portion = new LinkedHashMap<>();
                databases = 0;
            }
            portion.put(entry.getKey(), entry.getValue());
            databases += more;
        }
        portions.add(portion);
        return portions;
    }

    /** What all units found. */
    private static final class Totals {

        private final LongAdder keys = new LongAdder();
        private final LongAdder elements = new LongAdder();
        private final LongAdder skipped = new LongAdder();

        void add(Summary part) {
            keys.add(part.keys());
            elements.add(part.elements());
            skipped.add(part.skipped());
        }

        Summary summary() {
            return new Summary(keys.sum(), elements.sum(), skipped.sum());
        }
    }

    /**
     * @param name of this part of this dump; of keys it has only a digest
     * @param bytes its share of what progress is told in
     */
    private record ScanUnit(
            String name,
            StreamId stream,
            DumpReader reader,
            int subDatabase,
            Part part,
            long bytes,
            SnapshotDestination destination,
            SnapshotConfig config,
            ScanMeter.Unit meter,
            Totals totals)
            implements UnitCrew.Unit {

        @Override
        public void run() throws InterruptedException {
            Optional<Summary> before = destination.broughtOver(name);
            if (before.isPresent()) {
                totals.add(before.get());
            } else {
                scan();
            }
            meter.finished();
        }

        private void scan() throws InterruptedException {
            SnapshotSink sink = destination.sink(name);
            ChunkWriter writer = new ChunkWriter(stream.db(), sink, config, meter);
            reader.scan(subDatabase, part.range(), writer);
            totals.add(writer.summary());
            sink.finished(writer.summary());
            if (writer.miscounted() > 0) {
                log.atWarn()
                        .addKeyValue("stream", stream)
                        .addKeyValue("keys", writer.miscounted())
                        .log("the source counts other elements of some keys than it has; all it has are carried over");
            }
        }
    }
}
