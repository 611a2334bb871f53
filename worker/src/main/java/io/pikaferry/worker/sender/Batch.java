package io.pikaferry.worker.sender;

import io.pikaferry.worker.sender.Transaction.Outcome;
import io.pikaferry.worker.target.TargetLink;

/**
 * Commands that are sent to the target in one go, and every reply looked at.
 *
 * @param <O> what a command belongs to
 */
interface Batch<O> {

    /**
     * Sends them and waits for the answers.
     *
     * @throws io.pikaferry.error.FerryException TARGET_UNREACHABLE: they may have taken effect or not; or another code if the target
     *     is not one to go on with
     */
    Outcome<O> execute(TargetLink link);
}
