package io.pikaferry.worker.simulation;

/** What can go wrong at a boundary. */
enum Fault {
    /** The process whose turn it is ends; another goes on, on the same disk. */
    KILL,
    /** As {@link #KILL}; it goes on at a worker with another disk. */
    KILL_AND_MOVE,
    /** The process stands still until after its successor has begun. */
    STOP,
    /** The connection at hand breaks; what was sent never arrives. */
    CUT_BEFORE,
    /** The connection at hand breaks; what was sent arrives later. */
    CUT_AFTER,
    /** The source's end of the conversation breaks. */
    CUT_SOURCE,
    /** The target goes down and comes back with everything. */
    RESTART_TARGET,
    /** The target goes down and comes back without its last writes. */
    SET_BACK_TARGET,
    /** The target refuses for a while. */
    OUT_OF_MEMORY,
    READ_ONLY,
    LOADING
}
