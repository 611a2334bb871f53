package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.settings.Ticker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Predicate;

/**
 * The slaves of a master of 2.3 or 3.0, its session ids and who is to be forgotten when. Safe for use
 * by many threads.
 */
public final class SlaveRegistry {

    private static final int FILES_BEHIND = 10;

    private final Ticker ticker;
    private final List<Slave> slaves = new ArrayList<>();
    private long lastSid;

    public SlaveRegistry(Ticker ticker) {
        this.ticker = ticker;
    }

    /** A new session id, or nothing if that address is registered already. */
    synchronized OptionalLong register(String ip, int port) {
        if (slaves.stream().anyMatch(slave -> slave.ip().equals(ip) && slave.port() == port)) {
            return OptionalLong.empty();
        }
        slaves.add(new Slave(ip, port, ++lastSid, ticker.nanos()));
        return OptionalLong.of(lastSid);
    }

    synchronized void start(long sid, BinlogSender sender) {
        bySid(sid).ifPresent(slave -> {
            slave.sendBy(sender);
            sender.start();
        });
    }

    synchronized void linkHeartbeat(long sid, Object connection) {
        bySid(sid).ifPresent(slave -> slave.linkHeartbeat(connection));
    }

    private Optional<Slave> bySid(long sid) {
        return slaves.stream().filter(slave -> slave.sid() == sid).findFirst();
    }

    /** Whether a heartbeat from that address may come in: it must be part of some slave's address. */
    synchronized boolean admits(String ip) {
        return slaves.stream().anyMatch(slave -> slave.address().contains(ip));
    }

    void remove(long sid) {
        takeOut(find(slave -> slave.sid() == sid));
    }

    void removeByHeartbeat(Object connection) {
        takeOut(find(slave -> slave.heartbeat().filter(own -> own == connection).isPresent()));
    }

    /**
     * Removes slaves that never came with a heartbeat. As in Pika it is the first without one that
     * goes, not the one that is late.
     */
    void removeLate(Duration grace) {
        long latest = ticker.nanos() - grace.toNanos();
        boolean late = find(slave -> slave.heartbeat().isEmpty() && slave.registeredAtNanos() - latest < 0)
                .isPresent();
        if (late) {
            takeOut(find(slave -> slave.heartbeat().isEmpty()));
        }
    }

    private synchronized Optional<Slave> find(Predicate<Slave> condition) {
        return slaves.stream().filter(condition).findFirst();
    }

    private void takeOut(Optional<Slave> gone) {
        Optional<BinlogSender> sender = Optional.empty();
        synchronized (this) {
            if (gone.isPresent() && slaves.remove(gone.get())) {
                sender = gone.get().sender();
            }
        }
        sender.ifPresent(BinlogSender::close);
    }

    /** Whether every slave's sender is ten files further at least. */
    public synchronized boolean allBeyond(long file) {
        return slaves.stream().allMatch(slave -> slave.sender()
                .filter(sender -> sender.position().file() >= file + FILES_BEHIND)
                .isPresent());
    }

    public synchronized int size() {
        return slaves.size();
    }

    /** The lines of INFO replication for the slaves that have a sender. */
    public synchronized List<String> describe(Position end, long fileSize) {
        List<String> lines = new ArrayList<>();
        for (Slave slave : slaves) {
            slave.sender().ifPresent(sender -> {
                Position sent = sender.position();
                lines.add("slave%d:ip=%s,port=%d,state=%s,sid=%d,lag=%d"
                        .formatted(
                                lines.size(),
                                slave.ip(),
                                slave.port(),
                                slave.heartbeat().isPresent() ? "online" : "offline",
                                slave.sid(),
                                (end.file() - sent.file()) * fileSize + end.offset() - sent.offset()));
            });
        }
        return lines;
    }

    synchronized void clear() {
        slaves.forEach(slave -> slave.sender().ifPresent(BinlogSender::close));
        slaves.clear();
    }
}
