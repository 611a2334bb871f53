/**
 * Which workers there are, and whether they are alive: sessions, leases, what a worker can take, whether it is
 * cordoned. Knows no job's state; what the loss of a worker means for its jobs is decided in {@code assignment}.
 */
package io.pikaferry.coordinator.membership;
