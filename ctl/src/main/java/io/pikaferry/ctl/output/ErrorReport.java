package io.pikaferry.ctl.output;

import static java.util.Objects.requireNonNull;

import io.pikaferry.proto.v1.LedgerEntry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One entry of a job's error ledger, in full. */
public final class ErrorReport implements Report {

    private final String job;
    private final LedgerEntry entry;

    public ErrorReport(String job, LedgerEntry entry) {
        this.job = requireNonNull(job, "job is null");
        this.entry = requireNonNull(entry, "entry is null");
    }

    @Override
    public List<String> table(boolean colour) {
        List<String> lines = new ArrayList<>();
        lines.add("Entry     " + entry.getId());
        lines.add("State     " + entry.getState());
        lines.add("Code      " + entry.getCode());
        if (!entry.getCommand().isEmpty()) {
            lines.add("Command   " + entry.getCommand());
        }
        lines.add("Reason    " + entry.getMessage());
        lines.add("Key       " + ErrorsReport.readable(entry.getKey())
                + (entry.getKeyBytes() > entry.getKey().size() ? "… (%,d bytes)".formatted(entry.getKeyBytes()) : ""));
        lines.add("Database  " + ErrorsReport.database(entry));
        lines.add("Position  " + ErrorsReport.position(entry));
        lines.add("Met       %s, first %s, last %s"
                .formatted(
                        entry.getCount() == 1 ? "once" : "%,d times".formatted(entry.getCount()),
                        EventsReport.time(ErrorsReport.firstMillis(entry)),
                        EventsReport.time(entry.getAtMillis())));
        ErrorsReport.remedy(entry).ifPresent(remedy -> lines.add("Remedy    " + remedy));
        lines.add("Next      ferryctl job errors reconcile %s %s".formatted(job, entry.getId()));
        return lines;
    }

    @Override
    public List<String> wide(boolean colour) {
        return table(colour);
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("job", job);
        document.putAll(ErrorsReport.document(entry));
        return document;
    }

    @Override
    public List<String> names() {
        return List.of(entry.getId());
    }
}
