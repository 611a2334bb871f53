package io.pikaferry.e2e;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A real Pika that was recorded, and what of it a Redis cannot equal: all of that is in docs/guarantees.md, and what the
 * target has refused is in the ledger. Differences are written as {@code db0:key: what}.
 */
enum Recording {
    V3_4_0("3.4.0", true),
    V3_5_5("3.5.5", true),
    /** The source has lost a name with a NUL inside, its log has not; nor can a client's pksetexat be told from its own. */
    V4_0_1(
            "4.0.1",
            false,
            "db0:nul\0mid: only on the target (type string)",
            "db0:pk:bin: only on the target (type string)"),
    V2_3_6("2.3.6", true),
    V3_0_16("3.0.16", true),
    V3_1_1("3.1.1", true);

    private final String version;
    private final boolean severalTypes;

    @SuppressWarnings("ImmutableEnumChecker") // it is of List.of
    private final List<String> ownDifferences;

    /**
     * A recording.
     *
     * @param severalTypes whether one name can have several types: up to 3.5
     * @param ownDifferences those of the corpus that not all have
     */
    Recording(String version, boolean severalTypes, String... ownDifferences) {
        this.version = version;
        this.severalTypes = severalTypes;
        this.ownDifferences = List.of(ownDifferences);
    }

    PikaVersion version() {
        return PikaVersion.parse(version);
    }

    /** As part of a job's name. */
    String label() {
        return version.replace('.', '-');
    }

    /** A listpack of Redis makes a score of -0.0 to 0. */
    List<String> differencesOfTheDump() {
        List<String> differences = new ArrayList<>(List.of("db0:z:ext: zset content"));
        if (severalTypes) {
            differences.addAll(List.of(
                    "db0:dup: source hash, target string",
                    "db0:dup: source list, target string",
                    "db0:dup: source set, target string",
                    "db0:dup: source zset, target string"));
        }
        return differences;
    }

    /** Names with a NUL inside are lost at a source of 4.0. */
    Map<String, List<String>> ledgerOfTheDump() {
        Map<String, List<String>> ledger = new TreeMap<>();
        ledger.put("db0:hll:1", List.of(ErrorCode.NOT_REPRESENTABLE.id()));
        if (severalTypes) {
            ledger.put("db0:dup", List.of(ErrorCode.TYPE_CONFLICT.id()));
        } else {
            for (String remains : List.of("db0:\0", "db0:bin\0", "db0:h\0")) {
                ledger.put(remains, List.of(ErrorCode.KEY_DESTROYED.id()));
            }
        }
        return ledger;
    }

    /** Redis knows no score NaN. HyperLogLogs are left out: those read again are as the source has them, others not. */
    List<String> differencesOfTheCorpus() {
        List<String> differences = new ArrayList<>(ownDifferences);
        differences.add("db0:z:a: zset content");
        differences.add("db0:z:bad: only on the source (zset)");
        if (severalTypes) {
            differences.addAll(List.of(
                    "db0:same: source hash, target string",
                    "db0:same: source list, target string",
                    "db0:same: source set, target string",
                    "db0:same: source zset, target string",
                    "db0:same3: source hash, target string"));
        }
        return differences;
    }

    Map<String, List<String>> ledgerOfTheCorpus() {
        Map<String, List<String>> ledger = new TreeMap<>();
        ledger.put("db0:z:bad", List.of(ErrorCode.NOT_REPRESENTABLE.id()));
        if (severalTypes) {
            ledger.put("db0:same", List.of(ErrorCode.TYPE_CONFLICT.id()));
            ledger.put("db0:same3", List.of(ErrorCode.TYPE_CONFLICT.id()));
        }
        return ledger;
    }
}
