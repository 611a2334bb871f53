/** Reads the dumps that masters send (dump-formats.md): three decoders, scanned in parallel, streaming. The only importer of RocksDB. */
package io.pikaferry.worker.snapshot;
