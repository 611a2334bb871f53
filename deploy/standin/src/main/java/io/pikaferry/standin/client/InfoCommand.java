package io.pikaferry.standin.client;

import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Supplier;

/** INFO, put together from sections that know what to say. */
public final class InfoCommand implements AdminCommand {

    private final Map<String, Supplier<String>> sections = new LinkedHashMap<>();

    /** Sections are shown in the order in which they are added. */
    public InfoCommand section(String name, Supplier<String> lines) {
        sections.put(name, lines);
        return this;
    }

    @Override
    public Reply run(Request request, Session session) {
        String wanted = request.size() > 1 ? request.text(1).toLowerCase(Locale.ROOT) : "all";
        if (wanted.equals("all")) {
            StringBuilder all = new StringBuilder();
            for (Supplier<String> section : sections.values()) {
                all.append(all.length() == 0 ? "" : "\r\n").append(section.get());
            }
            return new Reply().bulk(all.toString());
        }
        Supplier<String> section = sections.getOrDefault(wanted, () -> "");
        return new Reply().bulk(section.get());
    }
}
