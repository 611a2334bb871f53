package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;

/** An error reply. Its first word says what kind it is; the text may quote keys and so is never logged. */
public record TargetError(String message) {

    public TargetError {
        requireNonNull(message, "message is null");
    }

    /** The first word: OOM, WRONGTYPE, ERR … */
    public String kind() {
        int space = message.indexOf(' ');
        return space < 0 ? message : message.substring(0, space);
    }

    /** Whose fault it is and so what follows. TARGET_REJECTED_COMMAND is about the command; all others about the target. */
    public ErrorCode code() {
        return switch (kind()) {
            case "OOM" -> ErrorCode.TARGET_OUT_OF_MEMORY;
            case "READONLY" -> ErrorCode.TARGET_READ_ONLY;
            case "LOADING",
                    "BUSY",
                    "MASTERDOWN",
                    "CLUSTERDOWN",
                    "TRYAGAIN",
                    "NOREPLICAS",
                    "MISCONF",
                    "UNKILLABLE" -> ErrorCode.TARGET_NOT_READY;
            case "NOAUTH", "WRONGPASS" -> ErrorCode.TARGET_AUTH;
            case "NOPERM" -> ErrorCode.TARGET_NO_PERMISSION;
            case "MOVED", "ASK", "CROSSSLOT" -> ErrorCode.TARGET_UNSUPPORTED;
            default -> message.startsWith("ERR invalid password") || message.startsWith("ERR AUTH")
                    ? ErrorCode.TARGET_AUTH
                    : ErrorCode.TARGET_REJECTED_COMMAND;
        };
    }

    /** Whether the same command may well be accepted a little later. */
    public boolean transientRefusal() {
        return code().blame() == ErrorCode.Blame.ENVIRONMENT;
    }

    /** @param doing what was refused, without data, e.g. "raising the fence" */
    public FerryException asException(TargetAddress target, String doing) {
        return new FerryException(code(), "target %s refused %s: %s".formatted(target, doing, message));
    }
}
