package io.pikaferry.worker.snapshot.table;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Numbers of fixed width, little endian. */
final class Fixed {

    private static final VarHandle INT = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Fixed() {}

    static int u16(byte[] bytes, int at) {
        return (bytes[at] & 0xff) | (bytes[at + 1] & 0xff) << 8;
    }

    static int u32(byte[] bytes, int at) {
        return (int) INT.get(bytes, at);
    }

    static long u64(byte[] bytes, int at) {
        return (long) LONG.get(bytes, at);
    }
}
