/**
 * What workers tell of the jobs they run, on its way into the stores: checkpoint, ledger entries, events, and in the
 * end the outcome. A report is acknowledged when all of it is stored. Progress is shown, not stored: see {@code rpc}.
 */
package io.pikaferry.coordinator.report;
