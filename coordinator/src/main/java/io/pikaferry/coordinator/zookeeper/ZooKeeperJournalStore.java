package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.JournalStore;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.stored.v1.StoredEvent;
import io.pikaferry.proto.stored.v1.StoredEvents;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;

/** A job's journal as one znode. */
final class ZooKeeperJournalStore implements JournalStore {

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperJournalStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public List<JournalEntry> read(JobId job) {
        String path = ZooKeeperPaths.events(job);
        try {
            return Json.read(path, zookeeper.getData().forPath(path), StoredEvents.newBuilder())
                    .getEventsList()
                    .stream()
                    .map(ZooKeeperJournalStore::decode)
                    .toList();
        } catch (KeeperException.NoNodeException e) {
            return List.of();
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read the events of job " + job, e);
        }
    }

    @Override
    public void write(JobId job, List<JournalEntry> entries) {
        StoredEvents.Builder events = StoredEvents.newBuilder();
        entries.forEach(entry -> events.addEvents(encode(entry)));
        try {
            term.write(List.of(zookeeper
                    .transactionOp()
                    .setData()
                    .forPath(ZooKeeperPaths.events(job), Json.bytes(events.build()))));
        } catch (KeeperException.NoNodeException e) {
            // the job was removed
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("write the events of job " + job, e);
        }
    }

    private static StoredEvent encode(JournalEntry entry) {
        return StoredEvent.newBuilder()
                .setAtMillis(entry.at().toEpochMilli())
                .setKind(entry.kind())
                .setMessage(entry.message())
                .setEpoch(entry.epoch())
                .setWorker(entry.worker().map(WorkerId::value).orElse(""))
                .setActor(entry.actor())
                .build();
    }

    private static JournalEntry decode(StoredEvent event) {
        return new JournalEntry(
                Instant.ofEpochMilli(event.getAtMillis()),
                event.getKind(),
                event.getMessage(),
                event.getEpoch(),
                Optional.of(event.getWorker()).filter(id -> !id.isEmpty()).map(WorkerId::new),
                event.getActor());
    }
}
