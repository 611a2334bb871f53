package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.checkpoint.CheckpointStore;
import io.pikaferry.coordinator.checkpoint.KeptCheckpoint;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.proto.stored.v1.StoredCheckpoint;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** Checkpoints as znodes, each written in one transaction with a check that its job has not changed. */
final class ZooKeeperCheckpointStore implements CheckpointStore {

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperCheckpointStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public Optional<KeptCheckpoint> find(JobId job) {
        String path = ZooKeeperPaths.checkpoint(job);
        try {
            byte[] json = zookeeper.getData().forPath(path);
            return json.length == 0
                    ? Optional.empty()
                    : Optional.of(decode(
                            Json.read(path, json, StoredCheckpoint.newBuilder()).build()));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read the checkpoint of job " + job, e);
        }
    }

    @Override
    public void put(Versioned<MigrationJob> job, KeptCheckpoint checkpoint) {
        write(job, Json.bytes(encode(checkpoint)));
    }

    @Override
    public void forget(Versioned<MigrationJob> job) {
        write(job, new byte[0]);
    }

    private void write(Versioned<MigrationJob> job, byte[] data) {
        JobId id = job.value().id();
        try {
            term.write(List.of(
                    zookeeper.transactionOp().check().withVersion(job.version()).forPath(ZooKeeperPaths.status(id)),
                    zookeeper.transactionOp().setData().forPath(ZooKeeperPaths.checkpoint(id), data)));
        } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            throw new FerryException(
                    ErrorCode.CONCURRENT_UPDATE, "job %s changed since version %d".formatted(id, job.version()), e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("write the checkpoint of job " + id, e);
        }
    }

    private static StoredCheckpoint encode(KeptCheckpoint kept) {
        StoredCheckpoint.Builder stored = StoredCheckpoint.newBuilder()
                .setEpoch(kept.epoch())
                .setSourceIdentity(kept.checkpoint().sourceIdentity())
                .setAtMillis(kept.at().toEpochMilli());
        kept.checkpoint()
                .positions()
                .forEach((stream, position) -> stored.putPositions(stream.toString(), position.toString()));
        return stored.build();
    }

    private static KeptCheckpoint decode(StoredCheckpoint stored) {
        Map<StreamId, BinlogPosition> positions = new TreeMap<>();
        stored.getPositionsMap()
                .forEach((stream, position) -> positions.put(StreamId.parse(stream), BinlogPosition.parse(position)));
        return new KeptCheckpoint(
                new Checkpoint(positions, stored.getSourceIdentity()),
                stored.getEpoch(),
                Instant.ofEpochMilli(stored.getAtMillis()));
    }
}
