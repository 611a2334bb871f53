/**
 * Generations A (2.3) and B (3.0): the slave registers by {@code trysync}, and the master dials back, one connection for
 * the binlog and eleven of rsync for a dump (replication.md §3.1, §4.1, §5.1, §5.2). The way of an item: {@link
 * io.pikaferry.worker.master.dialback.BinlogConnection} cuts the stream, {@link
 * io.pikaferry.worker.master.dialback.ItemAssembler} finds out where items end, {@link
 * io.pikaferry.worker.master.dialback.ItemSpool} keeps them until somebody wants them.
 */
package io.pikaferry.worker.master.dialback;
