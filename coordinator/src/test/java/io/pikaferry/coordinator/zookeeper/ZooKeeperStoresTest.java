package io.pikaferry.coordinator.zookeeper;

import static io.pikaferry.coordinator.job.Jobs.NOON;
import static io.pikaferry.coordinator.job.Jobs.ORDERS;
import static io.pikaferry.coordinator.job.Jobs.W1;
import static io.pikaferry.coordinator.job.Jobs.job;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.checkpoint.CheckpointStore;
import io.pikaferry.coordinator.checkpoint.CheckpointStoreContract;
import io.pikaferry.coordinator.checkpoint.KeptCheckpoint;
import io.pikaferry.coordinator.job.JobEvent;
import io.pikaferry.coordinator.job.JobState;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.job.JobStoreContract;
import io.pikaferry.coordinator.job.Jobs;
import io.pikaferry.coordinator.job.MigrationJob;
import io.pikaferry.coordinator.job.Versioned;
import io.pikaferry.coordinator.ledger.EntryState;
import io.pikaferry.coordinator.ledger.ErrorLedgerStore;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.coordinator.ledger.JournalStore;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.coordinator.ledger.LedgerStoresContract;
import io.pikaferry.coordinator.membership.KnownWorker;
import io.pikaferry.coordinator.membership.WorkerStore;
import io.pikaferry.coordinator.membership.WorkerStoreContract;
import io.pikaferry.coordinator.secret.SealedSecret;
import io.pikaferry.coordinator.secret.SecretStore;
import io.pikaferry.coordinator.secret.SecretStoreContract;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The stores run the contracts of their interfaces, over a real ZooKeeper; and none of them writes after its term. */
@Timeout(60)
class ZooKeeperStoresTest {

    private static final Path GOLDEN = Path.of("src/test/resources/golden/stored.txt");

    @RegisterExtension
    final OwnTree tree = new OwnTree();

    @Nested
    class JobStores extends JobStoreContract {
        private JobStore store;

        @BeforeEach
        void lead() {
            store = new ZooKeeperJobStore(tree.newTerm());
        }

        @Override
        protected JobStore store() {
            return store;
        }
    }

    @Nested
    class CheckpointStores extends CheckpointStoreContract {
        private ZooKeeperTerm term;

        @BeforeEach
        void lead() {
            term = tree.newTerm();
        }

        @Override
        protected JobStore jobs() {
            return new ZooKeeperJobStore(term);
        }

        @Override
        protected CheckpointStore store() {
            return new ZooKeeperCheckpointStore(term);
        }
    }

    @Nested
    class LedgerStores extends LedgerStoresContract {
        private ZooKeeperTerm term;

        @BeforeEach
        void lead() {
            term = tree.newTerm();
            new ZooKeeperJobStore(term).create(job(JobState.RUNNING));
        }

        @Override
        protected JournalStore journals() {
            return new ZooKeeperJournalStore(term);
        }

        @Override
        protected ErrorLedgerStore ledgers() {
            return new ZooKeeperErrorLedgerStore(term);
        }
    }

    @Nested
    class WorkerStores extends WorkerStoreContract {
        private WorkerStore store;

        @BeforeEach
        void lead() {
            store = new ZooKeeperWorkerStore(tree.newTerm());
        }

        @Override
        protected WorkerStore store() {
            return store;
        }
    }

    @Nested
    class SecretStores extends SecretStoreContract {
        private SecretStore store;

        @BeforeEach
        void lead() {
            store = new ZooKeeperSecretStore(tree.newTerm());
        }

        @Override
        protected SecretStore store() {
            return store;
        }
    }

    private static final KnownWorker WORKER =
            new KnownWorker(W1, "10.0.0.1", 8, "0.1.0", Map.of("zone", "a"), true, false, NOON, false);
    private static final SealedSecret SECRET = new SealedSecret(Bytes.utf8("nonce"), Bytes.utf8("ciphertext"));
    private static final KeptCheckpoint CHECKPOINT =
            new KeptCheckpoint(new Checkpoint(Map.of(StreamId.ONLY, new BinlogPosition(12, 3_456)), ""), 1, NOON);
    private static final JournalEntry LINE =
            new JournalEntry(NOON, "assigned", "assigned to w1 as epoch 1", 1, Optional.of(W1), "coordinator c1");
    private static final KeptEntry ENTRY = new KeptEntry(
            new LedgerEntry(
                    "db0.0/12:3456/5f",
                    "FERRY-2301",
                    "SADD",
                    "SADD onto a string",
                    Bytes.utf8("k"),
                    1,
                    0,
                    StreamId.ONLY,
                    Optional.of(new BinlogPosition(12, 3_456)),
                    NOON,
                    2,
                    EntryState.OPEN),
            1,
            0,
            NOON);

    /** P4 for ourselves: who was deposed without knowing it cannot write anything anywhere. */
    @Test
    void whoWasDeposedCannotWrite() {
        AtomicInteger told = new AtomicInteger();
        ZooKeeperTerm old = tree.newTerm(told::incrementAndGet);
        JobStore jobs = new ZooKeeperJobStore(old);
        jobs.create(job(JobState.RUNNING));
        Versioned<MigrationJob> read = jobs.find(ORDERS).orElseThrow();

        tree.newTerm();

        assertNotLeader(() -> jobs.replace(read, job(JobState.BLOCKED)));
        assertThat(told).hasValue(1);
        assertNotLeader(() -> jobs.remove(read));
        assertNotLeader(() -> jobs.create(Jobs.pending("users")));
        assertNotLeader(() -> new ZooKeeperCheckpointStore(old).put(read, CHECKPOINT));
        assertNotLeader(() -> new ZooKeeperJournalStore(old).write(ORDERS, List.of(LINE)));
        assertNotLeader(() -> new ZooKeeperErrorLedgerStore(old).write(ORDERS, Map.of(0, List.of(ENTRY)), 0));
        assertNotLeader(() -> new ZooKeeperErrorLedgerStore(old).clear(ORDERS));
        assertNotLeader(() -> new ZooKeeperWorkerStore(old).put(WORKER));
        assertNotLeader(() -> new ZooKeeperSecretStore(old).put("orders.source", SECRET, "k"));
        assertThat(jobs.all()).containsExactly(read);
    }

    @Test
    void whoseTermIsOverDoesNotEvenTry() {
        ZooKeeperTerm term = tree.newTerm();

        term.end();

        assertNotLeader(() -> new ZooKeeperJobStore(term).create(job(JobState.PENDING)));
    }

    @Test
    void noTermBeginsWithoutTheLatch() {
        tree.newTerm();

        assertNotLeader(() -> ZooKeeperTerm.begin(
                tree.zookeeper(),
                "/pikaferry/leader/lost",
                io.pikaferry.proto.stored.v1.StoredLeader.getDefaultInstance(),
                () -> {}));
    }

    @Test
    void termsAreCounted() {
        int first = tree.newTerm().number();

        assertThat(tree.newTerm().number()).isEqualTo(first + 1);
    }

    @Test
    void aJobThatCannotBeReadDoesNotHideTheOthers() throws Exception {
        JobStore jobs = new ZooKeeperJobStore(tree.newTerm());
        jobs.create(Jobs.pending("orders"));
        jobs.create(Jobs.pending("users"));
        tree.zookeeper()
                .setData()
                .forPath("/pikaferry/jobs/users/status", "{\"observed\":\"DREAMING\"}".getBytes(UTF_8));
        tree.zookeeper().create().forPath("/pikaferry/jobs/Not A Name");

        assertThat(jobs.all()).extracting(job -> job.value().id()).containsExactly(ORDERS);
    }

    @Test
    void aRemovedJobTakesItsPasswordsWithItAndNoOthers() {
        ZooKeeperTerm term = tree.newTerm();
        JobStore jobs = new ZooKeeperJobStore(term);
        jobs.create(job(JobState.RUNNING));
        SecretStore secrets = new ZooKeeperSecretStore(term);
        secrets.put("orders.source", SECRET, "k");
        secrets.put("orders-2.source", SECRET, "k");
        new ZooKeeperErrorLedgerStore(term).write(ORDERS, Map.of(0, List.of(ENTRY), 1, List.of(ENTRY)), 3);

        jobs.remove(jobs.find(ORDERS).orElseThrow());

        assertThat(secrets.find("orders.source")).isEmpty();
        assertThat(secrets.find("orders-2.source")).isPresent();
    }

    /** What one release wrote the next must read; a changed line here is a changed format. */
    @Test
    void whatIsStoredReadsAsInTheGoldenFile() throws Exception {
        ZooKeeperTerm term = tree.newTerm();
        JobStore jobs = new ZooKeeperJobStore(term);
        jobs.create(Jobs.after(job(JobState.RUNNING), new JobEvent.MoveRequested(Optional.of(Jobs.W2))));
        jobs.create(MigrationJob.submitted(Jobs.selecting("users", Map.of("zone", "b")), true, 17, NOON));
        Versioned<MigrationJob> orders = jobs.find(ORDERS).orElseThrow();
        new ZooKeeperCheckpointStore(term).put(orders, CHECKPOINT);
        new ZooKeeperJournalStore(term).write(ORDERS, List.of(LINE));
        new ZooKeeperErrorLedgerStore(term).write(ORDERS, Map.of(0, List.of(ENTRY)), 3);
        new ZooKeeperWorkerStore(term).put(WORKER);
        new ZooKeeperSecretStore(term).put("orders.source", SECRET, "0011223344556677");

        StringBuilder text = new StringBuilder();
        dump(tree.zookeeper(), "/pikaferry/jobs", text);
        dump(tree.zookeeper(), "/pikaferry/workers", text);
        dump(tree.zookeeper(), "/pikaferry/secrets", text);

        if (Boolean.getBoolean("golden.update")) {
            Files.writeString(GOLDEN, text);
        }
        assertThat(text.toString()).isEqualTo(Files.readString(GOLDEN));
    }

    private static void dump(CuratorFramework zookeeper, String path, StringBuilder into) throws Exception {
        into.append(path).append('\n');
        byte[] data = zookeeper.getData().forPath(path);
        if (data.length > 0) {
            into.append("    ").append(new String(data, UTF_8)).append('\n');
        }
        for (String child :
                zookeeper.getChildren().forPath(path).stream().sorted().toList()) {
            dump(zookeeper, path + "/" + child, into);
        }
    }

    /** A full ledger must fit what ZooKeeper takes: 1 MiB a node. */
    @Test
    void theLargestPageAndTheLongestJournalFit() {
        ZooKeeperTerm term = tree.newTerm();
        new ZooKeeperJobStore(term).create(job(JobState.RUNNING));
        Map<Integer, List<KeptEntry>> pages = new TreeMap<>();
        List<KeptEntry> page = java.util.stream.IntStream.range(0, 50)
                .mapToObj(i -> new KeptEntry(
                        new LedgerEntry(
                                "i".repeat(200),
                                "FERRY-2301",
                                "SADD",
                                "\u0001".repeat(9_000),
                                Bytes.owning(new byte[9_000]),
                                1,
                                0,
                                StreamId.ONLY,
                                Optional.empty(),
                                NOON,
                                1,
                                EntryState.OPEN),
                        1,
                        0,
                        NOON))
                .toList();
        pages.put(0, page);
        List<JournalEntry> lines = java.util.Collections.nCopies(
                200, new JournalEntry(NOON, "kind", "ü".repeat(9_000), 1, Optional.of(W1), "operator"));

        new ZooKeeperErrorLedgerStore(term).write(ORDERS, pages, 0);
        new ZooKeeperJournalStore(term).write(ORDERS, lines);

        assertThat(new ZooKeeperErrorLedgerStore(term).read(ORDERS).pages()).containsExactly(page);
        assertThat(new ZooKeeperJournalStore(term).read(ORDERS)).hasSize(200);
    }

    private static void assertNotLeader(Runnable write) {
        assertThatThrownBy(write::run).isInstanceOfSatisfying(FerryException.class, e -> assertThat(e.code())
                .isEqualTo(ErrorCode.NOT_LEADER));
    }
}
