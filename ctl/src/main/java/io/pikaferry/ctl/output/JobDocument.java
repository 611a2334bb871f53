package io.pikaferry.ctl.output;

import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.FullSyncProgress;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.JobView;
import io.pikaferry.proto.v1.Reason;
import io.pikaferry.proto.v1.Retention;
import io.pikaferry.proto.v1.StreamProgress;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * A job as JSON and YAML. Scripts depend on the keys: they may be added to, never renamed. What is not known is null,
 * never a negative number.
 */
final class JobDocument {

    private JobDocument() {}

    static Map<String, Object> of(JobReading reading) {
        JobView job = reading.message();
        JobSpec spec = job.getSpec();
        JobProgress progress = job.getProgress();
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("name", reading.name());
        document.put("desired", job.getDesired().name());
        document.put("state", job.getState().name());
        document.put("phase", reading.phase().map(Enum::name).orElse(null));
        document.put("lastPhase", reading.lastPhase().map(Enum::name).orElse(null));
        document.put("reason", reading.reason().map(JobDocument::reason).orElse(null));
        document.put("worker", reading.worker().orElse(null));
        document.put("epoch", job.getEpoch());
        document.put("failovers", job.getFailovers());
        document.put("source", Words.source(spec.getSource()));
        document.put("sourceVersion", blankIsNull(progress.getSourceVersion()));
        document.put("generation", blankIsNull(progress.getSourceGeneration()));
        document.put("target", spec.getTarget().getUri());
        document.put("lanes", Words.lanes(spec));
        document.put("labels", new TreeMap<>(spec.getLabelsMap()));
        document.put("fullSync", reading.fullSync().map(JobDocument::fullSync).orElse(null));
        document.put(
                "streams",
                progress.getStreamsList().stream().map(JobDocument::stream).toList());
        document.put(
                "lagBytes", reading.lagBytes().isPresent() ? reading.lagBytes().getAsLong() : null);
        document.put("lagSeconds", orNull(reading.lagSeconds()));
        document.put("commandsApplied", progress.getCommandsApplied());
        document.put("commandsPerSecond", progress.getCommandsPerSecond());
        document.put("rate", spec.hasRate() ? SpecDocument.rate(spec.getRate()) : Map.of());
        document.put("rateInForce", progress.hasRate() ? SpecDocument.rate(progress.getRate()) : Map.of());
        document.put("rateLimited", progress.getRateLimited());
        document.put("throttled", blankIsNull(progress.getThrottled()));
        document.put("heldExpiries", progress.getHeldExpiries());
        document.put("dirtyKeys", progress.getDirtyKeys());
        document.put("errorsOpen", job.getErrorsOpen());
        document.put("createdMillis", job.getCreatedMillis());
        document.put("stateSinceMillis", job.getStateSinceMillis());
        document.put("progressAtMillis", job.getProgressAtMillis() == 0 ? null : job.getProgressAtMillis());
        return document;
    }

    static Map<String, Object> reason(Reason reason) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("code", reason.getCode());
        document.put("message", reason.getMessage());
        document.put("blame", reason.getBlame());
        document.put("remedy", reason.getRemedy());
        document.put("sinceMillis", reason.getSinceMillis());
        return document;
    }

    private static Map<String, Object> fullSync(FullSyncProgress sync) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("keysLoaded", sync.getKeysLoaded());
        document.put("elementsLoaded", sync.getElementsLoaded());
        document.put("bytesDone", sync.getBytesDone());
        document.put("bytesTotal", sync.getBytesTotal());
        document.put("percent", orNull(JobReading.percent(sync)));
        document.put("keysPerSecond", sync.getKeysPerSecond());
        document.put("keysSkipped", sync.getKeysSkipped());
        document.put("secondsLeft", sync.getSecondsLeft() < 0 ? null : sync.getSecondsLeft());
        document.put("finishedMillis", sync.getFinishedMillis() == 0 ? null : sync.getFinishedMillis());
        return document;
    }

    private static Map<String, Object> stream(StreamProgress stream) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("db", stream.getDb());
        document.put("slot", stream.getSlot());
        put(document, "filenum", "offset", stream.hasPosition(), stream.getPosition());
        put(document, "sourceFilenum", "sourceOffset", stream.hasSource(), stream.getSource());
        document.put("lagBytes", stream.getLagBytes() < 0 ? null : stream.getLagBytes());
        document.put("lagSeconds", stream.getLagSeconds() < 0 ? null : stream.getLagSeconds());
        document.put("retention", stream.hasRetention() ? retention(stream.getRetention()) : null);
        return document;
    }

    private static Map<String, Object> retention(Retention left) {
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("filesLeft", left.getFilesLeft());
        document.put("secondsLeft", left.getSecondsLeft() < 0 ? null : left.getSecondsLeft());
        document.put("held", left.getHeld());
        return document;
    }

    private static void put(
            Map<String, Object> document, String file, String offset, boolean known, BinlogPosition position) {
        document.put(file, known ? position.getFilenum() : null);
        document.put(offset, known ? position.getOffset() : null);
    }

    private static Double orNull(OptionalDouble value) {
        return value.isPresent() ? value.getAsDouble() : null;
    }

    private static String blankIsNull(String text) {
        return text.isEmpty() ? null : text;
    }
}
