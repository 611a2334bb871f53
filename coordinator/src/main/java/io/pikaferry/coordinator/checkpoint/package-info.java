/**
 * How far a job has come, as its worker promises it: taken in only from who holds the job, and never backwards.
 * What lies in the target (marks, fence) is the worker's business.
 */
package io.pikaferry.coordinator.checkpoint;
