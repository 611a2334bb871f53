package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.InvalidProtocolBufferException;
import io.pikaferry.standin.Transcript.Line;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.replication.protobuf.message.BinlogOffset;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.message.Type;
import io.pikaferry.standin.replication.protobuf.rsync.RsyncResponse;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Plays the slave's side of a recorded session of 3.1 or later and checks the master's. Pings come
 * when they come and are passed over; of the master's own address and ids only the presence counts.
 * Writes that the recorded master had meanwhile are read off the items it sent.
 */
final class ProtobufPlayer implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 10_000;
    private static final int EXEC_TIME_AT = 2;
    private static final int ITEM_HEAD = 34;

    /** What a test does at a line of its own choice; whether the line is thereby dealt with. */
    @FunctionalInterface
    interface Interference {
        boolean at(Line line) throws Exception;
    }

    private final StandinMaster master;
    private final AtomicLong clock;
    private final RecordedTime time;
    private final Map<String, Socket> sockets = new HashMap<>();

    /**
     * Acts as a slave of that master.
     *
     * @param time the master's
     */
    ProtobufPlayer(StandinMaster master, AtomicLong clock, RecordedTime time) {
        this.master = master;
        this.clock = clock;
        this.time = time;
    }

    void play(List<Line> lines, Interference interference) throws Exception {
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            time.comeTo(line);
            if (interference.at(line) || line.isNote()) {
                continue;
            }
            if (line.fromSlave()) {
                logWhatComesNext(lines, i);
                act(line);
            } else {
                expect(line);
            }
        }
    }

    void act(Line line) throws IOException {
        InetAddress local = InetAddress.getLoopbackAddress();
        int port = master.address().getPort() + (line.isOn("rsync") ? 10001 : 2000);
        switch (line.event()) {
            case "open" -> {
                Socket socket = new Socket(local, port);
                socket.setSoTimeout(READ_TIMEOUT_MILLIS);
                sockets.put(line.connection(), socket);
            }
            case "close" -> RecordedTime.hangUp(sockets.remove(line.connection()));
            case "connection refused" -> assertThatThrownBy(() -> new Socket(local, port).close())
                    .isInstanceOf(ConnectException.class);
            default -> sockets.get(line.connection()).getOutputStream().write(line.bytes());
        }
    }

    /** Waits for it, unless it is a ping. */
    private void expect(Line line) throws IOException {
        Socket socket = sockets.get(line.connection());
        if (line.event().equals("eof")) {
            assertThat(nextButPings(socket)).as(line.toString()).isEmpty();
            sockets.remove(line.connection()).close();
            return;
        }
        if (line.isOn("rsync")) {
            assertThat(RsyncResponse.parseFrom(frame(socket).orElseThrow()))
                    .as(line.toString())
                    .isEqualTo(RsyncResponse.parseFrom(body(line.bytes())));
            return;
        }
        InnerResponse expected = parse(line.bytes());
        if (isPing(expected)) {
            return;
        }
        assertThat(nextButPings(socket).map(ProtobufPlayer::anonymous))
                .as(line.toString())
                .contains(anonymous(expected));
    }

    /** The master's address and the ids it drew by lot are its own. */
    private static InnerResponse anonymous(InnerResponse response) {
        InnerResponse.Builder changed = response.toBuilder();
        changed.getRemoveSlaveNodeBuilderList()
                .forEach(node -> node.getNodeBuilder().setPort(0));
        if (response.getMetaSync().hasRunId()) {
            changed.getMetaSyncBuilder()
                    .setRunId("x".repeat(response.getMetaSync().getRunId().length()));
        }
        if (response.getMetaSync().hasReplicationId()) {
            changed.getMetaSyncBuilder()
                    .setReplicationId(
                            "x".repeat(response.getMetaSync().getReplicationId().length()));
        }
        return changed.build();
    }

    private static Optional<InnerResponse> nextButPings(Socket socket) throws IOException {
        while (true) {
            Optional<InnerResponse> next = next(socket);
            if (next.isEmpty() || !isPing(next.get())) {
                return next;
            }
        }
    }

    static Optional<InnerResponse> next(Socket socket) throws IOException {
        Optional<byte[]> frame = frame(socket);
        return frame.isEmpty() ? Optional.empty() : Optional.of(InnerResponse.parseFrom(frame.get()));
    }

    /** What follows the next length, or nothing at the end. */
    static Optional<byte[]> frame(Socket socket) throws IOException {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] head = in.readNBytes(4);
            return head.length < 4
                    ? Optional.empty()
                    : Optional.of(in.readNBytes(ByteBuffer.wrap(head).getInt()));
        } catch (SocketException reset) {
            return Optional.empty();
        }
    }

    static InnerResponse parse(byte[] frame) throws InvalidProtocolBufferException {
        return InnerResponse.parseFrom(body(frame));
    }

    static byte[] body(byte[] frame) {
        return Arrays.copyOfRange(frame, 4, frame.length);
    }

    static boolean isPing(InnerResponse response) {
        return response.getType() == Type.kBinlogSync
                && response.getBinlogSyncList().stream()
                        .allMatch(element -> element.getBinlog().isEmpty());
    }

    /** Items of the next message on that connection were in the log before the slave's next words. */
    private void logWhatComesNext(List<Line> lines, int from) throws IOException {
        for (Line line : lines.subList(from + 1, lines.size())) {
            if (line.connection().equals(lines.get(from).connection())) {
                if (!line.fromSlave() && !line.hex().isEmpty() && line.isOn("repl")) {
                    log(parse(line.bytes()));
                }
                return;
            }
        }
    }

    /** Logs recorded items, at their time, unless they are in the log already. They are sent together. */
    void log(InnerResponse message) throws IOException {
        master.faults().pause().lock();
        try {
            logEach(message);
        } finally {
            master.faults().pause().unlock();
        }
    }

    private void logEach(InnerResponse message) throws IOException {
        for (InnerResponse.BinlogSync element : message.getBinlogSyncList()) {
            byte[] item = element.getBinlog().toByteArray();
            int number = element.getPartition().getTableName().charAt(2) - '0';
            Database database = master.database(number);
            if (item.length == 0
                    || position(element.getBinlogOffset())
                                    .compareTo(database.binlog().end())
                            <= 0) {
                continue;
            }
            long executed = Integer.toUnsignedLong(
                    ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN).getInt(EXEC_TIME_AT));
            clock.set(executed * 1000);
            if (executed == 0) {
                database.binlog().appendRecord(item);
            } else {
                database.binlog().append(Arrays.copyOfRange(item, ITEM_HEAD, item.length), executed);
            }
            assertThat(database.binlog().end()).as("end of the log").isEqualTo(position(element.getBinlogOffset()));
        }
    }

    static Position position(BinlogOffset offset) {
        return new Position(Integer.toUnsignedLong(offset.getFilenum()), offset.getOffset());
    }

    Socket socket(String connection) {
        return sockets.get(connection);
    }

    @Override
    public void close() throws IOException {
        for (Socket socket : sockets.values()) {
            socket.close();
        }
    }
}
