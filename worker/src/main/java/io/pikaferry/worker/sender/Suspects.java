package io.pikaferry.worker.sender;

import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Keys of one lane of which the log's order is not for certain the order in which the source did it. What the log says is applied to
 * them like to others, as it is right nearly always; when the stream has left such a key alone for a while it is read again from
 * the source, as a dirty key is. To be dirty at once would be dear for a list that is moved to all day.
 *
 * <p>In the target a suspect stands among the dirty keys: a successor, who does not know how long it has been left alone, reads
 * it at once.
 *
 * <p>Threads: the lane's, or that of a lane that holds all others at a gate.
 */
final class Suspects {

    /** P8: beyond so many the one that has been left alone for longest is trusted. */
    private static final int MAX_KEYS = 20_000;

    private record Key(StreamId stream, Bytes name) {}

    private record Suspect(DirtyKey key, long touchedAt) {}

    private final Map<Key, Suspect> byTouch = new LinkedHashMap<>(); // the one touched last comes last

    boolean isEmpty() {
        return byTouch.isEmpty();
    }

    int size() {
        return byTouch.size();
    }

    /**
     * @param now nanoseconds
     * @return the key that has to make room, if any
     */
    List<DirtyKey> add(DirtyKey key, long now) {
        Key name = new Key(key.stream(), key.key());
        Suspect known = byTouch.remove(name);
        byTouch.put(name, new Suspect(known == null ? key : known.key, now));
        if (byTouch.size() <= MAX_KEYS) {
            return List.of();
        }
        Iterator<Suspect> oldest = byTouch.values().iterator();
        DirtyKey trusted = oldest.next().key;
        oldest.remove();
        return List.of(trusted);
    }

    boolean has(StreamId stream, byte[] key) {
        return byTouch.containsKey(new Key(stream, Bytes.owning(key)));
    }

    void touched(StreamId stream, byte[] key, long now) {
        Key name = new Key(stream, Bytes.owning(key));
        Suspect known = byTouch.remove(name);
        if (known != null) {
            byTouch.put(name, new Suspect(known.key, now));
        }
    }

    /** Takes out those that have been left alone since. */
    List<DirtyKey> calmSince(long nanos, int atMost) {
        List<DirtyKey> calm = new ArrayList<>();
        Iterator<Suspect> oldest = byTouch.values().iterator();
        while (oldest.hasNext() && calm.size() < atMost) {
            Suspect suspect = oldest.next();
            if (suspect.touchedAt - nanos > 0) {
                break;
            }
            calm.add(suspect.key);
            oldest.remove();
        }
        return calm;
    }

    /** Takes out all of the stream. */
    List<DirtyKey> removeAll(StreamId stream) {
        List<DirtyKey> some = new ArrayList<>();
        byTouch.entrySet().removeIf(entry -> {
            boolean of = entry.getKey().stream.equals(stream);
            if (of) {
                some.add(entry.getValue().key);
            }
            return of;
        });
        return some;
    }

    List<DirtyKey> all() {
        return byTouch.values().stream().map(Suspect::key).toList();
    }
}
