package io.pikaferry.coordinator.membership;

import io.pikaferry.model.WorkerId;
import java.util.List;

/** Keeps what is known of workers. Calls block; safe for use by many threads. */
public interface WorkerStore {

    /** By id. */
    List<KnownWorker> all();

    /** Keeps the worker in place of what was known of it. */
    void put(KnownWorker worker);

    /** Forgets the worker, if it is known. */
    void remove(WorkerId id);
}
