package io.pikaferry.standin.replication.protobuf;

import com.google.protobuf.ByteString;
import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.replication.protobuf.message.BinlogOffset;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.message.Partition;
import io.pikaferry.standin.replication.protobuf.message.StatusCode;
import io.pikaferry.standin.replication.protobuf.message.Type;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Items on their way to slaves: one queue a slave, so that items of several databases share messages.
 * Bounded by the windows. Safe for use by many threads.
 */
final class Outbox {

    private static final int MOST_ITEMS = 100;
    private static final int MOST_MESSAGES = 40;
    private static final long MOST_BYTES = 512L << 20;
    private static final int TERM_AT = 6;
    private static final int INDEX_AT = 10;

    private final ProtocolRules rules;
    private final Map<NodeId, Deque<InnerResponse.BinlogSync>> queues = new LinkedHashMap<>();

    Outbox(ProtocolRules rules) {
        this.rules = rules;
    }

    synchronized void add(SlaveNode slave, Partition partition, List<BinlogCursor.Item> items) {
        Deque<InnerResponse.BinlogSync> queue = queues.computeIfAbsent(slave.id(), id -> new ArrayDeque<>());
        for (BinlogCursor.Item item : items) {
            BinlogOffset.Builder end = BinlogOffset.newBuilder()
                    .setFilenum((int) item.end().file())
                    .setOffset(item.end().offset());
            if (rules.sendsTermAndIndex()) {
                ByteBuffer head = ByteBuffer.wrap(item.bytes()).order(ByteOrder.LITTLE_ENDIAN);
                end.setTerm(head.getInt(TERM_AT)).setIndex(head.getLong(INDEX_AT));
            }
            queue.add(InnerResponse.BinlogSync.newBuilder()
                    .setPartition(partition)
                    .setBinlogOffset(end)
                    .setBinlog(ByteString.copyFrom(item.bytes()))
                    .setSessionId(slave.session())
                    .build());
        }
    }

    synchronized void drop(NodeId node) {
        queues.remove(node);
    }

    /** Whom something is for. */
    synchronized List<NodeId> addressees() {
        return queues.entrySet().stream()
                .filter(queue -> !queue.getValue().isEmpty())
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The next messages for a slave, as many as go out at once. */
    synchronized List<InnerResponse> take(NodeId node) {
        List<InnerResponse> messages = new ArrayList<>();
        Deque<InnerResponse.BinlogSync> queue = queues.getOrDefault(node, new ArrayDeque<>());
        while (!queue.isEmpty() && messages.size() < MOST_MESSAGES) {
            InnerResponse.Builder message = emptyMessage();
            long bytes = 0;
            while (!queue.isEmpty() && message.getBinlogSyncCount() < MOST_ITEMS) {
                bytes += queue.peek().getBinlog().size();
                if (bytes > MOST_BYTES && message.getBinlogSyncCount() > 0) {
                    break;
                }
                message.addBinlogSync(queue.poll());
            }
            messages.add(message.build());
        }
        return messages;
    }

    /** An item of nothing at 0:0: a sign of life. */
    InnerResponse ping(SlaveNode slave, Partition partition) {
        BinlogOffset.Builder nowhere = BinlogOffset.newBuilder().setFilenum(0).setOffset(0);
        if (rules.sendsTermAndIndex()) {
            nowhere.setTerm(0).setIndex(0);
        }
        return emptyMessage()
                .addBinlogSync(InnerResponse.BinlogSync.newBuilder()
                        .setPartition(partition)
                        .setBinlogOffset(nowhere)
                        .setBinlog(ByteString.EMPTY)
                        .setSessionId(slave.session()))
                .build();
    }

    private static InnerResponse.Builder emptyMessage() {
        return InnerResponse.newBuilder().setType(Type.kBinlogSync).setCode(StatusCode.kOk);
    }
}
