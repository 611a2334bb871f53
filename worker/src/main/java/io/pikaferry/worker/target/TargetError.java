package io.pikaferry.worker.target;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** An error reply. Its first word says what kind it is; the text may quote keys and so is never logged. */
public record TargetError(String message) {

    /**
     * How Redis before 7 wraps what a command in a script was answered: {@code ERR Error running script (call to f_…):
     * @user_script:1: -OOM command not allowed …}. From 7 on the first word is the command's own.
     */
    private static final Pattern IN_SCRIPT = Pattern.compile(
            "^ERR Error running script .*?@user_script: ?\\d+: (?:-|@user_script: ?\\d+: )*(.*)$", Pattern.DOTALL);

    public TargetError {
        requireNonNull(message, "message is null");
    }

    /** The first word: OOM, WRONGTYPE, ERR … Of an error in a script that of the command in it. */
    public String kind() {
        String said = said();
        int space = said.indexOf(' ');
        return space < 0 ? said : said.substring(0, space);
    }

    private String said() {
        if (!message.startsWith("ERR Error running script")) {
            return message;
        }
        Matcher wrapped = IN_SCRIPT.matcher(message);
        return wrapped.matches() ? wrapped.group(1) : message;
    }

    /** Whether it is about the target as a whole and not about the command: then no command is to be passed over for it. */
    public boolean concernsTarget() {
        return code() != ErrorCode.TARGET_REJECTED_COMMAND;
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
