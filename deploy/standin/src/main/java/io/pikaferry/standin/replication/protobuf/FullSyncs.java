package io.pikaferry.standin.replication.protobuf;

/** Gives a slave a database's dump: pushes it, or has it ready to be pulled. */
public interface FullSyncs {

    /**
     * Begins and returns at once.
     *
     * @param database one of those that have a binlog: in sharding mode a slot
     * @param top the file number the slave says it is at
     */
    void begin(NodeId slave, int database, long top);
}
