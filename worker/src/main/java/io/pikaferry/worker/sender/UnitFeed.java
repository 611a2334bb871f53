package io.pikaferry.worker.sender;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.pace.Pace;
import io.pikaferry.worker.routing.CollectionWrite.Kind;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.snapshot.PikaType;
import io.pikaferry.worker.snapshot.SnapshotChunk;
import io.pikaferry.worker.snapshot.SnapshotScan.Summary;
import io.pikaferry.worker.snapshot.SnapshotSink;
import io.pikaferry.worker.target.RenderedCommands;
import java.util.List;
import java.util.function.IntUnaryOperator;

/**
 * Puts one unit of a dump into the lanes of its keys: rendered, some hundred commands at a time, so that a lane has nothing to do with
 * the single key (ADR 21). A key whose expiry a lane has to watch goes as a piece of its own.
 *
 * <p>Threads: the one that scans the unit. Before it waits for anything, it hands over what it has begun.
 */
final class UnitFeed implements SnapshotSink {

    /** What is handed over at once; larger only for a larger command. */
    private static final int BULK_BYTES = 64 << 10;

    private final String unit;
    private final SenderPool pool;
    private final Pace pace;
    private final IntUnaryOperator targetDb;
    private final LoadCommands rendering;
    private final Refusals refusals;
    /** What is begun for each lane, or null. */
    private final LaneUnit.Bulk[] begun;
    /** Of the key whose pieces are coming: decided once, or a later piece could overtake an earlier one. */
    private boolean watched;

    UnitFeed(
            String unit,
            SenderPool pool,
            Pace pace,
            IntUnaryOperator targetDb,
            LoadCommands rendering,
            Refusals refusals) {
        this.unit = unit;
        this.pool = pool;
        this.pace = pace;
        this.targetDb = targetDb;
        this.rendering = rendering;
        this.refusals = refusals;
        this.begun = new LaneUnit.Bulk[pool.size()];
    }

    @Override
    public void take(SnapshotChunk chunk) throws InterruptedException {
        List<byte[][]> commands = rendering.of(chunk);
        long bytes = 0;
        for (byte[][] command : commands) {
            for (byte[] argument : command) {
                bytes += argument.length;
            }
        }
        if (!pace.isFree()) {
            handOver();
        }
        pace.take(commands.size(), bytes);
        pool.check();
        if (chunk.first()) {
            watched = chunk.expireAtMillis() != 0 && pool.watches(chunk.expireAtMillis());
        }
        if (watched) {
            putAlone(chunk, commands, bytes);
        } else {
            addToBulk(chunk, commands);
        }
    }

    private void putAlone(SnapshotChunk chunk, List<byte[][]> commands, long bytes) throws InterruptedException {
        int permits = pool.acquire(bytes, this::handOver);
        lane(chunk.key())
                .put(new LaneUnit.Load(
                        chunk.db(),
                        targetDb.applyAsInt(chunk.db()),
                        chunk.key(),
                        commands,
                        chunk.last() ? chunk.expireAtMillis() : 0,
                        LoadCommands.elements(chunk),
                        chunk.last(),
                        permits));
    }

    private void addToBulk(SnapshotChunk chunk, List<byte[][]> commands) throws InterruptedException {
        if (chunk.last() && chunk.expireAtMillis() != 0) {
            commands.add(new byte[][] {Words.PEXPIREAT, chunk.key(), Words.ascii(chunk.expireAtMillis())});
        }
        long size = 0;
        for (byte[][] command : commands) {
            size += RenderedCommands.sizeOf(command);
        }
        LaneUnit.Bulk bulk = bulk(LaneOf.lane(chunk.key(), begun.length), chunk.db(), size);
        for (byte[][] command : commands) {
            bulk.commands.add(command);
        }
        bulk.count(chunk.last(), LoadCommands.elements(chunk));
    }

    private LaneUnit.Bulk bulk(int lane, int db, long size) throws InterruptedException {
        LaneUnit.Bulk bulk = begun[lane];
        if (bulk != null && bulk.sourceDb == db && bulk.commands.hasRoomFor(size)) {
            return bulk;
        }
        handOver(lane);
        int room = (int) Math.max(BULK_BYTES, size);
        int permits = pool.acquire(room, this::handOver);
        begun[lane] = new LaneUnit.Bulk(db, targetDb.applyAsInt(db), room, permits);
        return begun[lane];
    }

    private void handOver(int lane) {
        LaneUnit.Bulk bulk = begun[lane];
        if (bulk != null) {
            begun[lane] = null;
            pool.lane(lane).put(bulk);
            pool.lane(lane).rouse();
        }
    }

    /** Whoever waits for room waits for what is in the lanes, and for that only. */
    private void handOver() {
        for (int lane = 0; lane < begun.length; lane++) {
            handOver(lane);
        }
        pool.rouse();
    }

    private Lane lane(byte[] key) {
        return pool.lane(LaneOf.lane(key, pool.size()));
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
        int permits = pool.acquire(field.length, this::handOver);
        lane(key)
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

    @Override
    public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
        refusals.refused(Refused.ofSnapshot(db, targetDb.applyAsInt(db), Bytes.owning(key), code, "", message));
    }

    @Override
    public void finished(Summary what) {
        handOver();
        LaneUnit.UnitLoaded loaded = new LaneUnit.UnitLoaded(unit, what.toString(), pool.size());
        for (int lane = 0; lane < pool.size(); lane++) {
            pool.lane(lane).put(loaded);
        }
        pool.rouse();
    }
}
