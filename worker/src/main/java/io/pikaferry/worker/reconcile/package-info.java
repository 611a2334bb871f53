/**
 * Makes a key right by reading it whole from the source (DESIGN §8), where the log does not say what became of it. What is
 * applied when is the lanes' business; here is only the reading.
 */
package io.pikaferry.worker.reconcile;
