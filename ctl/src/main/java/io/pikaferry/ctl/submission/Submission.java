package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import com.google.protobuf.ByteString;
import io.pikaferry.ctl.output.SpecDocument;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.SubmitJobRequest;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** A job that is ready to be sent: every value checked, every password read. Does not print its passwords (P7). */
public final class Submission {

    /** A password and the file it came from. */
    record Secret(Path file, ByteString password) {

        Secret {
            requireNonNull(file, "file is null");
            requireNonNull(password, "password is null");
        }

        @Override
        public String toString() {
            return "secret from " + file;
        }
    }

    /** Where it is written: {@code job.yaml line 3}. */
    private final String origin;

    private final JobSpec spec;
    private final Optional<Secret> source;
    private final Optional<Secret> target;
    private final boolean paused;

    Submission(String origin, JobSpec spec, Optional<Secret> source, Optional<Secret> target, boolean paused) {
        this.origin = requireNonNull(origin, "origin is null");
        this.spec = requireNonNull(spec, "spec is null");
        this.source = requireNonNull(source, "source is null");
        this.target = requireNonNull(target, "target is null");
        this.paused = paused;
    }

    /** All of them or none: throws what is wrong with every one that is not as it should be. */
    public static List<Submission> all(List<JobDraft> drafts) {
        List<Submission> submissions = new ArrayList<>();
        List<FerryException> problems = new ArrayList<>();
        Map<String, String> origins = new HashMap<>();
        for (JobDraft draft : drafts) {
            try {
                Submission submission = draft.submission();
                String other = origins.putIfAbsent(submission.name(), submission.origin);
                if (other != null) {
                    throw new FerryException(
                            ErrorCode.INVALID_ARGUMENT,
                            "%s: the name %s is taken by %s".formatted(submission.origin, submission.name(), other));
                }
                submissions.add(submission);
            } catch (FerryException e) {
                problems.add(e);
            }
        }
        if (!problems.isEmpty()) {
            String messages = problems.stream().map(Throwable::getMessage).collect(Collectors.joining("\n"));
            throw new FerryException(problems.get(0).code(), messages, problems.get(0));
        }
        return submissions;
    }

    public String name() {
        return spec.getName();
    }

    public boolean paused() {
        return paused;
    }

    public SubmitJobRequest request() {
        return SubmitJobRequest.newBuilder()
                .setSpec(spec)
                .setSourcePassword(source.map(Secret::password).orElse(ByteString.EMPTY))
                .setTargetPassword(target.map(Secret::password).orElse(ByteString.EMPTY))
                .setPaused(paused)
                .build();
    }

    /** As it would stand in a job file, with the defaults written out. */
    Map<String, Object> document() {
        Map<String, Object> document = SpecDocument.of(spec);
        source.ifPresent(secret -> addFile(document, "source", secret));
        target.ifPresent(secret -> addFile(document, "target", secret));
        if (paused) {
            document.put("paused", true);
        }
        return document;
    }

    @SuppressWarnings("unchecked") // SpecDocument writes both as maps
    private static void addFile(Map<String, Object> document, String end, Secret secret) {
        ((Map<String, Object>) document.get(end))
                .put("passwordFile", secret.file().toString());
    }
}
