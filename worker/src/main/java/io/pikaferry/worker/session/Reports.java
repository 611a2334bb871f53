package io.pikaferry.worker.session;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import io.pikaferry.proto.v1.Completed;
import io.pikaferry.proto.v1.HandedBack;
import io.pikaferry.proto.v1.JobAcknowledge;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.worker.ledger.LedgerEntry;
import io.pikaferry.worker.pipeline.JobRun;
import io.pikaferry.worker.pipeline.JobRun.Outcome;
import io.pikaferry.worker.pipeline.RunningJobs;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What has to be told to the coordinator and what it has stored. Nothing said is taken as heard before it is acknowledged:
 * ledger entries and the ends of runs are told again, on the next stream if need be.
 *
 * <p>Threads: used by the session's thread, but for {@link #allHeard}.
 */
final class Reports {

    /** What the ledgers of all jobs may take of one heartbeat; the rest goes with the next. */
    private static final int LEDGER_BYTES = 1 << 20;

    /** What the ledger of a job may take whatever others take, so that each gets on. */
    private static final int ENTRIES_IN_ANY_CASE = 5;

    private final RunningJobs jobs;
    private final Map<JobId, Ended> ended = Collections.synchronizedMap(new LinkedHashMap<>());
    private final Map<JobId, Sent> sent = new HashMap<>();
    private long reportSequence;
    private int ledgerBytes; // of the heartbeat at hand
    private int first; // whose ledger comes first in the next heartbeat

    /** A run that is over, told in the heartbeat before the one with this number. */
    private record Ended(JobRun run, long toldBefore) {}

    /** The ledger entries in the last report of a job. */
    private record Sent(long reportSequence, JobRun run, List<LedgerEntry> entries) {}

    Reports(RunningJobs jobs) {
        this.jobs = requireNonNull(jobs, "jobs is null");
    }

    /** All runs the coordinator believes to be here: those that are, and those whose end it has not heard of. */
    List<JobRun> held() {
        Map<JobId, JobRun> held = new LinkedHashMap<>();
        ended.forEach((job, end) -> held.put(job, end.run()));
        jobs.all().forEach(run -> held.put(run.assignment().job(), run));
        return List.copyOf(held.values());
    }

    List<JobReport> running() {
        List<JobReport> reports = new ArrayList<>();
        ledgerBytes = 0;
        List<JobRun> runs = jobs.all();
        Collections.rotate(runs, first++);
        for (JobRun run : runs) {
            JobId job = run.assignment().job();
            Ended end = ended.get(job);
            if (end == null || end.run() != run) {
                reports.add(report(run));
            }
        }
        return reports;
    }

    private JobReport report(JobRun run) {
        List<LedgerEntry> some = new ArrayList<>();
        List<io.pikaferry.proto.v1.LedgerEntry> messages = new ArrayList<>();
        for (LedgerEntry entry : run.ledger().unreported()) {
            if (ledgerBytes > LEDGER_BYTES && some.size() >= ENTRIES_IN_ANY_CASE) {
                break;
            }
            io.pikaferry.proto.v1.LedgerEntry message = ReportMessages.entry(entry);
            ledgerBytes += message.getSerializedSize();
            some.add(entry);
            messages.add(message);
        }
        reportSequence++;
        sent.put(run.assignment().job(), new Sent(reportSequence, run, List.copyOf(some)));
        return ReportMessages.report(run, run.status(), messages, reportSequence);
    }

    /** The run is over, and that has to be told. */
    void ended(JobRun run) {
        ended.put(run.assignment().job(), new Ended(run, Long.MAX_VALUE));
    }

    /** Whether the job's run under that epoch is over already. */
    boolean hasEnded(JobId job, long epoch) {
        Ended end = ended.get(job);
        return end != null && end.run().assignment().epoch() >= epoch;
    }

    /** Whether everything that had to be told has been heard. */
    boolean allHeard() {
        return ended.isEmpty();
    }

    /** A later assignment of the job has come: its former end is known. */
    void superseded(JobId job) {
        ended.remove(job);
    }

    /**
     * The ends of runs to tell, first or again.
     *
     * @param nextHeartbeat the number of the heartbeat that will follow on the same stream: its acknowledgement says that
     *     they were heard
     */
    List<Released> ends(long nextHeartbeat) {
        List<Released> ends = new ArrayList<>();
        ledgerBytes = 0;
        for (Map.Entry<JobId, Ended> end : ended.entrySet()) {
            JobRun run = end.getValue().run();
            Released.Builder released = Released.newBuilder().setLast(report(run));
            if (run.outcome() instanceof Outcome.Blocked blocked) {
                released.setBlocked(ReportMessages.reason(blocked.why(), System.currentTimeMillis()));
            } else if (run.outcome() instanceof Outcome.Completed) {
                released.setCompleted(Completed.getDefaultInstance());
            } else {
                released.setHandedBack(HandedBack.getDefaultInstance());
            }
            ends.add(released.build());
            end.setValue(new Ended(run, nextHeartbeat));
        }
        return ends;
    }

    /** Whether an end has not been told on this stream yet. */
    boolean hasUntoldEnds() {
        return ended.values().stream().anyMatch(end -> end.toldBefore() == Long.MAX_VALUE);
    }

    /** A new stream has begun: what was told on the one before may not have been heard. */
    void newStream() {
        ended.replaceAll((job, end) -> new Ended(end.run(), Long.MAX_VALUE));
    }

    void acknowledged(long heartbeat, List<JobAcknowledge> acknowledged) {
        ended.values().removeIf(end -> end.toldBefore() <= heartbeat);
        for (JobAcknowledge each : acknowledged) {
            Sent last = sent.get(new JobId(each.getName()));
            if (last == null || last.run().assignment().epoch() != each.getEpoch()) {
                continue;
            }
            if (last.reportSequence() <= each.getReportSequence()) {
                last.run().ledger().stored(last.entries());
            }
            if (each.hasStopBecauseOf()) {
                last.run().stopBecauseOf(ReportMessages.refused(each.getStopBecauseOf()));
            }
            last.run()
                    .mend(each.getReconcileList().stream()
                            .map(ReportMessages::refused)
                            .toList());
        }
    }
}
