package io.pikaferry.standin;

import io.pikaferry.standin.client.AdminCommand;
import io.pikaferry.standin.client.Session;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.time.Duration;
import java.util.List;
import java.util.Locale;

/**
 * STANDIN: what no Pika has, for tests and benchmarks that have only a client connection.
 *
 * <pre>
 * STANDIN KILL-BINLOG n | DROP-ITEMS n | CORRUPT-FRAMES n | STOP-TRANSFER n | DELAY-DUMPS millis
 * STANDIN REFUSE-SYNC text | ACCEPT-SYNC | PURGE-BEFORE file | RESTART | RESET
 * STANDIN LOG word...              logs a command without executing it
 * STANDIN LOAD count bytes keys    logs SETs of random values, without executing them
 * </pre>
 */
final class StandinCommand implements AdminCommand {

    private final Faults faults;
    private final Storage storage;
    private final Runnable restart;

    StandinCommand(Faults faults, Storage storage, Runnable restart) {
        this.faults = faults;
        this.storage = storage;
        this.restart = restart;
    }

    @Override
    public Reply run(Request request, Session session) {
        try {
            return act(request, session.database());
        } catch (IndexOutOfBoundsException | NumberFormatException e) {
            return new Reply().error("ERR STANDIN: missing or bad argument");
        }
    }

    private Reply act(Request request, int number) {
        Database database = storage.databases().get(number);
        switch (request.text(1).toLowerCase(Locale.ROOT)) {
            case "kill-binlog" -> faults.killBinlogConnectionAfter(Long.parseLong(request.text(2)));
            case "drop-items" -> faults.dropItems(Integer.parseInt(request.text(2)));
            case "corrupt-frames" -> faults.corruptFrames(Integer.parseInt(request.text(2)));
            case "stop-transfer" -> faults.stopTransferAfter(Integer.parseInt(request.text(2)));
            case "delay-dumps" -> faults.delayDumps(Duration.ofMillis(Long.parseLong(request.text(2))));
            case "refuse-sync" -> faults.refuseSync(request.text(2));
            case "accept-sync" -> faults.acceptSync();
            case "purge-before" -> storage.purge(number).forceBefore(Long.parseLong(request.text(2)));
            case "restart" -> restart.run();
            case "reset" -> faults.reset();
            case "log" -> database.logOnly(new Request(request.from(2)));
            case "load" -> load(database, request);
            default -> {
                return new Reply().error("ERR STANDIN: unknown " + request.text(1));
            }
        }
        return new Reply().ok();
    }

    private static void load(Database database, Request request) {
        int count = Integer.parseInt(request.text(2));
        Bytes value = Bytes.utf8("x".repeat(Integer.parseInt(request.text(3))));
        int keys = Integer.parseInt(request.text(4));
        Bytes set = Bytes.utf8("SET");
        for (int i = 0; i < count; i++) {
            database.logOnly(new Request(List.of(set, Bytes.utf8("load:" + i % keys), value)));
        }
    }
}
