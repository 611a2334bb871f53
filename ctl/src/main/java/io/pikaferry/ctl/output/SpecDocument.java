package io.pikaferry.ctl.output;

import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Throttle;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** What was, or would be, submitted, in the words of a job file. */
public final class SpecDocument {

    private SpecDocument() {}

    public static Map<String, Object> of(JobSpec spec) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", spec.getName());
        document.put(
                "source",
                endpoint(
                        "address",
                        Words.source(spec.getSource()),
                        spec.getSource().getHasPassword()));
        document.put(
                "target",
                endpoint("uri", spec.getTarget().getUri(), spec.getTarget().getHasPassword()));
        document.put("fullSync", Words.choice("FULL_SYNC_", spec.getFullSync(), "auto"));
        document.put("lanes", Words.lanes(spec));
        document.put("onExistingKeys", Words.choice("ON_EXISTING_KEYS_", spec.getOnExistingKeys(), "fail"));
        document.put("onError", Words.choice("ON_ERROR_", spec.getOnError(), "reconcile"));
        document.put("typeConflict", Words.choice("TYPE_CONFLICT_", spec.getTypeConflict(), "prefer"));
        if (spec.getDatabasesCount() > 0) {
            document.put("databases", new TreeMap<>(spec.getDatabasesMap()));
        }
        if (spec.getLabelsCount() > 0) {
            document.put("labels", new TreeMap<>(spec.getLabelsMap()));
        }
        if (spec.getWorkerSelectorCount() > 0) {
            document.put("workerSelector", new TreeMap<>(spec.getWorkerSelectorMap()));
        }
        if (!spec.getRate().equals(RateLimit.getDefaultInstance())) {
            document.put("rate", rate(spec.getRate()));
        }
        if (spec.getThrottle() == Throttle.THROTTLE_OFF) {
            document.put("throttle", "off");
        }
        return document;
    }

    private static Map<String, Object> endpoint(String key, String address, boolean hasPassword) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put(key, address);
        if (hasPassword) {
            document.put("hasPassword", true);
        }
        return document;
    }

    static Map<String, Object> rate(RateLimit rate) {
        Map<String, Object> document = new LinkedHashMap<>();
        if (rate.getCommandsPerSecond() > 0) {
            document.put("commandsPerSecond", rate.getCommandsPerSecond());
        }
        if (rate.getBytesPerSecond() > 0) {
            document.put("bytesPerSecond", rate.getBytesPerSecond());
        }
        return document;
    }
}
