package io.pikaferry.standin.net;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A listening port with a thread for each connection. Closing it closes the connections too. */
public final class Listener implements Closeable {

    /** Serves one connection until it returns or throws; the socket is closed afterwards. */
    @FunctionalInterface
    public interface Service {
        void serve(Socket socket) throws IOException, InterruptedException;
    }

    private static final long ACCEPTOR_END_MILLIS = 5_000;
    private static final Logger log = LoggerFactory.getLogger(Listener.class);

    private final String name;
    private final ServerSocket server;
    private final Service service;
    private final Thread acceptor;
    private final Set<Socket> connections = ConcurrentHashMap.newKeySet();

    /** Listens at once. */
    public Listener(String name, InetSocketAddress address, Service service) throws IOException {
        this.name = name;
        this.service = service;
        server = new ServerSocket();
        server.setReuseAddress(true);
        try {
            server.bind(address, 512);
        } catch (IOException e) {
            server.close();
            throw new IOException("cannot listen on " + address + " (" + name + "): " + e.getMessage(), e);
        }
        acceptor = new Thread(this::accept, name);
        acceptor.setDaemon(true);
        acceptor.start();
    }

    public int connectionCount() {
        return connections.size();
    }

    /** Cuts every connection, but keeps listening. */
    public void cutConnections() {
        connections.forEach(Listener::closeQuietly);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                socket.setTcpNoDelay(true);
                connections.add(socket);
                Thread thread = new Thread(() -> serve(socket), name + " " + socket.getPort());
                thread.setDaemon(true);
                thread.start();
            } catch (IOException e) {
                if (!server.isClosed()) {
                    log.warn("{}: cannot accept", name, e);
                }
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            if (!server.isClosed()) {
                service.serve(socket);
            }
        } catch (IOException e) {
            log.debug("{}: connection of {} ended", name, socket.getRemoteSocketAddress(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connections.remove(socket);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            log.debug("cannot close a socket", e);
        }
    }

    /** Returns when the port is free again. */
    @Override
    public void close() throws IOException {
        server.close();
        cutConnections();
        try {
            acceptor.join(ACCEPTOR_END_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
