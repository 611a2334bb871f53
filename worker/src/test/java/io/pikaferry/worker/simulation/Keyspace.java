package io.pikaferry.worker.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongPredicate;

/**
 * One database, with as much of Redis as jobs and workloads need. Values never change but are replaced, so that copies are
 * cheap. Whether a key has expired is for the caller to say: source and target differ in that.
 *
 * <p>Replies: {@code String} for bulk and status, {@code Long}, {@code List}, {@code null} for nil, {@link Refusal}.
 */
final class Keyspace {

    /** An error reply. */
    record Refusal(String text) {}

    /** What a key holds. @param expireAt milliseconds; 0: never */
    record Entry(String type, Object value, long expireAt) {
        Entry expiring(long at) {
            return new Entry(type, value, at);
        }
    }

    static final Refusal WRONG_TYPE = new Refusal("WRONGTYPE Operation against a key holding the wrong kind of value");

    private final TreeMap<String, Entry> entries;
    private LongPredicate alive = expireAt -> true;
    private boolean changed;

    Keyspace() {
        this(new TreeMap<>());
    }

    private Keyspace(TreeMap<String, Entry> entries) {
        this.entries = entries;
    }

    Keyspace copy() {
        return new Keyspace(new TreeMap<>(entries));
    }

    /** As it stands there, expired or not; null: it does not. */
    Entry raw(String key) {
        return entries.get(key);
    }

    Map<String, Entry> raw() {
        return entries;
    }

    boolean changed() {
        return changed;
    }

    Object execute(List<String> args, LongPredicate alive) {
        this.alive = alive;
        this.changed = false;
        try {
            return run(args.get(0).toUpperCase(Locale.ROOT), args);
        } catch (ClassCastException e) {
            return WRONG_TYPE;
        }
    }

    private Entry live(String key) {
        Entry entry = entries.get(key);
        return entry == null || entry.expireAt() != 0 && !alive.test(entry.expireAt()) ? null : entry;
    }

    private void put(String key, Entry entry) {
        changed = true;
        entries.put(key, entry);
    }

    private boolean remove(String key) {
        boolean there = live(key) != null;
        changed |= entries.remove(key) != null;
        return there;
    }

    private Object run(String name, List<String> args) {
        String key = args.size() > 1 ? args.get(1) : "";
        return switch (name) {
            case "GET" -> string(key);
            case "SET" -> {
                put(key, new Entry("string", args.get(2), args.size() > 3 ? Long.parseLong(args.get(4)) : 0));
                yield "OK";
            }
            case "INCR" -> {
                String old = string(key);
                long value = old == null ? 1 : Long.parseLong(old) + 1;
                replace(key, "string", Long.toString(value));
                yield value;
            }
            case "APPEND" -> {
                String old = string(key);
                replace(key, "string", (old == null ? "" : old) + args.get(2));
                yield (long) string(key).length();
            }
            case "MSET", "MSETNX" -> mset(name.equals("MSETNX"), args);
            case "DEL", "UNLINK" -> {
                long gone = 0;
                for (String each : args.subList(1, args.size())) {
                    gone += remove(each) ? 1 : 0;
                }
                yield gone;
            }
            case "PEXPIREAT" -> {
                Entry entry = live(key);
                if (entry == null) {
                    yield 0L;
                }
                long at = Long.parseLong(args.get(2));
                if (alive.test(at)) {
                    put(key, entry.expiring(at));
                } else {
                    remove(key);
                }
                yield 1L;
            }
            case "PERSIST" -> {
                Entry entry = live(key);
                if (entry == null || entry.expireAt() == 0) {
                    yield 0L;
                }
                put(key, entry.expiring(0));
                yield 1L;
            }
            case "TYPE" -> live(key) == null ? "none" : live(key).type();
            case "RPUSH", "LPUSH" -> push(name.equals("LPUSH"), key, args.subList(2, args.size()));
            case "LPOP" -> pop(key, true);
            case "RPOP" -> pop(key, false);
            case "RPOPLPUSH" -> {
                list(args.get(2));
                String moved = pop(key, false);
                if (moved != null) {
                    push(true, args.get(2), List.of(moved));
                }
                yield moved;
            }
            case "HSET" -> {
                TreeMap<String, String> hash = new TreeMap<>(hash(key));
                long before = hash.size();
                for (int i = 2; i < args.size(); i += 2) {
                    hash.put(args.get(i), args.get(i + 1));
                }
                replace(key, "hash", hash);
                yield hash.size() - before;
            }
            case "HINCRBY" -> {
                TreeMap<String, String> hash = new TreeMap<>(hash(key));
                long value = Long.parseLong(hash.getOrDefault(args.get(2), "0")) + Long.parseLong(args.get(3));
                hash.put(args.get(2), Long.toString(value));
                replace(key, "hash", hash);
                yield value;
            }
            case "HDEL" -> {
                TreeMap<String, String> hash = new TreeMap<>(hash(key));
                long gone = 0;
                for (String field : args.subList(2, args.size())) {
                    gone += hash.remove(field) != null ? 1 : 0;
                }
                if (gone > 0) {
                    replace(key, "hash", hash);
                }
                yield gone;
            }
            case "HGET" -> hash(key).get(args.get(2));
            case "HGETALL" -> flat(hash(key));
            case "HSCAN" -> List.of("0", flat(hash(key)));
            case "SADD" -> {
                TreeSet<String> set = new TreeSet<>(set(key));
                long before = set.size();
                set.addAll(args.subList(2, args.size()));
                replace(key, "set", set);
                yield set.size() - before;
            }
            case "SREM" -> {
                TreeSet<String> set = new TreeSet<>(set(key));
                boolean gone = set.removeAll(args.subList(2, args.size()));
                if (gone) {
                    replace(key, "set", set);
                }
                yield gone ? 1L : 0L;
            }
            case "SMOVE" -> {
                set(args.get(2));
                TreeSet<String> from = new TreeSet<>(set(key));
                if (!from.remove(args.get(3))) {
                    yield 0L;
                }
                replace(key, "set", from);
                TreeSet<String> to = new TreeSet<>(set(args.get(2)));
                to.add(args.get(3));
                replace(args.get(2), "set", to);
                yield 1L;
            }
            case "SUNIONSTORE" -> {
                TreeSet<String> union = new TreeSet<>();
                args.subList(2, args.size()).forEach(each -> union.addAll(set(each)));
                remove(key);
                replace(key, "set", union);
                yield (long) union.size();
            }
            case "ZADD", "ZINCRBY" -> {
                TreeMap<String, Double> scores = new TreeMap<>(scores(key));
                for (int i = 2; i < args.size(); i += 2) {
                    double score = Double.parseDouble(args.get(i));
                    scores.merge(args.get(i + 1), score, (old, by) -> name.equals("ZADD") ? by : old + by);
                }
                replace(key, "zset", scores);
                yield 1L;
            }
            case "FLUSHDB" -> {
                changed |= !entries.isEmpty();
                entries.clear();
                yield "OK";
            }
            case "DBSIZE" -> (long) entries.size();
            case "SCAN" -> List.of("0", matching(args.get(3)));
            default -> new Refusal("ERR unknown command '" + name + "'");
        };
    }

    private Object mset(boolean onlyNew, List<String> args) {
        for (int i = 1; onlyNew && i < args.size(); i += 2) {
            if (live(args.get(i)) != null) {
                return 0L;
            }
        }
        for (int i = 1; i < args.size(); i += 2) {
            put(args.get(i), new Entry("string", args.get(i + 1), 0));
        }
        return onlyNew ? (Object) 1L : "OK";
    }

    /** Live keys only. */
    List<String> matching(String glob) {
        List<String> found = new ArrayList<>();
        String prefix = glob.substring(0, glob.length() - 1); // always ends with *
        for (String key : entries.keySet()) {
            if (key.startsWith(prefix) && live(key) != null) {
                found.add(key);
            }
        }
        return found;
    }

    /** A new value; the expiry stays; nothing is nothing. */
    private void replace(String key, String type, Object value) {
        boolean empty = value instanceof Map<?, ?> map && map.isEmpty()
                || value instanceof java.util.Collection<?> some && some.isEmpty();
        if (empty) {
            remove(key);
            return;
        }
        Entry old = live(key);
        put(key, new Entry(type, value, old == null ? 0 : old.expireAt()));
    }

    private Object of(String key, String type, Object otherwise) {
        Entry entry = live(key);
        if (entry == null) {
            return otherwise;
        }
        if (!entry.type().equals(type)) {
            throw new ClassCastException(type);
        }
        return entry.value();
    }

    private String string(String key) {
        return (String) of(key, "string", null);
    }

    @SuppressWarnings("unchecked")
    private List<String> list(String key) {
        return (List<String>) of(key, "list", List.of());
    }

    @SuppressWarnings("unchecked")
    private Map<String, String> hash(String key) {
        return (Map<String, String>) of(key, "hash", Map.of());
    }

    @SuppressWarnings("unchecked")
    private java.util.Set<String> set(String key) {
        return (java.util.Set<String>) of(key, "set", java.util.Set.of());
    }

    @SuppressWarnings("unchecked")
    private Map<String, Double> scores(String key) {
        return new HashMap<>((Map<String, Double>) of(key, "zset", Map.of()));
    }

    private long push(boolean left, String key, List<String> values) {
        List<String> list = new ArrayList<>(list(key));
        for (String value : values) {
            list.add(left ? 0 : list.size(), value);
        }
        replace(key, "list", list);
        return list.size();
    }

    private String pop(String key, boolean left) {
        List<String> list = new ArrayList<>(list(key));
        if (list.isEmpty()) {
            return null;
        }
        String popped = list.remove(left ? 0 : list.size() - 1);
        replace(key, "list", list);
        return popped;
    }

    private static List<Object> flat(Map<String, String> map) {
        List<Object> flat = new ArrayList<>();
        map.forEach((field, value) -> {
            flat.add(field);
            flat.add(value);
        });
        return flat;
    }
}
