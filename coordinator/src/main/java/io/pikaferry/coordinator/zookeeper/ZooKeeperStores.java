package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.coordinator.leadership.Stores;

/** All stores, written under one term. */
public final class ZooKeeperStores {

    private ZooKeeperStores() {}

    public static Stores of(ZooKeeperTerm term) {
        return new Stores(
                new ZooKeeperJobStore(term),
                new ZooKeeperCheckpointStore(term),
                new ZooKeeperJournalStore(term),
                new ZooKeeperErrorLedgerStore(term),
                new ZooKeeperWorkerStore(term),
                new ZooKeeperSecretStore(term));
    }
}
