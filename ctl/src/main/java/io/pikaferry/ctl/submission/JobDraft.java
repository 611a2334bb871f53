package io.pikaferry.ctl.submission;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * A job as somebody has written it, value by value, by flags or in a file. Keys are those of a job file, with a dot between
 * the levels: {@code target.uri}, {@code labels.team}.
 */
public final class JobDraft {

    private final String origin;
    private final Path directory;
    private final Map<String, Written> values = new LinkedHashMap<>();

    /**
     * @param origin where the job is written: {@code job.yaml line 3}
     * @param directory what the names of password files are relative to
     */
    public JobDraft(String origin, Path directory) {
        this.origin = requireNonNull(origin, "origin is null");
        this.directory = requireNonNull(directory, "directory is null");
    }

    /** Returns what stood under the key before. */
    public Optional<Written> put(String key, Written value) {
        return Optional.ofNullable(values.put(key, value));
    }

    /** What is not written here is taken from the defaults, key by key. */
    JobDraft over(JobDraft defaults) {
        JobDraft merged = new JobDraft(origin, directory);
        merged.values.putAll(defaults.values);
        merged.values.putAll(values);
        return merged;
    }

    /** Checks every value and reads the passwords. */
    public Submission submission() {
        Assembly assembly = new Assembly(origin, directory);
        values.forEach(assembly::set);
        return assembly.finish();
    }
}
