package io.pikaferry.worker.sender;

import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.threads.Threads;
import java.util.List;
import java.util.Optional;

/** What the lanes of a job share. Safe for use by all lanes, but for what belongs to a lane. */
interface LaneJob extends ExpiryRule {

    String name();

    Threads threads();

    SenderConfig config();

    int controlDb();

    TargetKeys keys();

    MarkBoard board();

    Budget budget();

    CommandRendering rendering();

    Refusals refusals();

    Vitals vitals();

    /** Whether the key of a refused command is read again from the source, as long as there is room. */
    boolean readsRefusedAgain();

    /** Whether the target can tell in a transaction whether it has refused something. */
    boolean countsErrors();

    /** Of the lane; another may look only while the lane waits at a gate. */
    TypeConflicts conflicts(int lane);

    /** Of the lane; another may look only while the lane waits at a gate. */
    HeldExpiries held(int lane);

    /** Of the lane; another may look only while the lane waits at a gate. */
    DirtyKeys dirty(int lane);

    /** Of the lane; another may look only while the lane waits at a gate. */
    Suspects suspects(int lane);

    /** Of the lane; another may look only while the lane waits at a gate. */
    EmptiedKeys emptied(int lane);

    /** Whether an expiry has to be held back at this moment. */
    boolean holds(long expireAtMillis);

    /** What a key with this expiry is to be now: SHIFTED, NATIVE but watched, or UNKNOWN, not watched. */
    HeldExpiries.State stateFor(long expireAtMillis, HeldExpiries held);

    /**
     * The expiry to give a key: the one wanted, or the same held back; the key is watched from now on.
     *
     * @param own gets what has to be put down beside the marks for it, in the same transaction
     */
    default long expireAt(int lane, int db, byte[] key, long wanted, List<byte[][]> own) {
        HeldExpiries held = held(lane);
        HeldExpiries.State state = stateFor(wanted, held);
        if (state == HeldExpiries.State.UNKNOWN) {
            return wanted;
        }
        Optional<HeldExpiries.Held> known = held.find(db, key);
        held.put(db, key, wanted, state);
        if (known.isEmpty() || known.get().expireAtMillis() != wanted) {
            own.add(new byte[][] {Words.HSET, keys().held(), HeldExpiries.field(db, key), Words.ascii(wanted)});
        }
        return state == HeldExpiries.State.SHIFTED ? HeldExpiries.shifted(wanted) : wanted;
    }

    /** Whether the target has let go a key with this expiry. */
    boolean isPast(long expireAtMillis);

    /** The key has to be read from the source, first or again. */
    void reread(DirtyKey dirty);

    /** The key is clean, or given up. */
    void settled(DirtyKey dirty);

    /** The key was made equal to the source's. */
    void repaired();

    void applied(long commands);

    void loaded(long keys, long elements);

    /** The lane has ended because of this. */
    void failed(RuntimeException why);
}
