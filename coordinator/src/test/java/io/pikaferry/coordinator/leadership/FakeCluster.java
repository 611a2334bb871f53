package io.pikaferry.coordinator.leadership;

import io.pikaferry.coordinator.checkpoint.InMemoryCheckpointStore;
import io.pikaferry.coordinator.job.InMemoryJobStore;
import io.pikaferry.coordinator.ledger.InMemoryErrorLedgerStore;
import io.pikaferry.coordinator.ledger.InMemoryJournalStore;
import io.pikaferry.coordinator.membership.InMemoryWorkerStore;
import io.pikaferry.coordinator.secret.InMemorySecretStore;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import javax.crypto.spec.SecretKeySpec;

/**
 * Leadership for tests, without ZooKeeper: stores in memory outlive the offices over them. No fencing; that is
 * ZooKeeper's part.
 */
public final class FakeCluster implements Leadership, AutoCloseable {

    /** Short enough to wait for. */
    public static final OfficeConfig QUICK = new OfficeConfig(
            Duration.ofMillis(1_500),
            Duration.ofMillis(200),
            Duration.ofMillis(50),
            Duration.ofMillis(50),
            200,
            1_000,
            2);

    private final InMemoryJobStore jobs = new InMemoryJobStore();
    private final Stores stores = new Stores(
            jobs,
            new InMemoryCheckpointStore(jobs),
            new InMemoryJournalStore(),
            new InMemoryErrorLedgerStore(),
            new InMemoryWorkerStore(),
            new InMemorySecretStore());
    private final OfficeConfig config;
    private volatile Optional<Office> office = Optional.empty();
    private int term;

    public FakeCluster(OfficeConfig config) {
        this.config = config;
    }

    public Stores stores() {
        return stores;
    }

    /** Begins a term, as after an election. */
    public synchronized Office lead() {
        Office next = new Office(
                ++term, "c" + term, stores, new SecretKeySpec(new byte[32], "AES"), "secret.key", config, Instant::now);
        next.start();
        office = Optional.of(next);
        return next;
    }

    /** Ends the term, as when the latch is lost. */
    public synchronized void resign() {
        Optional<Office> last = office;
        office = Optional.empty();
        last.ifPresent(Office::close);
    }

    @Override
    public Office office() {
        return office.orElseThrow(
                () -> new FerryException(ErrorCode.NOT_LEADER, "coordinator c" + term + " does not lead"));
    }

    @Override
    public Optional<String> leaderAddress() {
        return Optional.of("leader.example:7070");
    }

    @Override
    public List<Coordinator> coordinators() {
        return List.of(new Coordinator("c" + term, "leader.example:7070", true));
    }

    @Override
    public void close() {
        resign();
    }
}
