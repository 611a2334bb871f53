package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.stored.v1.StoredLeader;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.curator.framework.api.transaction.CuratorTransactionResult;
import org.apache.zookeeper.KeeperException;

/**
 * A coordinator's time as leader. Everything it writes goes through here, together with a check that no later term
 * has begun: who was deposed without knowing it cannot write. A term that is over never begins again; who leads once
 * more gets another. Safe for use by many threads.
 */
public final class ZooKeeperTerm {

    private static final List<String> TREE = List.of(
            ZooKeeperPaths.JOBS,
            ZooKeeperPaths.WORKERS,
            ZooKeeperPaths.SECRETS,
            ZooKeeperPaths.EPOCHS,
            ZooKeeperPaths.LEADER_EPOCH);

    private final CuratorFramework zookeeper;
    private final int number;
    private final Runnable onDeposed;
    private volatile boolean over;

    private ZooKeeperTerm(CuratorFramework zookeeper, int number, Runnable onDeposed) {
        this.zookeeper = zookeeper;
        this.number = number;
        this.onDeposed = onDeposed;
    }

    /**
     * Begins a term and so ends all earlier ones, also of other processes.
     *
     * @param latchNode the node by which the caller holds the latch: without it no term begins
     * @param onDeposed called, maybe more than once, when a write finds that a later term has begun
     * @throws FerryException with NOT_LEADER if the latch node is gone
     */
    public static ZooKeeperTerm begin(
            CuratorFramework zookeeper, String latchNode, StoredLeader leader, Runnable onDeposed) {
        requireNonNull(onDeposed, "onDeposed is null");
        try {
            for (String path : TREE) {
                ensure(zookeeper, path);
            }
            CuratorOp latched = zookeeper.transactionOp().check().forPath(latchNode);
            CuratorOp next =
                    zookeeper.transactionOp().setData().forPath(ZooKeeperPaths.LEADER_EPOCH, Json.bytes(leader));
            int number = zookeeper
                    .transaction()
                    .forOperations(latched, next)
                    .get(1)
                    .getResultStat()
                    .getVersion();
            return new ZooKeeperTerm(zookeeper, number, onDeposed);
        } catch (KeeperException.NoNodeException e) {
            throw new FerryException(ErrorCode.NOT_LEADER, "the latch was lost before the term began", e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("take office", e);
        }
    }

    static void ensure(CuratorFramework zookeeper, String path) throws Exception {
        if (zookeeper.checkExists().forPath(path) != null) {
            return;
        }
        try {
            zookeeper.create().creatingParentsIfNeeded().forPath(path, new byte[0]);
        } catch (KeeperException.NodeExistsException e) {
            // somebody else was quicker
        }
    }

    /** Counts the terms of all coordinators. */
    public int number() {
        return number;
    }

    /** Nothing is written any more. */
    public void end() {
        over = true;
    }

    /**
     * Carries out all operations or none.
     *
     * @throws FerryException with NOT_LEADER if the term is over
     * @throws KeeperException if one of the operations does not apply; {@link ZooKeeperErrors#failedOperation} counts
     *     the check as operation 0
     */
    List<CuratorTransactionResult> write(List<CuratorOp> operations) throws Exception {
        if (over) {
            throw new FerryException(ErrorCode.NOT_LEADER, "this coordinator no longer leads");
        }
        List<CuratorOp> checked = new ArrayList<>();
        checked.add(zookeeper.transactionOp().check().withVersion(number).forPath(ZooKeeperPaths.LEADER_EPOCH));
        checked.addAll(operations);
        try {
            List<CuratorTransactionResult> results = zookeeper.transaction().forOperations(checked);
            return results.subList(1, results.size());
        } catch (KeeperException.BadVersionException e) {
            if (ZooKeeperErrors.failedOperation(e) == 0) {
                over = true;
                onDeposed.run();
                throw new FerryException(ErrorCode.NOT_LEADER, "this coordinator no longer leads", e);
            }
            throw e;
        }
    }

    /** To create the node, or to write over it. Two that do this to one node at a time may fail. */
    CuratorOp put(String path, byte[] data) throws Exception {
        return zookeeper.checkExists().forPath(path) == null
                ? zookeeper.transactionOp().create().forPath(path, data)
                : zookeeper.transactionOp().setData().forPath(path, data);
    }

    CuratorFramework zookeeper() {
        return zookeeper;
    }
}
