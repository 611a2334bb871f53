package io.pikaferry.standin.replication.trysync;

import io.pikaferry.standin.resp.Request;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** What the master writes into the binlog connection. */
public enum Wire {
    /** 2.3: RESP arrays, one after another. */
    PLAIN {
        @Override
        byte[] auth(long sid) {
            return Request.of("auth", Long.toString(sid)).encoded();
        }

        @Override
        byte[] item(byte[] item) {
            return item;
        }
    },
    /** 3.0: a head of 6 bytes (u16 kind, u32 length, little endian) before each. */
    FRAMED {
        @Override
        byte[] auth(long sid) {
            return frame(1, Request.of("auth", Long.toString(sid)).encoded());
        }

        @Override
        byte[] item(byte[] item) {
            return frame(2, item);
        }
    };

    abstract byte[] auth(long sid);

    abstract byte[] item(byte[] item);

    private static byte[] frame(int kind, byte[] body) {
        return ByteBuffer.allocate(6 + body.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putShort((short) kind)
                .putInt(body.length)
                .put(body)
                .array();
    }
}
