package io.pikaferry.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.replication.protobuf.message.BinlogOffset;
import io.pikaferry.standin.replication.protobuf.message.InnerRequest;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.message.Node;
import io.pikaferry.standin.replication.protobuf.message.Partition;
import io.pikaferry.standin.replication.protobuf.message.Type;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** A slave of 3.1 or later that acknowledges every message as real ones do. */
final class AckingSlave implements AutoCloseable {

    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket;
    private final Node node;
    private final Deque<InnerResponse> replies = new ArrayDeque<>();
    private final Map<String, List<InnerResponse.BinlogSync>> received = new HashMap<>();

    AckingSlave(StandinMaster master) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), master.address().getPort() + 2000);
        socket.setSoTimeout(TIMEOUT_MILLIS);
        try (ServerSocket free = new ServerSocket(0)) {
            node = Node.newBuilder()
                    .setIp("127.0.0.1")
                    .setPort(free.getLocalPort() - 1000)
                    .build();
        }
    }

    int port() {
        return node.getPort();
    }

    InnerResponse metaSync(String password) throws IOException {
        send(InnerRequest.newBuilder()
                .setType(Type.kMetaSync)
                .setMetaSync(InnerRequest.MetaSync.newBuilder().setNode(node).setAuth(password)));
        return reply();
    }

    /** @param file the file number said to be at */
    InnerResponse dbSync(String database, long file) throws IOException {
        send(InnerRequest.newBuilder()
                .setType(Type.kDBSync)
                .setDbSync(InnerRequest.DBSync.newBuilder()
                        .setNode(node)
                        .setPartition(partition(database))
                        .setBinlogOffset(offset(new Position(file, 0)))));
        return reply();
    }

    InnerResponse trySync(String database, Position from) throws IOException {
        send(InnerRequest.newBuilder()
                .setType(Type.kTrySync)
                .setTrySync(InnerRequest.TrySync.newBuilder()
                        .setNode(node)
                        .setPartition(partition(database))
                        .setBinlogOffset(offset(from))));
        return reply();
    }

    /** Asks for a database's items from there on. */
    void follow(String database, Position from) throws IOException {
        InnerResponse accepted = trySync(database, from);
        assertThat(accepted.getTrySync().getReplyCode()).isEqualTo(InnerResponse.TrySync.ReplyCode.kOk);
        acknowledge(database, accepted.getTrySync().getSessionId(), offset(from), offset(from), true);
    }

    /** The database's items, once there are so many. */
    List<InnerResponse.BinlogSync> receive(String database, int count) throws IOException {
        List<InnerResponse.BinlogSync> items = received.computeIfAbsent(database, name -> new ArrayList<>());
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TIMEOUT_MILLIS);
        while (items.size() < count) {
            assertThat(System.nanoTime())
                    .as("%d of %d items of %s have come", items.size(), count, database)
                    .isLessThan(deadline);
            read();
        }
        return items;
    }

    private InnerResponse reply() throws IOException {
        while (replies.isEmpty()) {
            read();
        }
        return replies.poll();
    }

    private void read() throws IOException {
        InnerResponse message = ProtobufPlayer.next(socket).orElseThrow(() -> new IOException("closed"));
        if (message.getType() != Type.kBinlogSync) {
            replies.add(message);
            return;
        }
        Map<String, List<InnerResponse.BinlogSync>> byDatabase = new HashMap<>();
        message.getBinlogSyncList().forEach(item -> byDatabase
                .computeIfAbsent(item.getPartition().getTableName(), name -> new ArrayList<>())
                .add(item));
        for (Map.Entry<String, List<InnerResponse.BinlogSync>> part : byDatabase.entrySet()) {
            List<InnerResponse.BinlogSync> items = part.getValue();
            InnerResponse.BinlogSync last = items.get(items.size() - 1);
            acknowledge(
                    part.getKey(), last.getSessionId(), items.get(0).getBinlogOffset(), last.getBinlogOffset(), false);
            if (!ProtobufPlayer.isPing(message)) {
                received.computeIfAbsent(part.getKey(), name -> new ArrayList<>())
                        .addAll(items);
            }
        }
    }

    private void acknowledge(String database, int session, BinlogOffset first, BinlogOffset last, boolean firstSend)
            throws IOException {
        send(InnerRequest.newBuilder()
                .setType(Type.kBinlogSync)
                .setBinlogSync(InnerRequest.BinlogSync.newBuilder()
                        .setNode(node)
                        .setTableName(database)
                        .setPartitionId(0)
                        .setAckRangeStart(first)
                        .setAckRangeEnd(last)
                        .setSessionId(session)
                        .setFirstSend(firstSend)));
    }

    private void send(InnerRequest.Builder request) throws IOException {
        byte[] body = request.build().toByteArray();
        socket.getOutputStream()
                .write(ByteBuffer.allocate(4 + body.length)
                        .putInt(body.length)
                        .put(body)
                        .array());
    }

    private static Partition partition(String database) {
        return Partition.newBuilder().setTableName(database).setPartitionId(0).build();
    }

    private static BinlogOffset offset(Position position) {
        return BinlogOffset.newBuilder()
                .setFilenum((int) position.file())
                .setOffset(position.offset())
                .build();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
