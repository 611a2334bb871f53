package io.pikaferry.ctl.output;

import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.JobSpec;
import io.pikaferry.proto.v1.ObservedState;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.RateLimit;
import io.pikaferry.proto.v1.Source;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** How the things of our domain are written. */
final class Words {

    private Words() {}

    /** {@code catch-up} */
    static String phase(Phase phase) {
        return phase.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@code 117:48,120,004} */
    static String position(BinlogPosition position) {
        return position.getFilenum() + ":" + Quantities.count(position.getOffset());
    }

    static String source(Source source) {
        // not Endpoint: what a coordinator says is shown, not judged
        String host = source.getHost();
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + source.getPort();
    }

    /** {@code overwrite} for {@code ON_EXISTING_KEYS_OVERWRITE}; what was left unsaid is the default. */
    static String choice(String prefix, Enum<?> choice, String unsaid) {
        String word = choice.name().startsWith(prefix) ? choice.name().substring(prefix.length()) : choice.name();
        return word.equals("UNSPECIFIED") ? unsaid : word.toLowerCase(Locale.ROOT);
    }

    static Ink ink(ObservedState state) {
        return switch (state) {
            case RUNNING, COMPLETED -> Ink.GOOD;
            case BLOCKED -> Ink.BAD;
            case PENDING, PAUSED -> Ink.ATTENTION;
            default -> Ink.FAINT;
        };
    }

    /** What a job with a reason is: {@code retrying}. */
    static String heldUp(ObservedState state) {
        return switch (state) {
            case BLOCKED -> "blocked";
            case RUNNING -> "retrying";
            default -> "waiting";
        };
    }

    static String pairs(Map<String, String> pairs) {
        return pairs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(pair -> pair.getKey() + "=" + pair.getValue())
                .collect(Collectors.joining(","));
    }

    static int lanes(JobSpec spec) {
        return spec.getLanes() == 0 ? 4 : spec.getLanes();
    }

    /** {@code 50k commands/s, 10 MiB/s}; empty: as fast as it goes. */
    static Optional<String> rate(RateLimit rate) {
        List<String> parts = new ArrayList<>();
        if (rate.getCommandsPerSecond() > 0) {
            parts.add(Quantities.perSecond(rate.getCommandsPerSecond()).replace("/s", " commands/s"));
        }
        if (rate.getBytesPerSecond() > 0) {
            parts.add(Quantities.bytes(rate.getBytesPerSecond()) + "/s");
        }
        return parts.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", parts));
    }

    static String plural(long count, String noun) {
        return Quantities.count(count) + " " + noun + (count == 1 ? "" : "s");
    }
}
