package io.pikaferry.worker.simulation;

import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.simulation.Keyspace.Entry;
import io.pikaferry.worker.simulation.Source.Log;
import io.pikaferry.worker.simulation.Source.Version;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What must hold of the target after each write, of each confirmation, and at the end.
 *
 * <p>The marks in the target say which items were applied. So what every key has to be is known at every moment: what the
 * source had made of it by the last of those. A write skipped, done twice, or out of order shows at once.
 */
final class Invariants {

    /** Held-back expiries as ADR 7 describes them; of its own, so that a mistake there is seen here. */
    private static final long SHIFT = 100_000_000_000_000L;

    private static final long RELEASED_AFTER_MILLIS = 3_000;
    private static final Pattern NAME = Pattern.compile("pikaferry:[^:]+:(\\d+)\\.(\\d+)");

    private final World world;
    private final Source source;
    private final String prefix;
    private final Map<StreamId, Map<Integer, BinlogPosition>> everConfirmed = new HashMap<>();
    private final Map<StreamId, List<Doubt>> doubts = new HashMap<>();
    private long[] holder = {0, 0};

    /** Items whose effect a snapshot has although they come after its position. */
    private record Doubt(BinlogPosition from, BinlogPosition to) {}

    Invariants(World world, Source source, String prefix) {
        this.world = world;
        this.source = source;
        this.prefix = prefix;
    }

    /** What a snapshot holds of items after its position. Which of several will be loaded is not known: a zombie takes one too. */
    void doubt(StreamId stream, BinlogPosition from, BinlogPosition to) {
        doubts.computeIfAbsent(stream, any -> new ArrayList<>()).add(new Doubt(from, to));
    }

    /** P4: whoever has read the marks keeps everybody before it out. */
    void marksRead(String connectionName) {
        long[] reader = tenure(connectionName);
        if (reader[0] > holder[0] || reader[0] == holder[0] && reader[1] > holder[1]) {
            holder = reader;
        }
    }

    /** It has let go of everybody, and may have forgotten who had taken over; whoever reads the marks next is the holder. */
    void targetSetBack() {
        holder = new long[] {0, 0};
    }

    private static long[] tenure(String connectionName) {
        Matcher matcher = NAME.matcher(connectionName);
        if (!matcher.matches()) {
            throw new AssertionError("a connection called '" + connectionName + "'");
        }
        return new long[] {Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))};
    }

    /** After each write. */
    void written(Target target) {
        long[] writer = tenure(target.writer().name());
        if (writer[0] < holder[0] || writer[0] == holder[0] && writer[1] < holder[1]) {
            throw new AssertionError("P4: a write by tenure %d.%d after %d.%d has read the marks"
                    .formatted(writer[0], writer[1], holder[0], holder[1]));
        }
        Map<StreamId, Map<Integer, BinlogPosition>> marks = marks(target);
        marks.forEach((stream, lanes) -> lanes.forEach((lane, position) -> everConfirmed
                .computeIfAbsent(stream, any -> new HashMap<>())
                .merge(lane, position, (a, b) -> a.isAfter(b) ? a : b)));
        if (!marks.isEmpty()) {
            Set<String> dirty = dirty(target);
            for (Log log : source.logs()) {
                if (marks.containsKey(log.stream)) {
                    check(target, log, marks.get(log.stream), dirty);
                }
            }
        }
    }

    private void check(Target target, Log log, Map<Integer, BinlogPosition> marks, Set<String> dirty) {
        int db = world.targetDb(log.stream);
        log.versions.forEach((key, versions) -> {
            int applied = versions.size() - 1;
            while (applied >= 0 && !isApplied(versions.get(applied), marks)) {
                applied--;
            }
            for (int i = 0; i < applied; i++) {
                if (!isApplied(versions.get(i), marks)) {
                    throw new AssertionError("P1: %s of %s was skipped for %s: %s was applied; marks %s"
                            .formatted(
                                    versions.get(i).end(),
                                    log.stream,
                                    key,
                                    versions.get(applied).end(),
                                    marks));
                }
            }
            if (dirty.contains(log.stream + "/" + key) || isDoubtful(log, versions, marks)) {
                return;
            }
            boolean sweptNow =
                    applied + 1 < versions.size() && versions.get(applied + 1).sweep() && target.live(db, key) == null;
            Entry wanted = applied < 0 ? null : versions.get(applied).entry();
            String difference = difference(wanted, target.live(db, key));
            if (difference != null && !sweptNow) {
                throw new AssertionError("P2, P3: %s of %s as of %s: %s; marks %s"
                        .formatted(
                                key,
                                log.stream,
                                applied < 0
                                        ? "the beginning"
                                        : versions.get(applied).end(),
                                difference,
                                marks));
            }
        });
    }

    private static boolean isApplied(Version version, Map<Integer, BinlogPosition> marks) {
        return !version.end().isAfter(marks.get(version.home()));
    }

    private boolean isDoubtful(Log log, List<Version> versions, Map<Integer, BinlogPosition> marks) {
        return doubts.getOrDefault(log.stream, List.of()).stream()
                .filter(doubt -> marks.values().stream().anyMatch(doubt.to()::isAfter))
                .anyMatch(doubt -> versions.stream()
                        .anyMatch(version -> version.end().isAfter(doubt.from())
                                && !version.end().isAfter(doubt.to())));
    }

    /** @return null: none */
    private String difference(Entry wanted, Entry found) {
        long now = world.schedule().nowMillis();
        if (wanted == null) {
            return found == null ? null : "is " + found + ", should not be there";
        }
        if (found == null) {
            return wanted.expireAt() != 0 && wanted.expireAt() <= now ? null : "is missing, should be " + wanted;
        }
        long expireAt = found.expireAt() > SHIFT / 2 ? found.expireAt() - SHIFT : found.expireAt();
        boolean equal = found.type().equals(wanted.type())
                && found.value().equals(wanted.value())
                && expireAt == wanted.expireAt();
        return equal ? null : "is " + found + ", should be " + wanted;
    }

    /** P1: what is confirmed, to the source or to the coordinator, has been in the target. */
    void confirmed(StreamId stream, BinlogPosition end) {
        Map<Integer, BinlogPosition> ever = everConfirmed.getOrDefault(stream, Map.of());
        source.log(stream)
                .versions
                .forEach((key, versions) -> versions.forEach(version -> {
                    if (!version.end().isAfter(end)
                            && !(ever.containsKey(version.home())
                                    && !version.end().isAfter(ever.get(version.home())))) {
                        throw new AssertionError(
                                "P1: %s of %s is confirmed, but %s of lane %d has never been in the target"
                                        .formatted(end, stream, version.end(), version.home()));
                    }
                }));
    }

    /** Whether nothing is on its way any more. */
    boolean settled(Target target) {
        Map<StreamId, Map<Integer, BinlogPosition>> marks = marks(target);
        for (Log log : source.logs()) {
            Map<Integer, BinlogPosition> lanes = marks.getOrDefault(log.stream, Map.of());
            if (lanes.isEmpty() || lanes.values().stream().anyMatch(mark -> !mark.equals(log.end()))) {
                return false;
            }
        }
        return dirty(target).isEmpty();
    }

    /** Whether every expiry that has passed was given its key. */
    boolean released(Target target) {
        long now = world.schedule().nowMillis();
        for (int db = 0; db < 2; db++) {
            for (Entry entry : target.db(db).raw().values()) {
                if (entry.expireAt() > SHIFT / 2 && entry.expireAt() - SHIFT + RELEASED_AFTER_MILLIS < now) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Equality, key by key. */
    void atTheEnd(Target target) {
        long now = world.schedule().nowMillis();
        List<String> differences = new ArrayList<>();
        for (Log log : source.logs()) {
            int db = world.targetDb(log.stream);
            Set<String> keys = new HashSet<>(log.versions.keySet());
            target.db(db).raw().keySet().stream()
                    .filter(key -> !key.startsWith("pikaferry:"))
                    .forEach(keys::add);
            for (String key : keys) {
                Entry wanted = log.data().raw(key);
                boolean over =
                        wanted != null && wanted.expireAt() != 0 && wanted.expireAt() + RELEASED_AFTER_MILLIS < now;
                String difference = difference(over ? null : wanted, target.live(db, key));
                if (difference != null) {
                    differences.add(log.stream + " " + key + " " + difference);
                }
            }
        }
        if (!differences.isEmpty()) {
            throw new AssertionError("at the end: " + String.join("; ", differences));
        }
    }

    private Map<StreamId, Map<Integer, BinlogPosition>> marks(Target target) {
        Map<StreamId, Map<Integer, BinlogPosition>> marks = new HashMap<>();
        Map<?, ?> fields = hash(target, "ckpt");
        if (fields.containsKey("format") && !fields.containsKey("snapshot")) {
            fields.forEach((field, position) -> {
                String[] name = ((String) field).split("/");
                if (name.length == 2) {
                    marks.computeIfAbsent(StreamId.parse(name[0]), any -> new HashMap<>())
                            .put(Integer.parseInt(name[1]), BinlogPosition.parse((String) position));
                }
            });
        }
        return marks;
    }

    private Set<String> dirty(Target target) {
        Set<String> dirty = new HashSet<>();
        hash(target, "dirty").keySet().forEach(field -> dirty.add((String) field));
        return dirty;
    }

    private Map<?, ?> hash(Target target, String name) {
        Entry entry = target.db(world.controlDb()).raw(prefix + name);
        return entry == null ? Map.of() : (Map<?, ?>) entry.value();
    }
}
