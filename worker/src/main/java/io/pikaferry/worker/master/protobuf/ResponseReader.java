package io.pikaferry.worker.master.protobuf;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.ExtensionRegistryLite;
import com.google.protobuf.WireFormat;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.InnerResponse;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.StatusCode;
import io.pikaferry.worker.master.protobuf.wire.InnerMessage.Type;
import java.io.IOException;
import java.io.InputStream;

/**
 * Reads a master's responses. A message may hold a hundred items and some hundred megabytes: its items are handed on one
 * by one as they arrive, and never lie in memory together. The rest of a message is small.
 *
 * <p>Threads: one.
 */
final class ResponseReader {

    /** Takes the items in the order of the log, and may make the master wait. */
    interface Items {
        void item(InnerResponse.BinlogSync item) throws InterruptedException;
    }

    private static final int TYPE = InnerResponse.TYPE_FIELD_NUMBER;
    private static final int CODE = InnerResponse.CODE_FIELD_NUMBER;
    private static final int REPLY = InnerResponse.REPLY_FIELD_NUMBER;
    private static final int META_SYNC = InnerResponse.META_SYNC_FIELD_NUMBER;
    private static final int DB_SYNC = InnerResponse.DB_SYNC_FIELD_NUMBER;
    private static final int TRY_SYNC = InnerResponse.TRY_SYNC_FIELD_NUMBER;
    private static final int BINLOG_SYNC = InnerResponse.BINLOG_SYNC_FIELD_NUMBER;
    private static final int REMOVE_SLAVE_NODE = InnerResponse.REMOVE_SLAVE_NODE_FIELD_NUMBER;

    private final Items items;

    ResponseReader(Items items) {
        this.items = items;
    }

    /**
     * Reads one message to its end.
     *
     * @return the message without its items
     */
    InnerResponse read(InputStream frame) throws IOException, InterruptedException {
        CodedInputStream in = CodedInputStream.newInstance(frame);
        in.setSizeLimit(Integer.MAX_VALUE);
        ExtensionRegistryLite none = ExtensionRegistryLite.getEmptyRegistry();
        InnerResponse.Builder rest = InnerResponse.newBuilder();
        while (true) {
            int tag = in.readTag();
            if (tag == 0) {
                return rest.buildPartial();
            }
            boolean message = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED;
            boolean number = WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_VARINT;
            int field = WireFormat.getTagFieldNumber(tag);
            if (field == BINLOG_SYNC && message) {
                InnerResponse.BinlogSync.Builder item = InnerResponse.BinlogSync.newBuilder();
                in.readMessage(item, none);
                items.item(item.buildPartial());
            } else if (field == TYPE && number) {
                Type type = Type.forNumber(in.readEnum());
                if (type != null) {
                    rest.setType(type);
                }
            } else if (field == CODE && number) {
                StatusCode code = StatusCode.forNumber(in.readEnum());
                rest.setCode(code == null ? StatusCode.OTHER : code);
            } else if (field == REPLY && message) {
                rest.setReplyBytes(in.readBytes());
            } else if (field == META_SYNC && message) {
                in.readMessage(rest.getMetaSyncBuilder(), none);
            } else if (field == DB_SYNC && message) {
                in.readMessage(rest.getDbSyncBuilder(), none);
            } else if (field == TRY_SYNC && message) {
                in.readMessage(rest.getTrySyncBuilder(), none);
            } else if (field == REMOVE_SLAVE_NODE && message) {
                in.readMessage(rest.addRemoveSlaveNodeBuilder(), none);
            } else {
                in.skipField(tag);
            }
        }
    }
}
