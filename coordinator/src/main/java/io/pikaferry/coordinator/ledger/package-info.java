/**
 * What is kept for people to read of a job: the journal (who did what, the last 200 lines) and the error ledger (what
 * could not be applied, and why). Both are bounded and say what did not fit. Neither decides anything.
 */
package io.pikaferry.coordinator.ledger;
