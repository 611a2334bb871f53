package io.pikaferry.standin.version;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A release of Pika: what a master says it is, and what its behaviour is decided by. */
public record PikaVersion(int major, int minor, int patch) implements Comparable<PikaVersion> {

    private static final Pattern NUMBERS = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)");
    private static final Comparator<PikaVersion> ORDER = Comparator.comparingInt(PikaVersion::major)
            .thenComparingInt(PikaVersion::minor)
            .thenComparingInt(PikaVersion::patch);

    /** Reads "3.0.16", or a generation's letter for the version recorded of it. */
    public static PikaVersion parse(String text) {
        for (Generation generation : Generation.values()) {
            if (generation.name().equalsIgnoreCase(text)) {
                return generation.recordedVersion();
            }
        }
        Matcher numbers = NUMBERS.matcher(text);
        if (!numbers.matches()) {
            throw new IllegalArgumentException(
                    "\"%s\" is no Pika version such as 3.0.16, nor one of A B C D E".formatted(text));
        }
        return new PikaVersion(
                Integer.parseInt(numbers.group(1)),
                Integer.parseInt(numbers.group(2)),
                Integer.parseInt(numbers.group(3)));
    }

    public Generation generation() {
        if (major == 2) {
            return Generation.A;
        }
        if (major == 3) {
            return minor == 0 ? Generation.B : minor < 5 ? Generation.C : Generation.D;
        }
        return Generation.E;
    }

    public boolean atLeast(int wantedMajor, int wantedMinor, int wantedPatch) {
        return compareTo(new PikaVersion(wantedMajor, wantedMinor, wantedPatch)) >= 0;
    }

    @Override
    public int compareTo(PikaVersion other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return major + "." + minor + "." + patch;
    }
}
