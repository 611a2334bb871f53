/**
 * Whole jobs in one process and no time: the real pipeline from the session to the lanes runs against a source, a target and a
 * keeper of assignments that live in memory, one thread at a time in an order drawn from a seed. Here is what stops workers at
 * every step, and what must hold after each. Nothing of a real network, disk or clock; those have tests of their own.
 */
package io.pikaferry.worker.simulation;
