package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.JobId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One try at a job: the assignment, and how often its holder has begun anew under it. Later tenures lock out earlier ones.
 * Its name is what the connections are called: {@code pikaferry:job:epoch.attempt}.
 */
public record Tenure(JobId job, long epoch, long attempt) {

    private static final Pattern NAME = Pattern.compile("pikaferry:([^:]+):(\\d+)\\.(\\d+)(?::.*)?");

    public Tenure {
        requireNonNull(job, "job is null");
        if (epoch < 0 || attempt < 0) {
            throw new IllegalArgumentException("negative tenure: " + epoch + "." + attempt);
        }
    }

    public String connectionName() {
        return "pikaferry:" + job + ":" + epoch + "." + attempt;
    }

    /** The tenure that gave a connection its name; empty if the name is not one of ours. */
    static Optional<Tenure> ofConnection(String name) {
        Matcher matcher = NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Tenure(
                    new JobId(matcher.group(1)), Long.parseLong(matcher.group(2)), Long.parseLong(matcher.group(3))));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    boolean outranks(Tenure other) {
        return job.equals(other.job) && (epoch > other.epoch || (epoch == other.epoch && attempt > other.attempt));
    }
}
