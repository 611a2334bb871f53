/**
 * Reads the dumps that masters send (dump-formats.md): three decoders, scanned in parallel, streaming.
 *
 * <p>{@link io.pikaferry.worker.snapshot.DumpLayout} and {@link io.pikaferry.worker.snapshot.DumpInfo} say what was
 * received, {@link io.pikaferry.worker.snapshot.ParallelScan} hands over its keys,
 * {@link io.pikaferry.worker.snapshot.SnapshotKeys} answers whether it has one. Records come straight from RocksDB's
 * tables ({@link io.pikaferry.worker.snapshot.table}) where their form is known, else from RocksDB, of which this is the only importer. Nothing
 * here knows of a target: what becomes of a key is the sink's business.
 */
package io.pikaferry.worker.snapshot;
