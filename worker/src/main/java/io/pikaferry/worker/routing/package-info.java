/** What a logged command means for the target: the command table, the keys of a command, and the lane they belong to. Pure. */
package io.pikaferry.worker.routing;
