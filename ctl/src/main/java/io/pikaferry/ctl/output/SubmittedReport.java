package io.pikaferry.ctl.output;

import io.pikaferry.proto.v1.SubmitJobResponse;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What became of the jobs that were submitted. */
public final class SubmittedReport implements Report {

    private final List<SubmitJobResponse> answers;
    private final boolean asList;

    /** @param asList whether the document is a list, as for a file, even if it is of one */
    public SubmittedReport(List<SubmitJobResponse> answers, boolean asList) {
        this.answers = List.copyOf(answers);
        this.asList = asList;
    }

    @Override
    public List<String> table(boolean colour) {
        return answers.stream()
                .map(answer -> name(answer) + ": "
                        + (answer.getCreated() ? "submitted" : "unchanged, it had been submitted before"))
                .toList();
    }

    @Override
    public Object document() {
        List<Map<String, Object>> jobs =
                answers.stream().map(SubmittedReport::document).toList();
        if (!asList) {
            return jobs.get(0);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("jobs", jobs);
        return document;
    }

    private static Map<String, Object> document(SubmitJobResponse answer) {
        Map<String, Object> document = JobDocument.of(new JobReading(answer.getJob()));
        document.put("created", answer.getCreated());
        return document;
    }

    @Override
    public List<String> names() {
        return answers.stream().map(SubmittedReport::name).toList();
    }

    private static String name(SubmitJobResponse answer) {
        return answer.getJob().getSpec().getName();
    }
}
