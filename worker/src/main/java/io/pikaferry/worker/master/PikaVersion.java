package io.pikaferry.worker.master;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A Pika release. What is in the binlog differs from patch to patch (replication.md §7.2), so all three numbers count. */
public record PikaVersion(int major, int minor, int patch) implements Comparable<PikaVersion> {

    private static final Pattern FORM = Pattern.compile("v?(\\d+)\\.(\\d+)(?:\\.(\\d+))?.*");
    private static final Comparator<PikaVersion> ORDER = Comparator.comparingInt(PikaVersion::major)
            .thenComparingInt(PikaVersion::minor)
            .thenComparingInt(PikaVersion::patch);

    /** Reads what {@code INFO server} says in {@code pika_version}. */
    public static PikaVersion parse(String text) {
        Matcher form = FORM.matcher(text.trim());
        if (!form.matches()) {
            throw new IllegalArgumentException("not a Pika version: '" + text + "'");
        }
        return new PikaVersion(
                Integer.parseInt(form.group(1)),
                Integer.parseInt(form.group(2)),
                form.group(3) == null ? 0 : Integer.parseInt(form.group(3)));
    }

    public boolean atLeast(int major, int minor, int patch) {
        return compareTo(new PikaVersion(major, minor, patch)) >= 0;
    }

    public boolean below(int major, int minor, int patch) {
        return !atLeast(major, minor, patch);
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
