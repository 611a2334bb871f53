package io.pikaferry.worker.snapshot;

import static java.nio.charset.StandardCharsets.US_ASCII;

/**
 * The column families we read (dump-formats.md §2.1). Those that index scores are left out: all they hold is in the
 * others too, and one Pika release wrote them in another order under the same name.
 */
enum Family {
    DEFAULT("default", Order.BYTES),
    BLACKWIDOW_DATA("data_cf", Order.BYTES),
    BLACKWIDOW_MEMBERS("member_cf", Order.BYTES),
    BLACKWIDOW_NODES("data_cf", Order.BLACKWIDOW_LISTS),
    FLOYD_HASH("hash_data_cf", Order.BYTES),
    FLOYD_SET("set_data_cf", Order.BYTES),
    FLOYD_ZSET("zset_data_cf", Order.BYTES),
    FLOYD_STREAM("stream_data_cf", Order.BYTES),
    FLOYD_LIST("list_data_cf", Order.FLOYD_LISTS);

    enum Order {
        BYTES,
        BLACKWIDOW_LISTS,
        FLOYD_LISTS
    }

    private final String columnFamily;
    private final Order order;

    Family(String columnFamily, Order order) {
        this.columnFamily = columnFamily;
        this.order = order;
    }

    String columnFamily() {
        return columnFamily;
    }

    byte[] columnFamilyBytes() {
        return columnFamily.getBytes(US_ASCII);
    }

    Order order() {
        return order;
    }
}
