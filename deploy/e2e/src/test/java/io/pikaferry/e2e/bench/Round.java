package io.pikaferry.e2e.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/** What was measured once, by name and in a fixed order: seconds, bytes, counts. Used by one thread. */
final class Round {

    private final Map<String, Double> figures = new LinkedHashMap<>();

    Round put(String name, double figure) {
        figures.put(name, figure);
        return this;
    }

    double get(String name) {
        return figures.getOrDefault(name, Double.NaN);
    }

    Map<String, Double> figures() {
        return figures;
    }
}
