package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.settings.Pace;
import java.io.Closeable;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Pika's auxiliary thread: looks after the slaves at least ten times a second and sends what waits. */
final class SendLoop implements Closeable {

    private static final long TURN_MILLIS = 100;

    private final List<MasterStream> streams;
    private final Outbox outbox;
    private final Connections connections;
    private final Duration silence;
    private final Duration idle;
    private final Semaphore work = new Semaphore(0);
    private final Thread thread = new Thread(this::run, "sender");
    private volatile boolean closed;

    SendLoop(List<MasterStream> streams, Outbox outbox, Connections connections, ProtocolRules rules, Pace pace) {
        this.streams = List.copyOf(streams);
        this.outbox = outbox;
        this.connections = connections;
        silence = pace.timeout(Duration.ofSeconds(20));
        idle = pace.timeout(rules.pingAfter());
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** There is something to do: an acknowledgement, or a new item. */
    void wake() {
        if (work.availablePermits() == 0) {
            work.release();
        }
    }

    private void run() {
        try {
            while (!closed) {
                if (!turn()) {
                    var unused = work.tryAcquire(TURN_MILLIS, TimeUnit.MILLISECONDS);
                    work.drainPermits();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Whether something was sent. */
    private boolean turn() {
        for (MasterStream stream : streams) {
            stream.keepAlive(silence, idle, connections);
            stream.sendMore();
        }
        boolean sent = false;
        for (NodeId node : outbox.addressees()) {
            for (InnerResponse message : outbox.take(node)) {
                connections.sendItems(node, message);
                sent = true;
            }
        }
        return sent;
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }
}
