/**
 * Replication of 3.1 and later: MetaSync, TrySync, DBSync, BinlogSync and RemoveSlaveNode on P+2000,
 * items in a window that slaves acknowledge. spec/replication.md §3.2, §5.3.
 */
package io.pikaferry.standin.replication.protobuf;
