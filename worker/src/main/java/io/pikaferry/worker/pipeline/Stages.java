package io.pikaferry.worker.pipeline;

import static java.util.Objects.requireNonNull;

import io.pikaferry.worker.master.Dialling;
import io.pikaferry.worker.sender.SenderConfig;
import io.pikaferry.worker.snapshot.SnapshotScan;
import io.pikaferry.worker.target.TargetLinks;
import java.util.function.Function;

/**
 * What a worker gives every job: how to reach masters and targets, how to read dumps, how to send.
 *
 * @param readers opens what reads dirty keys again
 * @param scans makes the scan of one dump, as the job wants it read
 * @param targets opens the way to a job's target
 * @param senders how many commands and bytes a job may have on their way
 */
public record Stages(
        Dialling masters,
        KeyReaders readers,
        Function<JobSettings, SnapshotScan> scans,
        Function<JobSettings, TargetLinks> targets,
        Function<JobSettings, SenderConfig> senders) {

    public Stages {
        requireNonNull(masters, "masters is null");
        requireNonNull(readers, "readers is null");
        requireNonNull(scans, "scans is null");
        requireNonNull(targets, "targets is null");
        requireNonNull(senders, "senders is null");
    }
}
