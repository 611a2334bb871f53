package io.pikaferry.standin.dataset;

import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * One type's names: up to 3.5 a namespace of its own, in 4.0 a view of the one namespace.
 *
 * <p>Expired and emptied values do not exist for the callers; they are dropped when met. In 2.3 sets, sorted
 * sets and lists that were emptied leave their expiry to what is filled in before it. Used under the database's
 * lock.
 */
public final class Space<V extends Value> {

    private final DataType type;
    private final Class<V> kind;
    private final Supplier<V> fresh;
    private final NavigableMap<Bytes, Value> values;
    private final Expiry expiry;
    private final boolean remembers;

    Space(
            DataType type,
            Class<V> kind,
            Supplier<V> fresh,
            NavigableMap<Bytes, Value> values,
            Expiry expiry,
            boolean remembers) {
        this.type = type;
        this.kind = kind;
        this.fresh = fresh;
        this.values = values;
        this.expiry = expiry;
        this.remembers = remembers;
    }

    public DataType type() {
        return type;
    }

    /** The living value of that name; {@link WrongTypeException} if the name has another type (4.0 only). */
    public Optional<V> find(Bytes key) {
        Value value = values.get(key);
        if (value == null) {
            return Optional.empty();
        }
        if (isDead(value)) {
            if (!isRemembered(value)) {
                values.remove(key);
            }
            return Optional.empty();
        }
        if (!kind.isInstance(value)) {
            throw new WrongTypeException(type, Dataset.typeOf(value));
        }
        return Optional.of(kind.cast(value));
    }

    /** Whether a living value of this type has the name. */
    public boolean contains(Bytes key) {
        Value value = values.get(key);
        return kind.isInstance(value) && !isDead(value);
    }

    /** The living value of that name or a new empty one, entered under the name. */
    public V findOrCreate(Bytes key) {
        return find(key).orElseGet(() -> replace(key));
    }

    /**
     * Enters a new empty value under the name, whatever of this type (4.0: of any type) stood there; without expiry unless
     * one is remembered.
     */
    public V replace(Bytes key) {
        V value = fresh.get();
        Value before = values.put(key, value);
        if (before != null && isRemembered(before)) {
            value.expireAt(before.expireStamp());
        }
        return value;
    }

    /** When the value of that name expires, if there is one. */
    public long expireStamp(Bytes key) {
        return contains(key) ? values.get(key).expireStamp() : Value.NEVER;
    }

    /** Returns whether there was a living one. */
    public boolean remove(Bytes key) {
        Value value = values.get(key);
        if (value == null || !kind.isInstance(value) || isRemembered(value)) {
            return false;
        }
        values.remove(key);
        return !isDead(value);
    }

    /** To be called after taking elements away: an empty collection does not exist. */
    public void dropIfEmpty(Bytes key, V value) {
        if (value.isEmpty() && !isRemembered(value)) {
            values.remove(key);
        }
    }

    /** Takes all elements away. */
    public void empty(Bytes key) {
        long stamp = expireStamp(key);
        remove(key);
        if (remembers && stamp != Value.NEVER) {
            replace(key).expireAt(stamp);
        }
    }

    /** Nothing of that name is left, and nothing is remembered. */
    public void forget(Bytes key) {
        values.remove(key);
    }

    /** The names of those that were emptied and are remembered, with their expiry. */
    public Map<Bytes, Long> remembered() {
        Map<Bytes, Long> names = new TreeMap<>();
        values.forEach((key, value) -> {
            if (isRemembered(value)) {
                names.put(key, value.expireStamp());
            }
        });
        return names;
    }

    private boolean isRemembered(Value value) {
        return remembers
                && value.isEmpty()
                && value.expireStamp() != Value.NEVER
                && !expiry.isGone(value.expireStamp());
    }

    public void clear() {
        values.values().removeIf(kind::isInstance);
    }

    /** Living names from the given one on, in the order of their bytes. */
    public Iterable<Map.Entry<Bytes, V>> from(Bytes first) {
        return () -> values.tailMap(first, true).entrySet().stream()
                .filter(entry -> kind.isInstance(entry.getValue()) && !isDead(entry.getValue()))
                .map(entry -> Map.entry(entry.getKey(), kind.cast(entry.getValue())))
                .iterator();
    }

    public Iterable<Map.Entry<Bytes, V>> all() {
        return from(Bytes.EMPTY);
    }

    /** Counts the living; looks at every name. */
    public long size() {
        return values.values().stream()
                .filter(value -> kind.isInstance(value) && !isDead(value))
                .count();
    }

    private boolean isDead(Value value) {
        return value.isEmpty() || expiry.isGone(value.expireStamp());
    }
}
