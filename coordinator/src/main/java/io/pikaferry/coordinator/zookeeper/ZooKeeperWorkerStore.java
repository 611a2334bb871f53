package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.WorkerStore;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.stored.v1.StoredWorker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** Workers as znodes. */
final class ZooKeeperWorkerStore implements WorkerStore {

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperWorkerStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public List<KnownWorker> all() {
        try {
            List<KnownWorker> workers = new ArrayList<>();
            for (String id : zookeeper.getChildren().forPath(ZooKeeperPaths.WORKERS).stream()
                    .sorted()
                    .toList()) {
                String path = ZooKeeperPaths.worker(new WorkerId(id));
                StoredWorker.Builder stored =
                        Json.read(path, zookeeper.getData().forPath(path), StoredWorker.newBuilder());
                workers.add(decode(new WorkerId(id), stored.build()));
            }
            return workers;
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("list workers", e);
        }
    }

    @Override
    public synchronized void put(KnownWorker worker) {
        String path = ZooKeeperPaths.worker(worker.id());
        byte[] json = Json.bytes(encode(worker));
        try {
            term.write(List.of(term.put(path, json)));
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("write worker " + worker.id(), e);
        }
    }

    @Override
    public synchronized void remove(WorkerId id) {
        try {
            term.write(List.of(zookeeper.transactionOp().delete().forPath(ZooKeeperPaths.worker(id))));
        } catch (KeeperException.NoNodeException e) {
            // never stored
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("forget worker " + id, e);
        }
    }

    private static StoredWorker encode(KnownWorker worker) {
        return StoredWorker.newBuilder()
                .setHost(worker.host())
                .setCapacity(worker.capacity())
                .setVersion(worker.version())
                .putAllLabels(worker.labels())
                .setCordoned(worker.cordoned())
                .setDraining(worker.draining())
                .setLastSeenMillis(worker.lastSeen().toEpochMilli())
                .setGone(worker.gone())
                .build();
    }

    private static KnownWorker decode(WorkerId id, StoredWorker stored) {
        return new KnownWorker(
                id,
                stored.getHost(),
                stored.getCapacity(),
                stored.getVersion(),
                stored.getLabelsMap(),
                stored.getCordoned(),
                stored.getDraining(),
                Instant.ofEpochMilli(stored.getLastSeenMillis()),
                stored.getGone());
    }
}
