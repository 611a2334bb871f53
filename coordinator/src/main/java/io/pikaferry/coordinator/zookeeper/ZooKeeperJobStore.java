package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.JobId;
import io.pikaferry.proto.stored.v1.StoredLastEpoch;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.data.Stat;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Jobs as znodes: the status node's version is the job's version; whatever changes, the status is written. */
final class ZooKeeperJobStore implements JobStore {

    private static final Logger log = LoggerFactory.getLogger(ZooKeeperJobStore.class);
    private static final byte[] NOTHING = new byte[0];

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperJobStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public void create(MigrationJob job) {
        JobId id = job.id();
        try {
            term.write(List.of(
                    create(ZooKeeperPaths.job(id), JobCodec.encodeSpec(job)),
                    create(ZooKeeperPaths.status(id), JobCodec.encodeStatus(job)),
                    create(ZooKeeperPaths.checkpoint(id), NOTHING),
                    create(ZooKeeperPaths.events(id), NOTHING),
                    create(ZooKeeperPaths.errors(id), NOTHING)));
        } catch (KeeperException.NodeExistsException e) {
            // or we made it ourselves, and the answer to the first try was lost
            if (find(id).filter(found -> found.value().equals(job)).isEmpty()) {
                throw new FerryException(ErrorCode.JOB_EXISTS, "job %s exists".formatted(id), e);
            }
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("create job " + id, e);
        }
    }

    private CuratorOp create(String path, byte[] data) throws Exception {
        return zookeeper.transactionOp().create().forPath(path, data);
    }

    @Override
    public Optional<Versioned<MigrationJob>> find(JobId id) {
        try {
            byte[] spec = zookeeper.getData().forPath(ZooKeeperPaths.job(id));
            Stat stat = new Stat();
            byte[] status = zookeeper.getData().storingStatIn(stat).forPath(ZooKeeperPaths.status(id));
            return Optional.of(new Versioned<>(JobCodec.decode(id, spec, status), stat.getVersion()));
        } catch (KeeperException.NoNodeException e) {
            return Optional.empty();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read job " + id, e);
        }
    }

    @Override
    public List<Versioned<MigrationJob>> all() {
        try {
            return zookeeper.getChildren().forPath(ZooKeeperPaths.JOBS).stream()
                    .sorted()
                    .flatMap(name -> readable(name).stream())
                    .toList();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("list jobs", e);
        }
    }

    /** One job that cannot be read, as after a return to an older release, must not keep the others from running. */
    private Optional<Versioned<MigrationJob>> readable(String name) {
        try {
            return find(new JobId(name));
        } catch (IllegalArgumentException e) {
            log.atError().addKeyValue("job", name).log("passed over: {}", e.getMessage());
            return Optional.empty();
        } catch (FerryException e) {
            if (e.code() != ErrorCode.INTERNAL || e.getCause() instanceof KeeperException) {
                throw e; // it is not the job that is wrong: to lead without it would take it from its worker
            }
            log.atError().addKeyValue("job", name).setCause(e).log("passed over");
            return Optional.empty();
        }
    }

    @Override
    public Versioned<MigrationJob> replace(Versioned<MigrationJob> read, MigrationJob next) {
        JobId id = next.id();
        try {
            CuratorOp status = zookeeper
                    .transactionOp()
                    .setData()
                    .withVersion(read.version())
                    .forPath(ZooKeeperPaths.status(id), JobCodec.encodeStatus(next));
            List<CuratorOp> operations = new ArrayList<>(List.of(status));
            if (!next.spec().equals(read.value().spec())) {
                operations.add(
                        zookeeper.transactionOp().setData().forPath(ZooKeeperPaths.job(id), JobCodec.encodeSpec(next)));
            }
            List<CuratorTransactionResult> results = term.write(operations);
            return new Versioned<>(next, results.get(0).getResultStat().getVersion());
        } catch (KeeperException.BadVersionException | KeeperException.NoNodeException e) {
            throw changed(read, e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("write job " + id, e);
        }
    }

    @Override
    public void remove(Versioned<MigrationJob> read) {
        JobId id = read.value().id();
        try {
            List<CuratorOp> operations = new ArrayList<>();
            operations.add(zookeeper
                    .transactionOp()
                    .delete()
                    .withVersion(read.version())
                    .forPath(ZooKeeperPaths.status(id)));
            for (String page : zookeeper.getChildren().forPath(ZooKeeperPaths.errors(id))) {
                operations.add(delete(ZooKeeperPaths.errors(id) + "/" + page));
            }
            operations.add(delete(ZooKeeperPaths.errors(id)));
            operations.add(delete(ZooKeeperPaths.events(id)));
            operations.add(delete(ZooKeeperPaths.checkpoint(id)));
            operations.add(delete(ZooKeeperPaths.job(id)));
            for (String secret : zookeeper.getChildren().forPath(ZooKeeperPaths.SECRETS)) {
                if (secret.startsWith(id + ".")) {
                    operations.add(delete(ZooKeeperPaths.secret(secret)));
                }
            }
            operations.add(rememberEpoch(id, read.value().epoch()));
            term.write(operations);
        } catch (KeeperException.BadVersionException
                | KeeperException.NoNodeException
                | KeeperException.NotEmptyException e) {
            throw changed(read, e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("remove job " + id, e);
        }
    }

    private CuratorOp delete(String path) throws Exception {
        return zookeeper.transactionOp().delete().forPath(path);
    }

    private CuratorOp rememberEpoch(JobId id, long epoch) throws Exception {
        byte[] last = Json.bytes(StoredLastEpoch.newBuilder().setEpoch(epoch).build());
        return term.put(ZooKeeperPaths.lastEpoch(id), last);
    }

    @Override
    public long lastEpoch(JobId id) {
        String path = ZooKeeperPaths.lastEpoch(id);
        try {
            return Json.read(path, zookeeper.getData().forPath(path), StoredLastEpoch.newBuilder())
                    .getEpoch();
        } catch (KeeperException.NoNodeException e) {
            return 0;
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read the last epoch of job " + id, e);
        }
    }

    private static FerryException changed(Versioned<MigrationJob> read, Exception e) {
        return new FerryException(
                ErrorCode.CONCURRENT_UPDATE,
                "job %s changed since version %d".formatted(read.value().id(), read.version()),
                e);
    }
}
