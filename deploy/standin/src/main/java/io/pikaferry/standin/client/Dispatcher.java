package io.pikaferry.standin.client;

import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.command.CommandTable;
import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.settings.Settings;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Finds who answers a request, if the client may ask it. */
public final class Dispatcher {

    private static final Set<String> FOR_ADMINS = Set.of("trysync");

    private final CommandTable commands;
    private final Databases databases;
    private final Map<String, AdminCommand> adminCommands;
    private final Authentication authentication;
    private final boolean transactions;
    private final Optional<StaleCache> cache;

    /** @param transactions whether MULTI is known: from 3.5.2 on */
    public Dispatcher(
            CommandTable commands,
            Databases databases,
            Map<String, AdminCommand> adminCommands,
            Settings settings,
            boolean transactions,
            boolean staleCache) {
        this.commands = commands;
        this.databases = databases;
        this.adminCommands = Map.copyOf(adminCommands);
        this.authentication = new Authentication(settings);
        this.transactions = transactions;
        this.cache = staleCache ? Optional.of(new StaleCache()) : Optional.empty();
    }

    Session begin() {
        return authentication.begin();
    }

    Reply answer(Request request, Session session) {
        String name = request.name();
        if (name.equals("auth")) {
            return authentication.authenticate(request, session);
        }
        Optional<Command> command = commands.find(name);
        boolean known = adminCommands.containsKey(name) || command.isPresent();
        if (known && !mayAsk(name, session)) {
            return new Reply().error("ERR NOAUTH Authentication required.");
        }
        if (transactions) {
            switch (name) {
                case "multi" -> {
                    session.beginTransaction();
                    return new Reply().ok();
                }
                case "exec" -> {
                    return exec(session);
                }
                case "discard" -> {
                    session.endTransaction();
                    return new Reply().ok();
                }
                default -> {
                    if (session.inTransaction()) {
                        session.queue(request);
                        return new Reply().status("QUEUED");
                    }
                }
            }
        }
        return cache.isPresent()
                ? cache.get().answer(session.database(), request, () -> run(request, command, session))
                : run(request, command, session);
    }

    private static boolean mayAsk(String name, Session session) {
        return switch (session.rights()) {
            case NONE -> false;
            case LIMITED -> !FOR_ADMINS.contains(name);
            case ADMIN -> true;
        };
    }

    private Reply run(Request request, Optional<Command> command, Session session) {
        AdminCommand admin = adminCommands.get(request.name());
        if (admin != null) {
            return admin.run(request, session);
        }
        return command.isPresent()
                ? databases.execute(session.database(), command.get(), request)
                : new Reply().error("Err unknown or unsupported command '" + request.name() + "'");
    }

    /** Commands of a transaction are logged one by one, as if they had come alone. */
    private Reply exec(Session session) {
        if (!session.inTransaction()) {
            return new Reply().error("ERR EXEC without MULTI");
        }
        List<Request> queued = session.endTransaction();
        Reply reply = new Reply().array(queued.size());
        for (Request request : queued) {
            reply.append(run(request, commands.find(request.name()), session));
        }
        return reply;
    }
}
