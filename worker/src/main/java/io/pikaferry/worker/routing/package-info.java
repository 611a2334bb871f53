/**
 * What a logged command means for the target: the command table, the keys of a command, and the lane they belong to.
 * Pure: nothing here knows a connection or a clock. How the commands are sent is {@code sender}'s business.
 */
package io.pikaferry.worker.routing;
