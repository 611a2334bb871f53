package io.pikaferry.worker.routing;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import java.util.Arrays;
import java.util.List;

/** A command as the source logged it, with what is needed to tell what it meant there. */
final class LoggedCommand {

    private final CommandRow row;
    private final byte[][] args;
    private final long executedAt;
    private final SourceExpiry expiry;

    /** @param executedAt seconds; 0 if the source did not say */
    LoggedCommand(CommandRow row, byte[][] args, long executedAt, SourceExpiry expiry) {
        this.row = row;
        this.args = args;
        this.executedAt = executedAt;
        this.expiry = expiry;
    }

    /** The name first. Not to be written to. */
    byte[][] args() {
        return args;
    }

    byte[] name() {
        return args[0];
    }

    byte[] key() {
        return args[1];
    }

    byte[][] keys() {
        return row.keys().of(args);
    }

    long executedAt() {
        return executedAt;
    }

    SourceExpiry expiry() {
        return expiry;
    }

    Mapped.Commands becomes(TargetCommand command) {
        return new Mapped.Commands(List.of(repeatableOrNot(command)));
    }

    Mapped.Commands becomes(TargetCommand... commands) {
        return new Mapped.Commands(
                Arrays.stream(commands).map(this::repeatableOrNot).toList());
    }

    Mapped reread(ErrorCode code, String why) {
        return new Mapped.Reread(Arrays.stream(keys()).map(Bytes::owning).toList(), code, row.title() + ": " + why);
    }

    Mapped refused(ErrorCode code, String why) {
        return new Mapped.Refused(
                code, Bytes.owning(args.length > 1 ? args[1] : new byte[0]), row.title() + ": " + why);
    }

    private TargetCommand repeatableOrNot(TargetCommand command) {
        return row.repeatable() ? command : command.once();
    }
}
