/**
 * What the threads of a job are made of and wait with. Knows nothing of jobs. Everything between master and target that has a
 * thread, or waits for one, takes its means from here; so a simulation can let exactly one thread at a time go on, in an order
 * that it draws from a seed.
 */
package io.pikaferry.worker.threads;
