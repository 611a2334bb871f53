package io.pikaferry.standin.command;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.standin.version.PikaVersion;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Commands that matter to the log only. */
final class LogCommands {

    private static final int HEADER = 34;

    private final PikaVersion version;

    LogCommands(PikaVersion version) {
        this.version = version;
    }

    void addTo(CommandTable table) {
        if (version.atLeast(3, 1, 0)) {
            table.write("padding", 2, this::padding);
        }
        if (version.atLeast(3, 5, 0)) {
            table.write("clearcache", 1, call -> call.reply().ok());
            table.write("clearreplicationid", 1, call -> call.reply().ok());
            table.write("slotsmgrt-exec-wrapper", -3, this::slotsMigrateExec);
        }
    }

    /**
     * Leaves an item whose header is zero but for kind and length; from 3.5 on that item is wrapped
     * into another one.
     */
    private void padding(Call call) {
        int stars = call.word(1).length();
        byte[] content = "*2\r\n$7\r\npadding\r\n$%05d\r\n%s\r\n"
                .formatted(stars, "*".repeat(stars))
                .getBytes(US_ASCII);
        byte[] item = ByteBuffer.allocate(HEADER + content.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort(0, (short) 1)
                .putInt(HEADER - 4, content.length)
                .position(HEADER)
                .put(content)
                .array();
        call.logInstead(version.atLeast(3, 5, 0) ? LogEntry.content(item) : LogEntry.record(item));
        call.reply().ok();
    }

    /** Asks whether a key is being migrated, which never is the case; the wrapped command is not executed. */
    private void slotsMigrateExec(Call call) {
        boolean known =
                version.atLeast(4, 0, 0) || call.data().spaces().stream().anyMatch(space -> space.contains(call.key()));
        int answer = known ? -1 : 0;
        call.reply().array(2).integer(answer).integer(answer);
    }
}
