/** Pika's replication protocols, as a slave speaks them: one {@link io.pikaferry.worker.master.Master} per generation (replication.md). Knows nothing of targets. */
package io.pikaferry.worker.master;
