package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.replication.protobuf.message.InnerResponse;

/**
 * What a master tells of itself.
 *
 * @param runId new at every start, 40 hex digits
 * @param replicationId of the data set, 50 hex digits
 * @param instances RocksDBs in a database (4.0)
 */
public record MasterIdentity(String ip, int port, String password, String runId, String replicationId, int instances) {

    InnerResponse.MetaSync describe(ProtocolRules rules, int databases, int slots) {
        InnerResponse.MetaSync.Builder meta =
                InnerResponse.MetaSync.newBuilder().setClassicMode(slots == 1);
        for (int number = 0; number < databases; number++) {
            InnerResponse.MetaSync.TableInfo.Builder table = InnerResponse.MetaSync.TableInfo.newBuilder()
                    .setTableName("db" + number)
                    .setPartitionNum(slots);
            if (rules.sendsInstances()) {
                table.setDbInstanceNum(instances);
            }
            meta.addTablesInfo(table);
        }
        if (rules.sendsRunId()) {
            meta.setRunId(runId);
        }
        if (rules.sendsReplicationId()) {
            meta.setReplicationId(replicationId);
        }
        return meta.build();
    }
}
