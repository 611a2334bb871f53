package io.pikaferry.ctl.submission;

import io.pikaferry.ctl.output.Documents;
import io.pikaferry.ctl.output.Report;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What would be submitted: a job file that says the same, with the defaults written out. */
public final class DryRun implements Report {

    private final List<Submission> submissions;

    public DryRun(List<Submission> submissions) {
        this.submissions = List.copyOf(submissions);
    }

    @Override
    public List<String> table(boolean colour) {
        return List.of(Documents.yaml(document()));
    }

    @Override
    public Object document() {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("jobs", submissions.stream().map(Submission::document).toList());
        return document;
    }

    @Override
    public List<String> names() {
        return submissions.stream().map(Submission::name).toList();
    }
}
