package io.pikaferry.worker.sender;

import io.pikaferry.worker.target.TargetKeys;
import io.pikaferry.worker.threads.Threads;

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

    /** Of the lane; another may look only while the lane waits at a gate. */
    HeldExpiries held(int lane);

    /** Of the lane; another may look only while the lane waits at a gate. */
    DirtyKeys dirty(int lane);

    /** Whether an expiry has to be held back at this moment. */
    boolean holds(long expireAtMillis);

    /** What a key with this expiry is to be now: SHIFTED, NATIVE but watched, or UNKNOWN, not watched. */
    HeldExpiries.State stateFor(long expireAtMillis, HeldExpiries held);

    /** Whether the target has let go a key with this expiry. */
    boolean isPast(long expireAtMillis);

    /** The key has to be read from the source, first or again. */
    void reread(DirtyKey dirty);

    /** The key is clean, or given up. */
    void settled(DirtyKey dirty);

    void applied(long commands);

    void loaded(long keys, long elements);

    /** The lane has ended because of this. */
    void failed(RuntimeException why);
}
