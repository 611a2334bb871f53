package io.pikaferry.e2e.soak;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How large a {@link Scene} is to be. */
final class SceneOptions {

    @Option(names = "--jobs", defaultValue = "4", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(names = "--workers", defaultValue = "3", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private int workers;

    @Option(names = "--coordinators", defaultValue = "2", paramLabel = "N", description = "Default ${DEFAULT-VALUE}.")
    private int coordinators;

    @Option(
            names = "--rate",
            defaultValue = "500",
            paramLabel = "N",
            description = "Commands a second and job; default ${DEFAULT-VALUE}.")
    private int rate;

    @Option(
            names = "--seed",
            paramLabel = "N",
            description = "What happens in which order, and what is written; default: another one each time.")
    private Optional<Long> seed;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            description = "For logs and data, which then stay; default: a temporary one.")
    private Optional<Path> directory;

    long seed() {
        if (seed.isEmpty()) {
            seed = Optional.of(System.nanoTime() % 1_000_000);
        }
        return seed.get();
    }

    Scene.Plan plan() throws IOException {
        if (jobs < 1 || workers < 2 || coordinators < 2 || rate < 1) {
            throw new IllegalArgumentException("at least one job, two workers, two coordinators, a rate of 1");
        }
        Path place = directory.isPresent()
                ? Files.createDirectories(directory.get())
                : Files.createTempDirectory("pikaferry-soak");
        return new Scene.Plan(place, coordinators, workers, jobs, rate, seed());
    }
}
