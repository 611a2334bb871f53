package io.pikaferry.standin.dataset;

import java.util.Comparator;
import java.util.List;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** A sorted set, ordered by score and then by the member's bytes. */
public final class ZsetValue extends Value {

    /** A member with its score. */
    public record Scored(double score, Bytes member) {
        static final Comparator<Scored> ORDER =
                Comparator.comparingDouble(Scored::orderScore).thenComparing(Scored::member);

        /** Minus zero equals zero in Pika's comparator. */
        private double orderScore() {
            return score == 0 ? 0.0 : score;
        }
    }

    private final NavigableMap<Bytes, Double> scores = new TreeMap<>();
    private final NavigableSet<Scored> ranking = new TreeSet<>(Scored.ORDER);

    public Optional<Double> score(Bytes member) {
        return Optional.ofNullable(scores.get(member));
    }

    /** Returns whether the member is new. */
    public boolean put(Bytes member, double score) {
        Double old = scores.put(member, score);
        if (old != null) {
            ranking.remove(new Scored(old, member));
        }
        ranking.add(new Scored(score, member));
        return old == null;
    }

    public boolean remove(Bytes member) {
        Double old = scores.remove(member);
        return old != null && ranking.remove(new Scored(old, member));
    }

    /** Members from the lowest score up; not to be written to. */
    public NavigableSet<Scored> ranking() {
        return ranking;
    }

    /** Members from the given one on, in the order of their bytes. */
    public List<Scored> byMember(Bytes first) {
        return scores.tailMap(first, true).entrySet().stream()
                .map(entry -> new Scored(entry.getValue(), entry.getKey()))
                .toList();
    }

    public int size() {
        return scores.size();
    }

    @Override
    public boolean isEmpty() {
        return scores.isEmpty();
    }
}
