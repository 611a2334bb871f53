package io.pikaferry.ctl.output;

import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.Reason;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Remembers how jobs were and tells what is new: one line for each change that a person would want in a log. */
public final class JobChanges {

    private Map<String, String> seen = new LinkedHashMap<>();

    /** The lines since the last call; lag and rate alone, which always move, are no change. */
    public List<String> since(List<JobView> jobs, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        List<String> lines = new ArrayList<>();
        Map<String, String> present = new LinkedHashMap<>();
        for (JobView job : jobs) {
            JobReading reading = new JobReading(job);
            String state = state(reading);
            present.put(reading.name(), state);
            if (!state.equals(seen.get(reading.name()))) {
                lines.add(time + "  " + reading.name() + "  " + state);
            }
        }
        for (String gone : seen.keySet()) {
            if (!present.containsKey(gone)) {
                lines.add(time + "  " + gone + "  deleted");
            }
        }
        seen = present;
        return lines;
    }

    private static String state(JobReading job) {
        StringBuilder line = new StringBuilder(job.state().name());
        job.phase().ifPresent(phase -> line.append("  ").append(Words.phase(phase)));
        job.fullSyncUnderWay().ifPresent(sync -> {
            OptionalDouble percent = JobReading.percent(sync);
            if (percent.isPresent()) {
                line.append(' ').append((int) percent.getAsDouble()).append('%');
            }
        });
        job.worker().ifPresent(worker -> line.append("  on ")
                .append(worker)
                .append(" (e")
                .append(job.message().getEpoch())
                .append(')'));
        if (job.message().getFailovers() > 0) {
            line.append("  ").append(Words.plural(job.message().getFailovers(), "failover"));
        }
        if (job.message().getErrorsOpen() > 0) {
            line.append("  ").append(Words.plural(job.message().getErrorsOpen(), "error"));
        }
        job.reason().ifPresent(reason -> line.append("  ").append(because(reason)));
        return line.toString();
    }

    private static String because(Reason reason) {
        return reason.getCode() + ": " + reason.getMessage();
    }
}
