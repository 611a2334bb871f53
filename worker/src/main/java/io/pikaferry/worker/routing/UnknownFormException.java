package io.pikaferry.worker.routing;

/** The command is in the table, but not with such arguments; never leaves the package. */
final class UnknownFormException extends RuntimeException {

    UnknownFormException() {
        super("not a known form of the command", null, false, false);
    }
}
