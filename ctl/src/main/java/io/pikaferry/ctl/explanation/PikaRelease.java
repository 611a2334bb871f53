package io.pikaferry.ctl.explanation;

import java.util.Comparator;
import java.util.List;

/** A release of Pika, as in 3.4.0. */
public record PikaRelease(int major, int minor, int patch) implements Comparable<PikaRelease> {

    private static final Comparator<PikaRelease> ORDER = Comparator.comparingInt(PikaRelease::major)
            .thenComparingInt(PikaRelease::minor)
            .thenComparingInt(PikaRelease::patch);

    /** @throws IllegalArgumentException if it is not three numbers with dots between */
    static PikaRelease parse(String text) {
        List<Integer> numbers = List.of(text.split("\\.", -1)).stream()
                .map(Integer::parseUnsignedInt)
                .toList();
        if (numbers.size() != 3) {
            throw new IllegalArgumentException("expected a release such as 3.4.0, got '" + text + "'");
        }
        return new PikaRelease(numbers.get(0), numbers.get(1), numbers.get(2));
    }

    /** As in 3.4. */
    String branch() {
        return major + "." + minor;
    }

    @Override
    public int compareTo(PikaRelease other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return branch() + "." + patch;
    }
}
