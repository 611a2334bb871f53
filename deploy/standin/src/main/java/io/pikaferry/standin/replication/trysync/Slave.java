package io.pikaferry.standin.replication.trysync;

import java.util.Optional;

/** A slave as its master knows it, named by the address it advertises. Guarded by the registry. */
final class Slave {

    private final String ip;
    private final int port;
    private final long sid;
    private final long registeredAtNanos;
    private Optional<Object> heartbeat = Optional.empty();
    private Optional<BinlogSender> sender = Optional.empty();

    Slave(String ip, int port, long sid, long registeredAtNanos) {
        this.ip = ip;
        this.port = port;
        this.sid = sid;
        this.registeredAtNanos = registeredAtNanos;
    }

    String ip() {
        return ip;
    }

    int port() {
        return port;
    }

    long sid() {
        return sid;
    }

    String address() {
        return ip + ":" + port;
    }

    long registeredAtNanos() {
        return registeredAtNanos;
    }

    Optional<Object> heartbeat() {
        return heartbeat;
    }

    void linkHeartbeat(Object connection) {
        heartbeat = Optional.of(connection);
    }

    Optional<BinlogSender> sender() {
        return sender;
    }

    void sendBy(BinlogSender started) {
        sender = Optional.of(started);
    }
}
