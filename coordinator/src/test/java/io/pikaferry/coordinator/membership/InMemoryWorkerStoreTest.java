package io.pikaferry.coordinator.membership;

class InMemoryWorkerStoreTest extends WorkerStoreContract {

    private final WorkerStore store = new InMemoryWorkerStore();

    @Override
    protected WorkerStore store() {
        return store;
    }
}
