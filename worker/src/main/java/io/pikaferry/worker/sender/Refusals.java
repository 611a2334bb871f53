package io.pikaferry.worker.sender;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.StreamId;

/** Hears of what could not be applied (P5). Safe for use by many threads; must not wait. */
public interface Refusals {

    /** A command of an item. @param message names the command and the target's word, never data */
    void refused(StreamId stream, BinlogPosition end, int db, byte[] key, ErrorCode code, String message);

    /** A piece of the snapshot. */
    void refusedInLoad(int db, byte[] key, ErrorCode code, String message);

    /** The target cannot take anything just now; empty again when it does. Shown as the reason the job is not getting on. */
    void waiting(java.util.Optional<io.pikaferry.error.FerryException> why);
}
