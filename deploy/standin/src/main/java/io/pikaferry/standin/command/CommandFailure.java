package io.pikaferry.standin.command;

/** A command's refusal; the message is the error reply without its dash. What is refused is not logged. */
public final class CommandFailure extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public CommandFailure(String reply) {
        super(reply, null, false, false);
    }

    static CommandFailure notAnInteger() {
        return new CommandFailure("ERR value is not an integer or out of range");
    }

    static CommandFailure notAFloat() {
        return new CommandFailure("ERR value is not a valid float");
    }

    static CommandFailure overflow() {
        return new CommandFailure("ERR increment or decrement would overflow");
    }

    static CommandFailure syntax() {
        return new CommandFailure("ERR syntax error");
    }

    static CommandFailure wrongNumber(String command) {
        return new CommandFailure("ERR wrong number of arguments for '" + command + "' command");
    }
}
