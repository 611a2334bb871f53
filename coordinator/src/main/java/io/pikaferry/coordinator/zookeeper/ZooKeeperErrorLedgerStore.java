package io.pikaferry.coordinator.zookeeper;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.UnsafeByteOperations;
import io.pikaferry.coordinator.ledger.EntryState;
import io.pikaferry.coordinator.ledger.ErrorLedgerStore;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.StreamId;
import io.pikaferry.proto.stored.v1.StoredLedger;
import io.pikaferry.proto.stored.v1.StoredLedgerEntry;
import io.pikaferry.proto.stored.v1.StoredLedgerPage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.api.transaction.CuratorOp;
import org.apache.zookeeper.KeeperException;

/** A job's error ledger: a znode with the counter, and one below it for each page, so that none outgrows ZooKeeper. */
final class ZooKeeperErrorLedgerStore implements ErrorLedgerStore {

    private final CuratorFramework zookeeper;
    private final ZooKeeperTerm term;

    ZooKeeperErrorLedgerStore(ZooKeeperTerm term) {
        this.term = requireNonNull(term, "term is null");
        this.zookeeper = term.zookeeper();
    }

    @Override
    public Ledger read(JobId job) {
        String path = ZooKeeperPaths.errors(job);
        try {
            long dropped = Json.read(path, zookeeper.getData().forPath(path), StoredLedger.newBuilder())
                    .getDropped();
            List<List<KeptEntry>> pages = new ArrayList<>();
            for (String page :
                    zookeeper.getChildren().forPath(path).stream().sorted().toList()) {
                pages.add(readPage(path + "/" + page));
            }
            return new Ledger(pages, dropped);
        } catch (KeeperException.NoNodeException e) {
            return new Ledger(List.of(), 0);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("read the error ledger of job " + job, e);
        }
    }

    private List<KeptEntry> readPage(String path) throws Exception {
        return Json.read(path, zookeeper.getData().forPath(path), StoredLedgerPage.newBuilder())
                .getEntriesList()
                .stream()
                .map(ZooKeeperErrorLedgerStore::decode)
                .toList();
    }

    @Override
    public void write(JobId job, Map<Integer, List<KeptEntry>> pages, long dropped) {
        try {
            List<CuratorOp> operations = new ArrayList<>();
            operations.add(counter(job, dropped));
            for (Map.Entry<Integer, List<KeptEntry>> page : pages.entrySet()) {
                operations.add(page(ZooKeeperPaths.errorPage(job, page.getKey()), page.getValue()));
            }
            term.write(operations);
        } catch (KeeperException.NoNodeException e) {
            throw new FerryException(ErrorCode.JOB_NOT_FOUND, "there is no job named " + job, e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("write the error ledger of job " + job, e);
        }
    }

    @Override
    public void clear(JobId job) {
        try {
            List<CuratorOp> operations = new ArrayList<>();
            operations.add(counter(job, 0));
            for (String page : zookeeper.getChildren().forPath(ZooKeeperPaths.errors(job))) {
                operations.add(zookeeper.transactionOp().delete().forPath(ZooKeeperPaths.errors(job) + "/" + page));
            }
            term.write(operations);
        } catch (KeeperException.NoNodeException e) {
            throw new FerryException(ErrorCode.JOB_NOT_FOUND, "there is no job named " + job, e);
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("clear the error ledger of job " + job, e);
        }
    }

    private CuratorOp counter(JobId job, long dropped) throws Exception {
        return zookeeper
                .transactionOp()
                .setData()
                .forPath(
                        ZooKeeperPaths.errors(job),
                        Json.bytes(StoredLedger.newBuilder().setDropped(dropped).build()));
    }

    private CuratorOp page(String path, List<KeptEntry> entries) throws Exception {
        StoredLedgerPage.Builder page = StoredLedgerPage.newBuilder();
        entries.forEach(entry -> page.addEntries(encode(entry)));
        return term.put(path, Json.bytes(page.build()));
    }

    private static StoredLedgerEntry encode(KeptEntry kept) {
        LedgerEntry entry = kept.entry();
        return StoredLedgerEntry.newBuilder()
                .setId(entry.id())
                .setCode(entry.code())
                .setCommand(entry.command())
                .setMessage(entry.message())
                .setKey(UnsafeByteOperations.unsafeWrap(entry.key().array()))
                .setKeyBytes(entry.keyBytes())
                .setDb(entry.db())
                .setSourceDb(entry.stream().db())
                .setSlot(entry.stream().slot())
                .setPosition(entry.position().map(BinlogPosition::toString).orElse(""))
                .setAtMillis(entry.at().toEpochMilli())
                .setFirstMillis(kept.first().toEpochMilli())
                .setCount(entry.count())
                .setState(entry.state().word())
                .setEpoch(kept.epoch())
                .setCountBefore(kept.countBefore())
                .build();
    }

    private static KeptEntry decode(StoredLedgerEntry stored) {
        return new KeptEntry(
                new LedgerEntry(
                        stored.getId(),
                        stored.getCode(),
                        stored.getCommand(),
                        stored.getMessage(),
                        Bytes.owning(stored.getKey().toByteArray()),
                        stored.getKeyBytes(),
                        stored.getDb(),
                        new StreamId(stored.getSourceDb(), stored.getSlot()),
                        Optional.of(stored.getPosition())
                                .filter(position -> !position.isEmpty())
                                .map(BinlogPosition::parse),
                        Instant.ofEpochMilli(stored.getAtMillis()),
                        stored.getCount(),
                        EntryState.of(stored.getState()).orElse(EntryState.OPEN)),
                stored.getEpoch(),
                stored.getCountBefore(),
                Instant.ofEpochMilli(stored.getFirstMillis()));
    }
}
