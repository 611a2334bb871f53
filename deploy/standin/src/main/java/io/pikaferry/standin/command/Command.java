package io.pikaferry.standin.command;

/**
 * A row of the command table.
 *
 * @param arity the number of words; negative: at least so many
 * @param writes whether it goes into the log when it succeeds
 */
public record Command(String name, int arity, boolean writes, Body body) {

    /** What a command does. Runs under the database's lock. */
    @FunctionalInterface
    public interface Body {
        void run(Call call);
    }

    public void checkArity(int words) {
        if (arity >= 0 ? words != arity : words < -arity) {
            throw CommandFailure.wrongNumber(name);
        }
    }
}
