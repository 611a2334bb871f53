package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Answers {@code trysync ip port file offset}: a session id, {@code wait} or a refusal, after the same
 * checks in the same order as Pika (spec/replication.md §3.1.2).
 */
public final class Trysync {

    /** Pushes a dump to a slave, after making one if need be. */
    @FunctionalInterface
    public interface FullSync {
        void begin(String slaveIp, int rsyncPort);
    }

    private static final long NO_FILE = 0xffffffffL;
    private static final int BINLOG_PORT_SHIFT = 1000;
    private static final int RSYNC_PORT_SHIFT = 3000;

    private final Binlog binlog;
    private final SlaveRegistry slaves;
    private final FullSync fullSync;
    private final Wire wire;
    private final Timings timings;
    private final Faults faults;

    public Trysync(Binlog binlog, SlaveRegistry slaves, FullSync fullSync, Wire wire, Timings timings, Faults faults) {
        this.binlog = binlog;
        this.slaves = slaves;
        this.fullSync = fullSync;
        this.wire = wire;
        this.timings = timings;
        this.faults = faults;
    }

    public Reply answer(Request request) {
        if (request.size() != 5) {
            return new Reply().error("ERR wrong number of arguments for 'trysync' command");
        }
        OptionalLong port = number(request.text(2));
        OptionalLong file = number(request.text(3));
        OptionalLong offset = number(request.text(4));
        if (port.isEmpty() || port.getAsLong() == 0 || file.isEmpty() || offset.isEmpty()) {
            return new Reply().error("ERR value is not an integer or out of range");
        }
        if (faults.syncRefusal().isPresent()) {
            return new Reply().error(faults.syncRefusal().get());
        }
        String ip = request.text(1);
        OptionalLong sid = slaves.register(ip, (int) port.getAsLong());
        if (sid.isEmpty()) {
            return new Reply().error("ERR AlreadyExist");
        }
        Reply reply = begin(ip, (int) port.getAsLong(), sid.getAsLong(), file.getAsLong(), offset.getAsLong());
        if (!reply.isInteger()) {
            slaves.remove(sid.getAsLong());
        }
        return reply;
    }

    private Reply begin(String ip, int port, long sid, long file, long offset) {
        Position end = binlog.end();
        boolean force = file >= NO_FILE;
        boolean beyond = !force && new Position(file, offset).compareTo(end) > 0;
        if (offset > binlog.fileSize() || beyond) {
            return new Reply().error("ERR InvalidOffset");
        }
        if (force || !binlog.hasFile(file)) {
            fullSync.begin(ip, port + RSYNC_PORT_SHIFT);
            return new Reply().bulk("wait");
        }
        try {
            Optional<BinlogCursor> cursor = BinlogCursor.atOrAfter(binlog, new Position(file, offset));
            if (cursor.isEmpty()) {
                return new Reply().error("ERR InvalidOffset");
            }
            InetSocketAddress address = new InetSocketAddress(InetAddress.getByName(ip), port + BINLOG_PORT_SHIFT);
            slaves.start(sid, new BinlogSender(address, sid, binlog, cursor.get(), wire, timings, faults));
            return new Reply().integer(sid);
        } catch (IOException e) {
            return new Reply().error("ERR InvalidOffset");
        }
    }

    private static OptionalLong number(String text) {
        return text.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(text)) : OptionalLong.empty();
    }
}
