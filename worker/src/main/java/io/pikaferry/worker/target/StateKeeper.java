package io.pikaferry.worker.target;

import static io.pikaferry.worker.target.TargetKeys.ascii;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.checkpoint.Marks;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads and writes a job's {@link TargetState} in its checkpoint hash. Fields:
 *
 * <pre>
 * format           1
 * lanes            number
 * exclusive        0 or 1
 * source           identity of the data set, absent if it has none
 * snapshot         name of the snapshot being loaded; absent when following
 * boundary         doubted: the snapshot may hold the effect of items that come next; absent if it cannot
 * db0.0/3          filenum:offset, lane 3's mark in stream db0.0
 * unexamined/3     checksum, then stream=filenum:offset …: lane 3's last transaction had something refused, and these were
 *                  its marks before; there only until what was refused is written down
 * </pre>
 */
public final class StateKeeper {

    private static final String FORMAT = "1";
    private static final String SNAPSHOT = "snapshot";
    private static final String BOUNDARY = "boundary";
    private static final byte[] HSET = ascii("HSET");
    private static final String UNEXAMINED = "unexamined/";

    private final TargetLinks links;
    private final TargetKeys keys;

    public StateKeeper(TargetLinks links, TargetKeys keys) {
        this.links = requireNonNull(links, "links is null");
        this.keys = requireNonNull(keys, "keys is null");
    }

    /** Empty if the job has never begun at this target, or the target has lost it. */
    public Optional<TargetState> read(TargetLink link) {
        Map<String, String> fields = hash(link, keys.checkpoint(), "reading the marks");
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(state(fields));
        } catch (IllegalArgumentException e) {
            throw new FerryException(
                    ErrorCode.TARGET_MARKS_LOST,
                    "the marks in target %s cannot be read: %s".formatted(links.address(), e.getMessage()),
                    e);
        }
    }

    private Map<String, String> hash(TargetLink link, byte[] key, String doing) {
        Object reply = link.call(ascii("HGETALL"), key);
        if (reply instanceof TargetError error) {
            throw error.asException(links.address(), doing);
        }
        List<?> flat = (List<?>) reply;
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < flat.size(); i += 2) {
            fields.put(text(flat.get(i)), text(flat.get(i + 1)));
        }
        return fields;
    }

    private static TargetState state(Map<String, String> fields) {
        if (!FORMAT.equals(fields.get("format"))) {
            throw new IllegalArgumentException("format " + fields.get("format") + ", expected " + FORMAT);
        }
        int lanes = Integer.parseInt(fields.getOrDefault("lanes", "0"));
        boolean exclusive = "1".equals(fields.get("exclusive"));
        Optional<String> source = Optional.ofNullable(fields.get("source"));
        if (fields.containsKey(SNAPSHOT)) {
            return TargetState.loading(lanes, exclusive, fields.get(SNAPSHOT), source);
        }
        Map<StreamId, Map<Integer, BinlogPosition>> positions = new HashMap<>();
        Map<Integer, Map<StreamId, BinlogPosition>> unexamined = new HashMap<>();
        fields.forEach((field, value) -> {
            int slash = field.indexOf('/');
            if (field.startsWith(UNEXAMINED)) {
                unexamined.put(Integer.parseInt(field.substring(UNEXAMINED.length())), positions(value));
            } else if (slash > 0) {
                positions
                        .computeIfAbsent(StreamId.parse(field.substring(0, slash)), stream -> new HashMap<>())
                        .put(Integer.parseInt(field.substring(slash + 1)), BinlogPosition.parse(value));
            }
        });
        return TargetState.following(new Marks(lanes, positions), exclusive, source)
                .withUnexamined(unexamined)
                .withBoundaryDoubted(fields.containsKey(BOUNDARY));
    }

    /** The field that says that a lane's last transaction has not been looked at. */
    public static byte[] unexaminedField(int lane) {
        return ascii(UNEXAMINED + lane);
    }

    /** How the marks before it are written there, after the checksum. */
    public static byte[] unexaminedValue(Map<StreamId, BinlogPosition> before) {
        StringBuilder text = new StringBuilder();
        before.forEach((stream, position) -> text.append(text.isEmpty() ? "" : " ")
                .append(stream)
                .append('=')
                .append(position));
        return ascii(text.toString());
    }

    private static Map<StreamId, BinlogPosition> positions(String unexamined) {
        Map<StreamId, BinlogPosition> positions = new HashMap<>();
        String[] words = unexamined.split(" ");
        for (int i = 1; i < words.length; i++) {
            int equals = words[i].indexOf('=');
            positions.put(
                    StreamId.parse(words[i].substring(0, equals)),
                    BinlogPosition.parse(words[i].substring(equals + 1)));
        }
        return positions;
    }

    /** What the target says if it can be read; for who will begin anew whatever it says. */
    public Optional<TargetState> readIfWhole(TargetLink link) {
        try {
            return read(link);
        } catch (FerryException e) {
            if (e.code() == ErrorCode.TARGET_MARKS_LOST) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /**
     * The load of a snapshot is complete.
     *
     * @throws FerryException TARGET_MARKS_LOST if the target has been flushed since it began
     */
    public void loaded(TargetLink link, String snapshot, TargetState state) {
        link.call(ascii("WATCH"), keys.checkpoint());
        Object found = link.call(ascii("HGET"), keys.checkpoint(), ascii(SNAPSHOT));
        if (found instanceof TargetError error) {
            throw error.asException(links.address(), "reading the marks");
        }
        if (found == null || !text(found).equals(snapshot)) {
            throw new FerryException(
                    ErrorCode.TARGET_MARKS_LOST,
                    "target %s lost what it had of snapshot %s while that was loaded"
                            .formatted(links.address(), snapshot));
        }
        write(link, state);
    }

    /** Replaces whatever was kept, in one transaction. */
    public void write(TargetLink link, TargetState state) {
        List<byte[][]> commands = new ArrayList<>();
        commands.add(new byte[][] {ascii("MULTI")});
        commands.add(new byte[][] {ascii("DEL"), keys.checkpoint(), keys.load()});
        commands.add(render(state));
        commands.add(new byte[][] {ascii("EXEC")});
        List<Object> replies = link.exchange(commands);
        for (Object reply : replies) {
            if (reply instanceof TargetError error && !error.kind().equals("EXECABORT")) {
                throw error.asException(links.address(), "writing the marks");
            }
        }
        if (!(replies.get(replies.size() - 1) instanceof List<?>)) {
            throw new FerryException(
                    ErrorCode.TARGET_NOT_READY, "target " + links.address() + " did not take the job's state");
        }
    }

    /** What the snapshot may hold already has been passed. */
    public void boundaryPassed(TargetLink link) {
        if (link.call(ascii("HDEL"), keys.checkpoint(), ascii(BOUNDARY)) instanceof TargetError error) {
            throw error.asException(links.address(), "HDEL");
        }
    }

    /**
     * The units of the snapshot that are in the target whole, and what was in them.
     *
     * @return by the unit's name; empty if the load has not begun or was another's
     */
    public Map<String, String> unitsLoaded(TargetLink link, String snapshot) {
        Map<String, String> fields = hash(link, keys.load(), "reading how far the load is");
        if (!snapshot.equals(fields.remove(SNAPSHOT))) {
            return Map.of();
        }
        return fields;
    }

    /** From now on units may be noted as loaded. */
    public void beginLoad(TargetLink link, String snapshot) {
        if (link.call(HSET, keys.load(), ascii(SNAPSHOT), snapshot.getBytes(UTF_8)) instanceof TargetError error) {
            throw error.asException(links.address(), "beginning the load");
        }
    }

    /** Forgets how far a load was, expiries held back or remembered, dirty keys and refusals: the keys they speak of are gone. */
    public void forgetKeys(TargetLink link) {
        if (link.call(ascii("DEL"), keys.load(), keys.held(), keys.dirty(), keys.emptied(), keys.refused())
                instanceof TargetError error) {
            throw error.asException(links.address(), "DEL");
        }
    }

    /** The HSET that writes the whole state. */
    public byte[][] render(TargetState state) {
        List<byte[]> args = new ArrayList<>();
        args.add(HSET);
        args.add(keys.checkpoint());
        add(args, "format", FORMAT);
        add(args, "lanes", Integer.toString(state.lanes()));
        add(args, "exclusive", state.exclusive() ? "1" : "0");
        state.sourceIdentity().ifPresent(identity -> add(args, "source", identity));
        state.snapshot().ifPresent(snapshot -> add(args, SNAPSHOT, snapshot));
        if (state.boundaryDoubted()) {
            add(args, BOUNDARY, "doubted");
        }
        state.marks().ifPresent(marks -> marks.positions()
                .forEach((stream, perLane) ->
                        perLane.forEach((lane, position) -> add(args, stream + "/" + lane, position.toString()))));
        return args.toArray(byte[][]::new);
    }

    private static void add(List<byte[]> args, String field, String value) {
        args.add(ascii(field));
        args.add(value.getBytes(UTF_8));
    }

    private static String text(Object bulk) {
        return new String((byte[]) bulk, UTF_8);
    }
}
