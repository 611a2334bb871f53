/**
 * Reads the dumps that masters send (dump-formats.md): three decoders, scanned in parallel, streaming.
 *
 * <p>{@link io.pikaferry.worker.snapshot.DumpLayout} and {@link io.pikaferry.worker.snapshot.DumpInfo} say what was
 * received, {@link io.pikaferry.worker.snapshot.ParallelScan} hands over its keys,
 * {@link io.pikaferry.worker.snapshot.SnapshotKeys} answers whether it has one. The only importer of RocksDB. Nothing
 * here knows of a target: what becomes of a key is the sink's business.
 */
package io.pikaferry.worker.snapshot;
