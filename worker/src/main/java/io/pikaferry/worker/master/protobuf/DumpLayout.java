package io.pikaferry.worker.master.protobuf;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.worker.master.DiskErrors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * The databases that the dump of one stream consists of, each in a directory of its own (replication.md §0.1).
 *
 * @param databases their directories
 */
record DumpLayout(List<String> databases) {

    private static final List<String> BY_TYPE = List.of("strings", "hashes", "lists", "sets", "zsets");

    DumpLayout {
        databases = List.copyOf(databases);
    }

    /** 3.1 – 3.5.2: one for each type. */
    static DumpLayout byType() {
        return new DumpLayout(BY_TYPE);
    }

    /** 3.5.3 – 3.5.5. */
    static DumpLayout byTypeWithStreams() {
        return new DumpLayout(
                Stream.concat(BY_TYPE.stream(), Stream.of("streams")).toList());
    }

    /** 4.0: every instance holds all types. */
    static DumpLayout byInstance(int instances) {
        return new DumpLayout(
                IntStream.range(0, instances).mapToObj(Integer::toString).toList());
    }

    /** @throws FerryException SNAPSHOT_INCOMPLETE if a database is missing */
    void check(Path dump) {
        for (String database : databases) {
            Path directory = dump.resolve(database);
            try {
                Path current = directory.resolve("CURRENT");
                if (!Files.isRegularFile(current)) {
                    throw incomplete(database, "there is no CURRENT");
                }
                String manifest = Files.readString(current, US_ASCII).trim();
                if (!manifest.startsWith("MANIFEST-") || !Files.isRegularFile(directory.resolve(manifest))) {
                    throw incomplete(database, "the MANIFEST that CURRENT names is not there");
                }
            } catch (IOException e) {
                throw DiskErrors.coded(e, "cannot read the dump in " + directory);
            }
        }
    }

    private static FerryException incomplete(String database, String why) {
        return new FerryException(
                ErrorCode.SNAPSHOT_INCOMPLETE, "the dump that arrived lacks %s: %s".formatted(database, why));
    }
}
