package io.pikaferry.standin.client;

import io.pikaferry.standin.client.Session.Rights;
import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.command.CommandTable;
import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import io.pikaferry.standin.settings.Settings;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The port for clients: reads requests, finds who answers them, answers in order. */
public final class ClientPort implements Closeable {

    private static final Set<String> FOR_ADMINS = Set.of("trysync");

    private final CommandTable commands;
    private final Databases databases;
    private final Map<String, AdminCommand> adminCommands;
    private final Authentication authentication;
    private final Listener listener;

    public ClientPort(
            InetSocketAddress address,
            CommandTable commands,
            Databases databases,
            Map<String, AdminCommand> adminCommands,
            Settings settings)
            throws IOException {
        this.commands = commands;
        this.databases = databases;
        this.adminCommands = Map.copyOf(adminCommands);
        this.authentication = new Authentication(settings);
        listener = new Listener("clients", address, this::serve);
    }

    public int connectionCount() {
        return listener.connectionCount();
    }

    private void serve(Socket socket) throws IOException {
        Session session = authentication.begin();
        RequestReader requests = new RequestReader(socket.getInputStream());
        BufferedOutputStream out = new BufferedOutputStream(socket.getOutputStream(), 32 << 10);
        while (true) {
            if (!requests.hasBuffered()) {
                out.flush();
            }
            Optional<Request> request = requests.next();
            if (request.isEmpty()) {
                return;
            }
            answer(request.get(), session).writeTo(out);
            if (request.get().name().equals("quit")) {
                out.flush();
                return;
            }
        }
    }

    private Reply answer(Request request, Session session) {
        String name = request.name();
        if (name.equals("auth")) {
            return authentication.authenticate(request, session);
        }
        boolean known = adminCommands.containsKey(name) || commands.find(name).isPresent();
        if (known
                && (session.rights() == Rights.NONE
                        || (session.rights() == Rights.LIMITED && FOR_ADMINS.contains(name)))) {
            return new Reply().error("ERR NOAUTH Authentication required.");
        }
        AdminCommand admin = adminCommands.get(name);
        if (admin != null) {
            return admin.run(request, session);
        }
        Optional<Command> command = commands.find(name);
        return command.isPresent()
                ? databases.execute(session.database(), command.get(), request)
                : new Reply().error("Err unknown or unsupported command '" + name + "'");
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
