package io.pikaferry.coordinator.report;

import static java.util.Objects.requireNonNull;

import io.pikaferry.coordinator.checkpoint.Checkpoint;
import io.pikaferry.coordinator.ledger.ErrorLedger;
import io.pikaferry.coordinator.ledger.JournalEntry;
import io.pikaferry.model.JobId;
import java.util.List;
import java.util.Optional;

/**
 * What a worker says of a job it holds. Entries and events are repeated by the worker until they are acknowledged, so
 * a later report makes an earlier one needless.
 *
 * @param sequence acknowledged when all of the report is stored
 * @param loading the job has got as far as loading a snapshot, or further
 * @param rewound the target lost what it had confirmed: the checkpoint may go back
 * @param outcome present if the worker has let go; then this is the last report of the epoch
 */
public record JobReport(
        JobId job,
        long epoch,
        long sequence,
        boolean loading,
        Optional<Checkpoint> checkpoint,
        boolean rewound,
        List<ErrorLedger.Told> entries,
        List<JournalEntry> events,
        Optional<Outcome> outcome) {

    public JobReport {
        requireNonNull(job, "job is null");
        requireNonNull(checkpoint, "checkpoint is null");
        requireNonNull(outcome, "outcome is null");
        entries = List.copyOf(entries);
        events = List.copyOf(events);
    }

    /** This report, with what of an earlier one of the same epoch it does not repeat. */
    JobReport after(JobReport earlier) {
        return new JobReport(
                job,
                epoch,
                Math.max(sequence, earlier.sequence),
                loading || earlier.loading,
                checkpoint.or(earlier::checkpoint),
                rewound || earlier.rewound,
                entries,
                events,
                outcome.or(earlier::outcome));
    }

    JobReport withoutStoredLines() {
        return new JobReport(job, epoch, sequence, loading, checkpoint, rewound, List.of(), List.of(), outcome);
    }
}
