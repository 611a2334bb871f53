/**
 * One job, from the master to the target: connects the stages, decides where to go on, and owns the one road to recovery:
 * after any failure everything is closed and the next try begins from what the target says it has.
 *
 * <pre>
 *              ┌ takeSnapshot ─▶ SnapshotScan ─▶ SnapshotFeed ─┐
 *   Master ────┤                                               ├─▶ SenderPool ─▶ target (data + marks)
 *              └ follow ───────▶ CommandMapper ─▶ StreamFeed ──┘        │
 *                  ▲ confirm                                            │ confirmed
 *                  └────────────────── Watermark ◀──────────────────────┘
 * </pre>
 */
package io.pikaferry.worker.pipeline;
