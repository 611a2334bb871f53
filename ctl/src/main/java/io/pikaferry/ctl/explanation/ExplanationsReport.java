package io.pikaferry.ctl.explanation;

import io.pikaferry.ctl.output.Report;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Explanations to read: one at length, or all of them as a list. */
public final class ExplanationsReport implements Report {

    private final List<Explanation> explanations;
    private final boolean list;

    private ExplanationsReport(List<Explanation> explanations, boolean list) {
        this.explanations = List.copyOf(explanations);
        this.list = list;
    }

    public static ExplanationsReport one(Explanation explanation) {
        return new ExplanationsReport(List.of(explanation), false);
    }

    public static ExplanationsReport all(List<Explanation> explanations) {
        return new ExplanationsReport(explanations, true);
    }

    @Override
    public List<String> table(boolean colour) {
        List<String> lines = new ArrayList<>();
        for (Explanation explanation : explanations) {
            lines.add(explanation.code().id() + "  " + explanation.code().name());
            if (!list) {
                lines.add("");
                lines.add("Meaning   " + explanation.meaning());
                lines.add("Blame     " + explanation.code().blame() + ": " + explanation.blame());
                lines.add("Remedy    " + explanation.code().remedy());
            }
        }
        return lines;
    }

    @Override
    public Object document() {
        List<Map<String, Object>> documents =
                explanations.stream().map(ExplanationsReport::document).toList();
        if (!list) {
            return documents.get(0);
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("apiVersion", "v1");
        document.put("errors", documents);
        return document;
    }

    private static Map<String, Object> document(Explanation explanation) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("code", explanation.code().id());
        document.put("name", explanation.code().name());
        document.put("meaning", explanation.meaning());
        document.put("blame", explanation.code().blame().name());
        document.put("remedy", explanation.code().remedy());
        return document;
    }

    @Override
    public List<String> names() {
        return explanations.stream().map(explanation -> explanation.code().id()).toList();
    }
}
