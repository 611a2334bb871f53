package io.pikaferry.ctl.explanation;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * What becomes of a command that a client sends to a source, from one release to another.
 *
 * @param before the first release of which it is not true any more; empty: there is none
 * @param arguments how many with the name; negative: at least so many
 * @param logged how it stands in the binlog; raw: as the client sent it
 * @param handling in a word: as-is, translated, rewritten (by the source), reread or ignored
 * @param reread when the written keys are read from the source instead; empty: never
 * @param repeatable whether it may be applied to a target that has its effect already
 * @param treatment the name of the rule, or of those of the commands it is logged as
 * @param applied what is done at the target
 */
public record SourceCommand(
        String name,
        PikaRelease since,
        Optional<PikaRelease> before,
        int arguments,
        String keys,
        String logged,
        String handling,
        String reread,
        boolean repeatable,
        String treatment,
        String applied) {

    private static final String ALWAYS = "always";

    public SourceCommand {
        requireNonNull(name, "name is null");
        requireNonNull(since, "since is null");
        requireNonNull(before, "before is null");
        requireNonNull(keys, "keys is null");
        requireNonNull(logged, "logged is null");
        requireNonNull(handling, "handling is null");
        requireNonNull(reread, "reread is null");
        requireNonNull(treatment, "treatment is null");
        requireNonNull(applied, "applied is null");
    }

    boolean isOf(PikaRelease release) {
        return release.compareTo(since) >= 0 && (before.isEmpty() || release.compareTo(before.get()) < 0);
    }

    /** In a word; a star says that its keys may be read from the source. */
    String mark() {
        return reread.isEmpty() || reread.equals(ALWAYS) ? handling : handling + "*";
    }

    /** never, always, or the case. */
    String readAgain() {
        return reread.isEmpty() ? "never" : reread.equals(ALWAYS) ? reread : "if " + reread;
    }
}
