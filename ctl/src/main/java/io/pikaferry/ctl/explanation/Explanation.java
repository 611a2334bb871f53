package io.pikaferry.ctl.explanation;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.ErrorCode.Blame;

/** One error code for people: what has happened, who has to act, and how. */
public record Explanation(ErrorCode code, String meaning) {

    public Explanation {
        requireNonNull(code, "code is null");
        requireNonNull(meaning, "meaning is null");
    }

    /** What the blame means for whoever reads it. */
    public String blame() {
        return whoActs(code.blame());
    }

    static String whoActs(Blame blame) {
        return switch (blame) {
            case OPERATOR -> "what was asked for cannot be done as it is; repeating it does not help";
            case NOBODY -> "a race was lost; it is repeated, or can be";
            case ENVIRONMENT -> "network, disk or another server; it is tried again by itself, less and less often";
            case DATA -> "the data cannot be migrated as they are; the job is blocked, or the error is in its ledger";
            case US -> "a bug in PikaFerry";
        };
    }
}
