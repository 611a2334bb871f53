package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.ctl.output.JobReading;
import io.pikaferry.ctl.submission.NearestName;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.proto.v1.DesiredState;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;

/**
 * What is waited for.
 *
 * @param text as a message says it: {@code TAIL}
 * @param desired what has to be desired for it to come about
 */
record Goal(String text, DesiredState desired, Predicate<JobReading> reached) {

    static final Goal PAUSED = state(ObservedState.PAUSED, DesiredState.PAUSE);
    static final Goal STOPPED = state(ObservedState.STOPPED, DesiredState.STOP);
    static final Goal RUNNING = state(ObservedState.RUNNING, DesiredState.RUN);

    Goal {
        requireNonNull(text, "text is null");
        requireNonNull(desired, "desired is null");
        requireNonNull(reached, "reached is null");
    }

    private static Goal state(ObservedState state, DesiredState desired) {
        return new Goal(state.name(), desired, job -> job.state() == state);
    }

    /** {@code running}, or a phase: {@code load}, {@code catch-up}. A later phase will do as well. */
    static Goal parse(String text) {
        String word = text.toUpperCase(Locale.ROOT).replace('-', '_');
        if (word.equals(ObservedState.RUNNING.name())) {
            return RUNNING;
        }
        List<String> known = new ArrayList<>(List.of("running"));
        for (Phase phase : phases()) {
            if (phase.name().equals(word)) {
                return new Goal(phase.name(), DesiredState.RUN, job -> isPast(job, phase));
            }
            known.add(phase.name().toLowerCase(Locale.ROOT).replace('_', '-'));
        }
        throw new FerryException(
                ErrorCode.INVALID_ARGUMENT,
                "--wait: there is no phase '%s'; known are %s%s"
                        .formatted(text, String.join(", ", known), NearestName.hint(text, known)));
    }

    private static List<Phase> phases() {
        return Arrays.stream(Phase.values())
                .filter(phase -> phase != Phase.PHASE_UNSPECIFIED && phase != Phase.UNRECOGNIZED)
                .toList();
    }

    private static boolean isPast(JobReading job, Phase phase) {
        return job.phase().filter(now -> now.compareTo(phase) >= 0).isPresent();
    }
}
