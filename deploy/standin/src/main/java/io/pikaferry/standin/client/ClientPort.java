package io.pikaferry.standin.client;

import io.pikaferry.standin.net.Listener;
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;

/** The port for clients: reads requests and answers them in order. */
public final class ClientPort implements Closeable {

    private final Dispatcher dispatcher;
    private final Listener listener;

    public ClientPort(InetSocketAddress address, Dispatcher dispatcher) throws IOException {
        this.dispatcher = dispatcher;
        listener = new Listener("clients", address, this::serve);
    }

    private void serve(Socket socket) throws IOException {
        Session session = dispatcher.begin();
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
            dispatcher.answer(request.get(), session).writeTo(out);
            if (request.get().name().equals("quit")) {
                out.flush();
                return;
            }
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }
}
