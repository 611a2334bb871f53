/**
 * What a job could not apply, and why, on its way to the coordinator (P5). Kept until the coordinator has stored it; bounded,
 * with a count of what did not fit.
 */
package io.pikaferry.worker.ledger;
