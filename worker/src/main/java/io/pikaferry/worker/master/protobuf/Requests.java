package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.ByteString;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.BinlogOffset;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerRequest;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Node;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Slot;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.util.Optional;

/** What we say to a master on port + 2000, every required field of every release filled in (replication.md §9.1). */
final class Requests {

    private final Node node;

    /** @param host who we say we are: the master knows a slave by that address, whatever it connects from */
    Requests(String host, int port) {
        this.node = Node.newBuilder().setIp(host).setPort(port).build();
    }

    InnerRequest metaSync(Optional<Bytes> password) {
        InnerRequest.MetaSync.Builder metaSync =
                InnerRequest.MetaSync.newBuilder().setNode(node);
        password.ifPresent(given -> metaSync.setAuth(ByteString.copyFrom(given.array())));
        return InnerRequest.newBuilder()
                .setType(Type.META_SYNC)
                .setMetaSync(metaSync)
                .build();
    }

    InnerRequest trySync(Slot slot, BinlogPosition from) {
        return InnerRequest.newBuilder()
                .setType(Type.TRY_SYNC)
                .setTrySync(InnerRequest.TrySync.newBuilder()
                        .setNode(node)
                        .setSlot(slot)
                        .setBinlogOffset(offset(from)))
                .build();
    }

    InnerRequest dbSync(Slot slot, BinlogPosition from) {
        return InnerRequest.newBuilder()
                .setType(Type.DB_SYNC)
                .setDbSync(InnerRequest.DBSync.newBuilder()
                        .setNode(node)
                        .setSlot(slot)
                        .setBinlogOffset(offset(from)))
                .build();
    }

    InnerRequest firstSend(Slot slot, int session, BinlogPosition from) {
        return binlogSync(slot, session, from, from, true);
    }

    InnerRequest ack(Slot slot, int session, AckWindow.Range range) {
        return binlogSync(slot, session, range.first(), range.last(), false);
    }

    /** Says only that we live. */
    InnerRequest zeroAck(Slot slot, int session) {
        return binlogSync(slot, session, BinlogPosition.START, BinlogPosition.START, false);
    }

    InnerRequest removeSlaveNode(Slot slot) {
        return InnerRequest.newBuilder()
                .setType(Type.REMOVE_SLAVE_NODE)
                .addRemoveSlaveNode(
                        InnerRequest.RemoveSlaveNode.newBuilder().setNode(node).setSlot(slot))
                .build();
    }

    private InnerRequest binlogSync(
            Slot slot, int session, BinlogPosition start, BinlogPosition end, boolean firstSend) {
        return InnerRequest.newBuilder()
                .setType(Type.BINLOG_SYNC)
                .setBinlogSync(InnerRequest.BinlogSync.newBuilder()
                        .setNode(node)
                        .setDbName(slot.getDbName())
                        .setSlotId(slot.getSlotId())
                        .setAckRangeStart(offset(start))
                        .setAckRangeEnd(offset(end))
                        .setSessionId(session)
                        .setFirstSend(firstSend))
                .build();
    }

    private static BinlogOffset offset(BinlogPosition position) {
        return BinlogOffset.newBuilder()
                .setFilenum((int) position.filenum())
                .setOffset(position.offset())
                .build();
    }
}
