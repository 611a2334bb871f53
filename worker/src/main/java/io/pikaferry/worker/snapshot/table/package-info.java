/**
 * Reads RocksDB's table files record by record without leaving Java: for a scan, three crossings into native code per
 * record cost more than the record (ADR 20).
 *
 * <p>It is a short way, not an authority. Whatever it does not know, and whatever looks damaged, is an
 * {@link io.pikaferry.worker.snapshot.table.UnreadableTableException}, upon which the caller goes on with RocksDB at the
 * same key; what that finds wrong is then told in its words. Nothing here knows of Pika, but that keys have an order.
 */
package io.pikaferry.worker.snapshot.table;
