package io.pikaferry.standin;

import io.pikaferry.standin.dump.DumpFormat;
import io.pikaferry.standin.dump.DumpGenerator;
import io.pikaferry.standin.dump.DumpPlan;
import io.pikaferry.standin.dump.DumpPlan.Keys;
import io.pikaferry.standin.version.PikaVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Writes a dump of any size in Pika's own format. */
@Command(name = "generate", description = "Writes a dump for serve --dump.")
final class GenerateCommand implements Callable<Integer> {

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            description = "Shows this.")
    @SuppressWarnings("unused") // picocli acts on it
    private boolean help;

    @Option(
            names = {"--version", "--generation"},
            defaultValue = "3.0.16",
            paramLabel = "VERSION",
            description = "A version such as 3.4.0, or A to E.")
    private String version;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Must be empty or not exist.")
    private Path out;

    @Option(names = "--seed", defaultValue = "1", paramLabel = "N")
    private long seed;

    @Option(names = "--strings", paramLabel = "N:BYTES")
    private Optional<String> strings;

    @Option(names = "--hashes", paramLabel = "N:FIELDS:BYTES")
    private Optional<String> hashes;

    @Option(names = "--lists", paramLabel = "N:ELEMENTS:BYTES")
    private Optional<String> lists;

    @Option(names = "--sets", paramLabel = "N:MEMBERS:BYTES")
    private Optional<String> sets;

    @Option(names = "--zsets", paramLabel = "N:MEMBERS:BYTES")
    private Optional<String> zsets;

    @Option(
            names = "--ttl-share",
            defaultValue = "0",
            paramLabel = "P",
            description = "The part of the keys that expire, from 0 to 1.")
    private double ttlShare;

    @Override
    public Integer call() throws IOException {
        requireEmpty(out);
        DumpPlan plan = new DumpPlan(
                seed,
                Instant.now().getEpochSecond(),
                ttlShare,
                strings.map(text -> keys("--strings", text, false)),
                hashes.map(text -> keys("--hashes", text, true)),
                lists.map(text -> keys("--lists", text, true)),
                sets.map(text -> keys("--sets", text, true)),
                zsets.map(text -> keys("--zsets", text, true)));
        new DumpGenerator(plan).write(DumpFormat.of(PikaVersion.parse(version)), out);
        return 0;
    }

    private static void requireEmpty(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            try (Stream<Path> children = Files.list(directory)) {
                if (children.findAny().isPresent()) {
                    throw new IllegalArgumentException("--out " + directory + " is not empty");
                }
            }
        }
    }

    private static Keys keys(String option, String text, boolean collection) {
        String[] parts = text.split(":", -1);
        if (parts.length != (collection ? 3 : 2) || !text.matches("[\\d:]+")) {
            throw new IllegalArgumentException(
                    "%s %s is not %s".formatted(option, text, collection ? "N:ELEMENTS:BYTES" : "N:BYTES"));
        }
        return collection
                ? new Keys(Long.parseLong(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]))
                : new Keys(Long.parseLong(parts[0]), 1, Integer.parseInt(parts[1]));
    }
}
