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
import io.pikaferry.standin.resp.Request;
import io.pikaferry.standin.resp.RequestReader;
import java.io.ByteArrayInputStream;
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
import java.util.concurrent.locks.LockSupport;

/**
 * Plays the slave's side of a recorded session of 3.1 or later and checks the master's. Pings come
 * when they come and are passed over; of the master's own address and ids only the presence counts.
 * Writes that the recorded master had meanwhile are read off the items it sent.
 */
final class ProtobufPlayer implements AutoCloseable {

    private static final int READ_TIMEOUT_MILLIS = 10_000;
    private static final int ITEM_HEAD = 34;

    /** What a test does at a line of its own choice; whether the line is thereby dealt with. */
    @FunctionalInterface
    interface Interference {
        boolean at(Line line) throws Exception;
    }

    private final StandinMaster master;
    private final AtomicLong clock;
    private final int speed;
    private final Map<String, Socket> sockets = new HashMap<>();

    /**
     * Acts as a slave of that master.
     *
     * @param speed how many times faster than recorded the slave acts
     */
    ProtobufPlayer(StandinMaster master, AtomicLong clock, int speed) {
        this.master = master;
        this.clock = clock;
        this.speed = speed;
    }

    void play(List<Line> lines, Interference interference) throws Exception {
        long began = System.nanoTime();
        long firstMillis = lines.get(0).millis();
        for (int i = 0; i < lines.size(); i++) {
            Line line = lines.get(i);
            if (interference.at(line) || line.isNote()) {
                continue;
            }
            if (line.fromSlave()) {
                long due = began + (line.millis() - firstMillis) * 1_000_000 / speed;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(due - System.nanoTime());
                }
                executeWhatComesNext(lines, i);
                act(line);
            } else {
                expect(line);
            }
        }
    }

    void act(Line line) throws IOException {
        InetAddress local = InetAddress.getLoopbackAddress();
        int port = master.address().getPort() + (line.isOn("rsyncpb") ? 10001 : 2000);
        switch (line.event()) {
            case "open" -> {
                Socket socket = new Socket(local, port);
                socket.setSoTimeout(READ_TIMEOUT_MILLIS);
                sockets.put(line.connection(), socket);
            }
            case "close" -> sockets.remove(line.connection()).close();
            case "connection refused" -> assertThatThrownBy(() -> new Socket(local, port).close())
                    .isInstanceOf(ConnectException.class);
            default -> sockets.get(line.connection()).getOutputStream().write(line.bytes());
        }
    }

    private void expect(Line line) throws IOException {
        Socket socket = sockets.get(line.connection());
        if (line.event().equals("eof")) {
            assertThat(nextButPings(socket)).as(line.toString()).isEmpty();
            sockets.remove(line.connection()).close();
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
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] head = in.readNBytes(4);
            if (head.length < 4) {
                return Optional.empty();
            }
            byte[] body = in.readNBytes(ByteBuffer.wrap(head).getInt());
            return Optional.of(InnerResponse.parseFrom(body));
        } catch (SocketException reset) {
            return Optional.empty();
        }
    }

    static InnerResponse parse(byte[] frame) throws InvalidProtocolBufferException {
        return InnerResponse.parseFrom(Arrays.copyOfRange(frame, 4, frame.length));
    }

    static boolean isPing(InnerResponse response) {
        return response.getType() == Type.kBinlogSync
                && response.getBinlogSyncList().stream()
                        .allMatch(element -> element.getBinlog().isEmpty());
    }

    /** Items of the next message on that connection were in the log before the slave's next words. */
    private void executeWhatComesNext(List<Line> lines, int from) throws IOException {
        for (Line line : lines.subList(from + 1, lines.size())) {
            if (line.connection().equals(lines.get(from).connection())) {
                if (!line.fromSlave() && !line.hex().isEmpty()) {
                    execute(parse(line.bytes()));
                }
                return;
            }
        }
    }

    /** Executes the commands of recorded items, at their time, unless they are in the log already. */
    void execute(InnerResponse message) throws IOException {
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
            clock.set(Integer.toUnsignedLong(
                            ByteBuffer.wrap(item).order(ByteOrder.LITTLE_ENDIAN).getInt(2))
                    * 1000);
            Request logged = new RequestReader(new ByteArrayInputStream(item, ITEM_HEAD, item.length - ITEM_HEAD))
                    .next()
                    .orElseThrow();
            master.execute(number, logged);
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
