package io.pikaferry.worker.simulation;

/** Ends a thread of a process that was killed. No exception: nobody may catch it. */
final class Killed extends Error {

    private static final long serialVersionUID = 1;

    Killed() {
        super("killed", null, false, false);
    }
}
