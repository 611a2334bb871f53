package io.pikaferry.e2e.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** How long something took, again and again. Used by one thread. */
final class Times {

    private final List<Duration> sorted = new ArrayList<>();

    void add(Duration time) {
        sorted.add(time);
        sorted.sort(null);
    }

    int count() {
        return sorted.size();
    }

    /** The time that so many of a hundred were not above. */
    Duration percentile(int percent) {
        return sorted.get(Math.max(0, (int) Math.ceil(sorted.size() * percent / 100.0) - 1));
    }

    @Override
    public String toString() {
        return sorted.isEmpty()
                ? "none"
                : "%d: p50 %s, p95 %s, longest %s"
                        .formatted(count(), seconds(percentile(50)), seconds(percentile(95)), seconds(percentile(100)));
    }

    static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }
}
