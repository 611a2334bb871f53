package io.pikaferry.standin;

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
                .integer(size(storage.databases().get(session.database()))));
        commands.put("client", (request, session) -> new Reply().ok());
        commands.put("bgsave", (request, session) -> {
            dump.accept(session.database());
            return new Reply().ok();
        });
        commands.put("purgelogsto", (request, session) -> purge(request, storage, session.database()));
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
