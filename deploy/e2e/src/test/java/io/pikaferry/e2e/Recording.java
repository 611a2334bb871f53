package io.pikaferry.e2e;

import io.pikaferry.standin.version.PikaVersion;
import java.util.List;
import java.util.Map;

/** A real Pika that was recorded, and what of it a Redis cannot equal. */
enum Recording {
    V3_4_0("3.4.0", List.of(), Map.of(), List.of(), Map.of()),
    V3_5_5("3.5.5", List.of(), Map.of(), List.of(), Map.of()),
    V4_0_1("4.0.1", List.of(), Map.of(), List.of(), Map.of()),
    V3_1_1("3.1.1", List.of(), Map.of(), List.of(), Map.of()),
    V3_0_16("3.0.16", List.of(), Map.of(), List.of(), Map.of());

    private final String version;
    private final List<String> differencesOfTheDump;
    private final Map<String, List<String>> ledgerOfTheDump;
    private final List<String> differencesOfTheCorpus;
    private final Map<String, List<String>> ledgerOfTheCorpus;

    Recording(
            String version,
            List<String> differencesOfTheDump,
            Map<String, List<String>> ledgerOfTheDump,
            List<String> differencesOfTheCorpus,
            Map<String, List<String>> ledgerOfTheCorpus) {
        this.version = version;
        this.differencesOfTheDump = differencesOfTheDump;
        this.ledgerOfTheDump = ledgerOfTheDump;
        this.differencesOfTheCorpus = differencesOfTheCorpus;
        this.ledgerOfTheCorpus = ledgerOfTheCorpus;
    }

    PikaVersion version() {
        return PikaVersion.parse(version);
    }

    /** As part of a job's name. */
    String label() {
        return version.replace('.', '-');
    }

    List<String> differencesOfTheDump() {
        return differencesOfTheDump;
    }

    Map<String, List<String>> ledgerOfTheDump() {
        return ledgerOfTheDump;
    }

    List<String> differencesOfTheCorpus() {
        return differencesOfTheCorpus;
    }

    Map<String, List<String>> ledgerOfTheCorpus() {
        return ledgerOfTheCorpus;
    }
}
