package io.pikaferry.standin.replication.protobuf;

import io.pikaferry.standin.binlog.BinlogCursor;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.replication.protobuf.message.BinlogOffset;
import io.pikaferry.standin.replication.protobuf.message.InnerRequest;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse;
import io.pikaferry.standin.replication.protobuf.message.InnerResponse.TrySync.ReplyCode;
import io.pikaferry.standin.replication.protobuf.message.Node;
import io.pikaferry.standin.replication.protobuf.message.Partition;
import io.pikaferry.standin.replication.protobuf.message.StatusCode;
import io.pikaferry.standin.replication.protobuf.message.Type;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Answers a slave's requests with the same checks in the same order as Pika (spec/replication.md §3.2, §5.3). */
final class RequestAnswers {

    private static final Position NOWHERE = new Position(0, 0);

    private final MasterIdentity identity;
    private final ProtocolRules rules;
    private final List<MasterStream> streams;
    private final int slots;
    private final Connections connections;
    private final FullSyncs fullSyncs;
    private final Faults faults;
    private final Runnable wakeSender;
    private final Runnable crash;

    /**
     * Answers for these streams.
     *
     * @param slots of each database, in order; 1 in classic mode
     * @param crash what happens to the process when a request kills a real master
     */
    RequestAnswers(
            MasterIdentity identity,
            ProtocolRules rules,
            List<MasterStream> streams,
            int slots,
            Connections connections,
            FullSyncs fullSyncs,
            Faults faults,
            Runnable wakeSender,
            Runnable crash) {
        this.identity = identity;
        this.rules = rules;
        this.streams = streams;
        this.slots = slots;
        this.connections = connections;
        this.fullSyncs = fullSyncs;
        this.faults = faults;
        this.wakeSender = wakeSender;
        this.crash = crash;
    }

    /** Answers and returns whether the connection may stay open. */
    boolean answer(InnerRequest request, FrameConnection connection) throws IOException {
        switch (request.getType()) {
            case kMetaSync -> connection.send(metaSync(request.getMetaSync(), connection));
            case kTrySync -> connection.send(trySync(request.getTrySync(), connection));
            case kDBSync -> {
                return dbSync(request.getDbSync(), connection);
            }
            case kBinlogSync -> {
                return binlogSync(request.getBinlogSync());
            }
            case kRemoveSlaveNode -> {
                return request.getRemoveSlaveNodeCount() > 0
                        && removeSlaveNode(request.getRemoveSlaveNode(0), connection);
            }
            case kHeatBeat -> {}
        }
        return true;
    }

    private InnerResponse metaSync(InnerRequest.MetaSync request, FrameConnection connection) {
        InnerResponse.Builder response = InnerResponse.newBuilder().setType(Type.kMetaSync);
        if (!identity.password().isEmpty() && !identity.password().equals(request.getAuth())) {
            return response.setCode(StatusCode.kError)
                    .setReply("Auth with master error, Invalid masterauth")
                    .build();
        }
        NodeId node = NodeId.of(request.getNode());
        boolean isNew = connections.introduce(node, connection);
        connections.use(node, connection);
        if (!isNew) {
            return response.setCode(rules.alreadyExistCode())
                    .setReply("Slave AlreadyExist")
                    .build();
        }
        return response.setCode(StatusCode.kOk)
                .setMetaSync(identity.describe(rules, streams.size() / slots, slots))
                .build();
    }

    private InnerResponse trySync(InnerRequest.TrySync request, FrameConnection connection) throws IOException {
        InnerResponse.Builder response = InnerResponse.newBuilder().setType(Type.kTrySync);
        InnerResponse.TrySync.Builder reply = InnerResponse.TrySync.newBuilder()
                .setReplyCode(ReplyCode.kError)
                .setPartition(request.getPartition());
        Optional<MasterStream> stream = stream(request.getPartition());
        if (stream.isEmpty()) {
            response.setCode(StatusCode.kError).setReply(rules.unknownDatabaseReply());
            return rules.refusalNamesDatabase() ? response.setTrySync(reply).build() : response.build();
        }
        response.setCode(StatusCode.kOk);
        if (faults.syncRefusal().isPresent()) {
            return response.setTrySync(reply).build();
        }
        reply.getPartitionBuilder()
                .setPartitionId(rules.ignoresSlot() ? 0 : request.getPartition().getPartitionId());
        Position end = stream.get().binlog().end();
        reply.setBinlogOffset(
                BinlogOffset.newBuilder().setFilenum((int) end.file()).setOffset(end.offset()));
        reply.setReplyCode(check(stream.get(), position(request.getBinlogOffset()), end));
        if (reply.getReplyCode() == ReplyCode.kOk) {
            reply.setSessionId(admit(stream.get(), NodeId.of(request.getNode()), connection));
        }
        return response.setTrySync(reply).build();
    }

    private ReplyCode check(MasterStream stream, Position wanted, Position end) throws IOException {
        if (wanted.compareTo(end) > 0) {
            return ReplyCode.kSyncPointLarger;
        }
        if (!stream.binlog().hasFile(wanted.file())) {
            return ReplyCode.kSyncPointBePurged;
        }
        if (rules.checksItemBoundary()) {
            Optional<BinlogCursor> cursor = BinlogCursor.exactlyAt(stream.binlog(), wanted);
            if (cursor.isEmpty()) {
                return ReplyCode.kError;
            }
            cursor.get().close();
        }
        return ReplyCode.kOk;
    }

    private int admit(MasterStream stream, NodeId node, FrameConnection connection) {
        if (stream.admit(node) && rules.trySyncTakesOverConnection()) {
            connections.use(node, connection);
        }
        return stream.session(node);
    }

    private boolean dbSync(InnerRequest.DBSync request, FrameConnection connection) {
        Optional<MasterStream> stream = stream(request.getPartition());
        if (stream.isEmpty()) {
            crash.run();
            return false;
        }
        NodeId node = NodeId.of(request.getNode());
        int session = admit(stream.get(), node, connection);
        if (rules.dumpsProtectBinlogs()) {
            stream.get().beginDump(node);
        }
        fullSyncs.begin(
                node,
                streams.indexOf(stream.get()),
                position(request.getBinlogOffset()).file());
        connection.send(InnerResponse.newBuilder()
                .setType(Type.kDBSync)
                .setCode(StatusCode.kOk)
                .setDbSync(InnerResponse.DBSync.newBuilder()
                        .setPartition(request.getPartition())
                        .setSessionId(session))
                .build());
        return true;
    }

    private boolean binlogSync(InnerRequest.BinlogSync request) throws IOException {
        Optional<MasterStream> stream = stream(request.getTableName(), request.getPartitionId());
        if (stream.isEmpty()) {
            return true;
        }
        NodeId node = NodeId.of(request.getNode());
        if (!stream.get().hasSession(node, request.getSessionId())) {
            return !rules.closesOnWrongSession();
        }
        stream.get().heardFrom(node);
        Position first = position(request.getAckRangeStart());
        Position last = position(request.getAckRangeEnd());
        if (request.getFirstSend()) {
            boolean begins = first.equals(last) && stream.get().beginItems(node, first);
            wakeSender.run();
            return begins;
        }
        if (first.equals(NOWHERE) && last.equals(NOWHERE)) {
            return true;
        }
        try {
            stream.get().acknowledge(node, first, last);
            wakeSender.run();
            return true;
        } catch (UnknownPositionException e) {
            return false;
        }
    }

    private boolean removeSlaveNode(InnerRequest.RemoveSlaveNode request, FrameConnection connection) {
        Optional<MasterStream> stream = stream(request.getPartition());
        if (stream.isEmpty()) {
            crash.run();
            return false;
        }
        stream.get().remove(NodeId.of(request.getNode()));
        connection.send(InnerResponse.newBuilder()
                .setType(Type.kRemoveSlaveNode)
                .setCode(StatusCode.kOk)
                .addRemoveSlaveNode(InnerResponse.RemoveSlaveNode.newBuilder()
                        .setNode(Node.newBuilder().setIp(identity.ip()).setPort(identity.port()))
                        .setPartition(request.getPartition()))
                .build());
        return true;
    }

    private Optional<MasterStream> stream(Partition partition) {
        return stream(partition.getTableName(), partition.getPartitionId());
    }

    private Optional<MasterStream> stream(String database, int partition) {
        int slot = rules.ignoresSlot() ? 0 : partition;
        if (!database.matches("db\\d") || slot < 0 || slot >= slots) {
            return Optional.empty();
        }
        int number = (database.charAt(2) - '0') * slots + slot;
        return number < streams.size() ? Optional.of(streams.get(number)) : Optional.empty();
    }

    private static Position position(BinlogOffset offset) {
        return new Position(Integer.toUnsignedLong(offset.getFilenum()), offset.getOffset());
    }
}
