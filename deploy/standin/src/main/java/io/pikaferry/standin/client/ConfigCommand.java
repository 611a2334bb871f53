package io.pikaferry.standin.client;

import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Settings;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** CONFIG GET, SET, REWRITE, RESETSTAT. */
public final class ConfigCommand implements AdminCommand {

    private final Settings settings;

    public ConfigCommand(Settings settings) {
        this.settings = settings;
    }

    @Override
    public Reply run(Request request, Session session) {
        String verb = request.size() > 1 ? request.text(1).toLowerCase(Locale.ROOT) : "";
        return switch (verb) {
            case "get" -> request.size() == 3 ? get(request.text(2)) : wrongNumber("get");
            case "set" -> request.size() == 4 ? set(request.text(2), request.text(3)) : wrongNumber("set");
            case "rewrite", "resetstat" -> new Reply().ok();
            default -> new Reply().error("ERR CONFIG subcommand must be one of GET, SET, RESETSTAT, REWRITE");
        };
    }

    private static Reply wrongNumber(String verb) {
        return new Reply().error("ERR Wrong number of arguments for CONFIG " + verb);
    }

    private Reply get(String name) {
        if (name.equals("*")) {
            Map<String, String> all = settings.all();
            Reply reply = new Reply().array(all.size() * 2);
            all.forEach((key, value) -> reply.bulk(key).bulk(value));
            return reply;
        }
        Optional<String> value = settings.find(name);
        return value.isPresent() ? new Reply().array(2).bulk(name).bulk(value.get()) : new Reply().array(0);
    }

    private Reply set(String name, String value) {
        if (settings.find(name).isEmpty()) {
            return new Reply().error("ERR Unsupported CONFIG parameter: " + name);
        }
        settings.with(name, value);
        return new Reply().ok();
    }
}
