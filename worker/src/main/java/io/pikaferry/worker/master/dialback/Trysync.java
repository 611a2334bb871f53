package io.pikaferry.worker.master.dialback;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.master.Contact;
import io.pikaferry.worker.master.Reply;
import io.pikaferry.worker.master.RespConnection;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** The one question by which a slave registers (replication.md §3.1.2). */
final class Trysync {

    /** What a master may answer. */
    enum Verdict {
        ACCEPTED,
        /** The file is not there: a dump will be made and pushed. */
        DUMP_FOLLOWS,
        INVALID_OFFSET,
        ALREADY_EXISTS,
    }

    /** @param sid the session's number if accepted, else -1 */
    record Answer(Verdict verdict, long sid) {}

    /** What no file is called; asks for a dump. */
    static final BinlogPosition FORCE_DUMP = new BinlogPosition(0xffff_ffffL, 0);

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration REPLY_TIMEOUT = Duration.ofSeconds(30);
    private static final int MAX_REPLY = 64 * 1024;

    private Trysync() {}

    static Answer ask(Contact contact, int base, BinlogPosition from) {
        byte[] trysync = RespConnection.request(
                "trysync",
                contact.slave().advertised().getHostAddress(),
                Integer.toString(base),
                Long.toString(from.filenum()),
                Long.toString(from.offset()));
        InetSocketAddress address = new InetSocketAddress(
                contact.address(), contact.source().endpoint().port());
        try (RespConnection connection =
                RespConnection.open(address, Optional.empty(), CONNECT_TIMEOUT, REPLY_TIMEOUT, MAX_REPLY)) {
            if (contact.source().password().isPresent()) {
                Bytes password = contact.source().password().get();
                connection.send(RespConnection.request(List.of(Bytes.utf8("auth"), password)), trysync);
                checkAuth(contact, connection.receive());
            } else {
                connection.send(trysync);
            }
            return read(contact, connection.receive());
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "source %s did not answer trysync: %s"
                            .formatted(contact.source().endpoint(), e.getMessage()),
                    e);
        }
    }

    private static void checkAuth(Contact contact, Reply reply) {
        if (reply instanceof Reply.Failure failure && !failure.text().contains("no password is set")) {
            throw new FerryException(
                    ErrorCode.SOURCE_AUTH,
                    "source %s refused the password: %s"
                            .formatted(contact.source().endpoint(), failure.text()));
        }
    }

    private static Answer read(Contact contact, Reply reply) {
        if (reply instanceof Reply.Number sid) {
            return new Answer(Verdict.ACCEPTED, sid.value());
        }
        if (reply instanceof Reply.Bulk bulk && bulk.value().asUtf8().equalsIgnoreCase("wait")) {
            return new Answer(Verdict.DUMP_FOLLOWS, -1);
        }
        if (!(reply instanceof Reply.Failure failure)) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "source %s answers trysync with %s"
                            .formatted(contact.source().endpoint(), reply));
        }
        String text = failure.text().toUpperCase(Locale.ROOT);
        if (text.contains("INVALIDOFFSET")) {
            return new Answer(Verdict.INVALID_OFFSET, -1);
        }
        if (text.contains("ALREADYEXIST")) {
            return new Answer(Verdict.ALREADY_EXISTS, -1);
        }
        if (text.contains("NOAUTH") && contact.source().password().isEmpty()) {
            throw new FerryException(
                    ErrorCode.SOURCE_AUTH,
                    "source %s wants a password (requirepass) and none was given"
                            .formatted(contact.source().endpoint()));
        }
        throw new FerryException(
                text.contains("NOAUTH") ? ErrorCode.SOURCE_AUTH : ErrorCode.SOURCE_REFUSED,
                "source %s refuses trysync: %s".formatted(contact.source().endpoint(), failure.text()));
    }
}
