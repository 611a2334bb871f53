/**
 * Pika's replication protocols, as a slave speaks them: one {@link io.pikaferry.worker.master.Master} per generation
 * (replication.md), found by {@link io.pikaferry.worker.master.Masters#dial}. Here is what all generations share: the
 * client port, port bases, the rsync daemon; how each speaks is in the sub-packages. Knows nothing of targets, and looks
 * into items no deeper than it takes to tell where they end.
 */
package io.pikaferry.worker.master;
