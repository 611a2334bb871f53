package io.pikaferry.coordinator.leadership;

import io.pikaferry.coordinator.checkpoint.CheckpointStore;
import io.pikaferry.coordinator.job.JobStore;
import io.pikaferry.coordinator.ledger.ErrorLedgerStore;
import io.pikaferry.coordinator.ledger.JournalStore;
import io.pikaferry.coordinator.membership.WorkerStore;
import io.pikaferry.coordinator.secret.SecretStore;

/** All that outlives a term, as one term may write it. */
public record Stores(
        JobStore jobs,
        CheckpointStore checkpoints,
        JournalStore journals,
        ErrorLedgerStore ledgers,
        WorkerStore workers,
        SecretStore secrets) {}
