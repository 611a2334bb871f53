package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.client.AdminCommand;
import io.pikaferry.standin.client.Session;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.version.Generation;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Commands about the server: PING, SELECT, DBSIZE, BGSAVE, PURGELOGSTO and the like. */
final class ServerCommands {

    private static final Pattern LOG_FILE = Pattern.compile("write2file(\\d{1,9})");

    private ServerCommands() {}

    static Map<String, AdminCommand> of(StandinConfig config, Storage storage, IntConsumer dump) {
        Map<String, AdminCommand> commands = new HashMap<>();
        commands.put("ping", (request, session) -> new Reply().status("PONG"));
        commands.put("quit", (request, session) -> new Reply().ok());
        commands.put("echo", (request, session) -> new Reply().bulk(request.word(request.size() - 1)));
        commands.put("select", (request, session) -> select(request, session, config, storage));
        commands.put("time", (request, session) -> time(config.clock().millis()));
        commands.put("dbsize", (request, session) -> new Reply()
                .integer(storage.databases().slotsOf(session.database()).stream()
                        .mapToLong(ServerCommands::size)
                        .sum()));
        commands.put("client", (request, session) -> new Reply().ok());
        commands.put("bgsave", (request, session) -> {
            int slots = storage.databases().slots();
            for (int slot = 0; slot < slots; slot++) {
                dump.accept(session.database() * slots + slot);
            }
            return new Reply().ok();
        });
        commands.put("purgelogsto", (request, session) -> purge(request, storage, session.database()));
        if (config.slots() > 1) {
            commands.put("pkcluster", (request, session) -> ends(request, storage));
        }
        return commands;
    }

    /** Up to 3.0 numbers up to 15 are taken, and the one database stays. */
    private static Reply select(Request request, Session session, StandinConfig config, Storage storage) {
        if (config.version().generation().compareTo(Generation.C) < 0) {
            boolean valid = request.size() == 2 && request.text(1).matches("[0-9]|1[0-5]");
            return valid ? new Reply().ok() : new Reply().error("ERR invalid DB index");
        }
        if (request.size() != 2 || !request.text(1).matches("\\d{1,3}")) {
            return new Reply().error("ERR invalid DB index");
        }
        int number = Integer.parseInt(request.text(1));
        if (number >= storage.databases().count()) {
            return new Reply().error("ERR invalid DB index for 'db" + number + "'");
        }
        session.select(number);
        return new Reply().ok();
    }

    /** PKCLUSTER INFO SLOT; it can do more. */
    private static Reply ends(Request request, Storage storage) {
        if (request.size() < 3
                || !request.text(1).equalsIgnoreCase("info")
                || !request.text(2).equalsIgnoreCase("slot")) {
            return new Reply().error("ERR the stand-in knows PKCLUSTER INFO SLOT only");
        }
        StringBuilder text = new StringBuilder();
        for (Database slot : storage.databases().all()) {
            Position end = slot.binlog().end();
            text.append("(%s:%d) binlog_offset=%d %d,safety_purge=none\r\n"
                    .formatted(slot.name(), slot.slot(), end.file(), end.offset()));
            text.append("  Role: Master\r\n  connected_slaves: 0\r\n\r\n");
        }
        return new Reply().bulk(text.toString());
    }

    private static Reply time(long millis) {
        return new Reply().array(2).bulk(Long.toString(millis / 1000)).bulk(Long.toString(millis % 1000 * 1000));
    }

    private static long size(Database database) {
        return database.atRest((data, position) -> {
            long size = 0;
            for (Space<?> space : data.spaces()) {
                size += space.size();
            }
            return size;
        });
    }

    private static Reply purge(Request request, Storage storage, int database) {
        if (request.size() != 2) {
            return new Reply().error("ERR wrong number of arguments for 'purgelogsto' command");
        }
        Matcher file = LOG_FILE.matcher(request.text(1));
        if (!file.matches()) {
            return new Reply().error("ERR Invalid Argument");
        }
        return storage.purge(database).upTo(Long.parseLong(file.group(1)))
                ? new Reply().ok()
                : new Reply().error("ERR binlog already in purging...");
    }
}
