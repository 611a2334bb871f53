package io.pikaferry.ctl.command;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.ErrorCode.Blame;
import java.util.LinkedHashMap;
import java.util.Map;

/** What ferryctl tells the shell. Part of the interface: scripts depend on the numbers. */
enum ExitCode {
    OK(0, "done"),
    FAILED(1, "the operation failed"),
    USAGE(2, "the command line or a job file is wrong"),
    NOT_FOUND(3, "there is no such job, worker or error code"),
    WRONG_STATE(4, "the name is taken, or the job's state does not allow it"),
    TIMEOUT(5, "not within the time"),
    PRECONDITION(6, "the source or the target is not as it has to be"),
    DIFFERENCES(7, "source and target differ"),
    NO_COORDINATOR(8, "no coordinator can be reached, or none leads"),
    NOT_AUTHORISED(9, "the coordinator does not allow it");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = requireNonNull(meaning, "meaning is null");
    }

    int number() {
        return number;
    }

    String meaning() {
        return meaning;
    }

    /** As the help shows them. */
    static Map<String, String> meanings() {
        Map<String, String> meanings = new LinkedHashMap<>();
        for (ExitCode code : values()) {
            meanings.put(Integer.toString(code.number), code.meaning);
        }
        return meanings;
    }

    static ExitCode of(ErrorCode code) {
        return switch (code) {
            case JOB_NOT_FOUND, WORKER_NOT_FOUND -> NOT_FOUND;
            case JOB_EXISTS, ILLEGAL_TRANSITION, CONCURRENT_UPDATE -> WRONG_STATE;
            case INVALID_ARGUMENT, UNKNOWN_CONFIG_KEY -> USAGE;
            case TIMED_OUT -> TIMEOUT;
            case NO_COORDINATOR, NOT_LEADER -> NO_COORDINATOR;
            case NOT_AUTHORISED -> NOT_AUTHORISED;
            default -> concernsSourceOrTarget(code) ? PRECONDITION : FAILED;
        };
    }

    /** Something the operator has to change there, as against what passes by itself. */
    private static boolean concernsSourceOrTarget(ErrorCode code) {
        return code.id().startsWith("FERRY-2") && code.blame() == Blame.OPERATOR;
    }
}
