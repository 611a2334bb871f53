/**
 * Carries commands to the target over a fixed number of lanes: one thread, one connection, one bounded queue each. Here the
 * promises "effect once" and "order" are kept: a lane's mark travels in the transaction of the data it stands for.
 * Decides neither what a command means (routing) nor what happens after a failure (pipeline).
 */
package io.pikaferry.worker.sender;
