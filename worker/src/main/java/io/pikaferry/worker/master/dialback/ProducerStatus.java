package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.ServerInfo;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What {@code INFO log} says of the binlog.
 *
 * @param end where the next item will begin, or the file before
 * @param logBytes of everything in the log directory, other logs included
 */
record ProducerStatus(BinlogPosition end, OptionalLong logBytes) {

    private static final Pattern OFFSET = Pattern.compile("(\\d+)\\s+(\\d+)");

    static ProducerStatus ask(Contact contact) {
        ServerInfo info = contact.client().info("log");
        String offset = info.value("binlog_offset").orElse("");
        BinlogPosition end = position(offset)
                .orElseThrow(() -> new FerryException(
                        ErrorCode.SOURCE_PROTOCOL,
                        "source %s does not say where its binlog ends: binlog_offset is '%s'"
                                .formatted(contact.source().endpoint(), offset)));
        return new ProducerStatus(end, info.number("log_size"));
    }

    /** Empty if it is none. */
    static Optional<BinlogPosition> position(String text) {
        Matcher form = OFFSET.matcher(text);
        try {
            return form.matches()
                    ? Optional.of(new BinlogPosition(Long.parseLong(form.group(1)), Long.parseLong(form.group(2))))
                    : Optional.empty();
        } catch (IllegalArgumentException e) { // beyond what a position can be
            return Optional.empty();
        }
    }
}
