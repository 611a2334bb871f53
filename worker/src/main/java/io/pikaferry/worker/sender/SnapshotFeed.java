package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.routing.CollectionWrite.Kind;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamEntry;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamTail;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.snapshot.SnapshotSink;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntUnaryOperator;

/**
 * Turns the pieces of a dump into commands and puts them into the lanes of their keys. A key is replaced, never merged into
 * what stands there, unless the target is known to be empty; its expiry follows its last piece, in the same lane. Units that
 * are in the target whole, from an earlier try at the same snapshot, are left out.
 *
 * <p>Threads: called by all threads of a scan; the pieces of one key come from one of them, in order.
 */
public final class SnapshotFeed implements SnapshotSink {

    private static final byte[] RPUSH = Words.ascii("RPUSH");
    private static final byte[] SADD = Words.ascii("SADD");
    private static final byte[] ZADD = Words.ascii("ZADD");
    private static final byte[] XADD = Words.ascii("XADD");
    private static final byte[] XSETID = Words.ascii("XSETID");
    private static final byte[] ENTRIESADDED = Words.ascii("ENTRIESADDED");
    private static final byte[] MAXDELETEDID = Words.ascii("MAXDELETEDID");

    private final SenderPool pool;
    private final Pace pace;
    private final IntUnaryOperator targetDb;
    private final boolean replace;
    private final boolean xsetidTakesCounts;
    private final Refusals refusals;
    private final Map<String, Summary> broughtOver;

    /**
     * @param replace whether there may be something under the keys
     * @param xsetidTakesCounts Redis 7 and newer
     * @param broughtOver what is whole in the target already; then {@code replace} has to be true
     */
    public SnapshotFeed(
            SenderPool pool,
            Pace pace,
            IntUnaryOperator targetDb,
            boolean replace,
            boolean xsetidTakesCounts,
            Refusals refusals,
            Map<String, Summary> broughtOver) {
        this.pool = requireNonNull(pool, "pool is null");
        this.pace = requireNonNull(pace, "pace is null");
        this.targetDb = requireNonNull(targetDb, "targetDb is null");
        this.replace = replace;
        this.xsetidTakesCounts = xsetidTakesCounts;
        this.refusals = requireNonNull(refusals, "refusals is null");
        this.broughtOver = Map.copyOf(broughtOver);
        if (!replace && !broughtOver.isEmpty()) {
            throw new IllegalArgumentException("units are there already, but nothing is to be replaced");
        }
    }

    @Override
    public void take(SnapshotChunk chunk) throws InterruptedException {
        List<byte[][]> commands = new ArrayList<>(3);
        if (chunk.first() && replace && chunk.type() != PikaType.STRING) {
            commands.add(new byte[][] {Words.UNLINK, chunk.key()});
        }
        long elements = data(chunk, commands);
        long bytes = 0;
        for (byte[][] command : commands) {
            for (byte[] argument : command) {
                bytes += argument.length;
            }
        }
        if (!pace.isFree()) {
            pool.rouse();
        }
        pace.take(commands.size(), bytes);
        pool.check();
        int permits = pool.acquire(bytes);
        pool.lane(LaneOf.lane(chunk.key(), pool.size()))
                .put(new LaneUnit.Load(
                        chunk.db(),
                        targetDb.applyAsInt(chunk.db()),
                        chunk.key(),
                        commands,
                        chunk.last() ? chunk.expireAtMillis() : 0,
                        elements,
                        chunk.last(),
                        permits));
    }

    @Override
    public Optional<Summary> broughtOver(String unit) {
        Optional<Summary> before = Optional.ofNullable(broughtOver.get(unit));
        before.ifPresent(what -> pool.loadedBefore(what.keys(), what.elements()));
        return before;
    }

    @Override
    public void handedOver(String unit, Summary what) {
        LaneUnit.UnitLoaded loaded = new LaneUnit.UnitLoaded(unit, what.toString(), pool.size());
        for (int lane = 0; lane < pool.size(); lane++) {
            pool.lane(lane).put(loaded);
        }
        pool.rouse();
    }

    @Override
    public void emptied(int db, byte[] key, PikaType type, long expireAtMillis) throws InterruptedException {
        pool.check();
        Kind kind =
                switch (type) {
                    case SET -> Kind.SET;
                    case ZSET -> Kind.SORTED_SET;
                    case LIST -> Kind.LIST;
                    case STRING, HASH, STREAM -> throw new IllegalArgumentException(type + " is not remembered");
                };
        byte[] field = EmptiedKeys.field(kind, targetDb.applyAsInt(db), key).array();
        int permits = pool.acquire(field.length);
        pool.lane(LaneOf.lane(key, pool.size()))
                .put(new LaneUnit.Load(
                        db,
                        pool.controlDb(),
                        key,
                        List.<byte[][]>of(
                                new byte[][] {Words.HSET, pool.keys().emptied(), field, Words.ascii(expireAtMillis)}),
                        0,
                        0,
                        false,
                        permits));
    }

    /** @return how many elements */
    private long data(SnapshotChunk chunk, List<byte[][]> commands) {
        byte[][] elements = chunk.elements();
        return switch (chunk.type()) {
            case STRING -> {
                commands.add(new byte[][] {Words.SET, chunk.key(), elements[0]});
                yield 1;
            }
            case HASH -> collection(Words.HSET, chunk.key(), elements, 2, commands);
            case LIST -> collection(RPUSH, chunk.key(), elements, 1, commands);
            case SET -> collection(SADD, chunk.key(), elements, 1, commands);
            case ZSET -> collection(ZADD, chunk.key(), elements, 2, commands);
            case STREAM -> stream(chunk, commands);
        };
    }

    private static long collection(
            byte[] name, byte[] key, byte[][] elements, int perElement, List<byte[][]> commands) {
        if (elements.length > 0) {
            byte[][] command = new byte[elements.length + 2][];
            command[0] = name;
            command[1] = key;
            System.arraycopy(elements, 0, command, 2, elements.length);
            commands.add(command);
        }
        return elements.length / perElement;
    }

    private long stream(SnapshotChunk chunk, List<byte[][]> commands) {
        for (StreamEntry entry : chunk.entries()) {
            byte[][] command = new byte[entry.fieldsAndValues().size() + 3][];
            command[0] = XADD;
            command[1] = chunk.key();
            command[2] = text(entry.id());
            for (int i = 0; i < entry.fieldsAndValues().size(); i++) {
                command[3 + i] = entry.fieldsAndValues().get(i);
            }
            commands.add(command);
        }
        chunk.tail().ifPresent(tail -> setId(chunk.key(), tail, commands));
        return chunk.entries().size();
    }

    private void setId(byte[] key, StreamTail tail, List<byte[][]> commands) {
        byte[] lastId = text(tail.lastId());
        commands.add(
                xsetidTakesCounts
                        ? new byte[][] {
                            XSETID,
                            key,
                            lastId,
                            ENTRIESADDED,
                            Words.ascii(tail.entriesAdded()),
                            MAXDELETEDID,
                            text(tail.maxDeletedId())
                        }
                        : new byte[][] {XSETID, key, lastId});
    }

    @Override
    public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
        refusals.refused(Refused.ofSnapshot(db, targetDb.applyAsInt(db), Bytes.owning(key), code, "", message));
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
