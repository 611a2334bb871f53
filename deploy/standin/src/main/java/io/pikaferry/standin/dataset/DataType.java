package io.pikaferry.standin.dataset;

import java.util.Locale;
import java.util.Optional;

/** Pika's types, in the order in which TYPE looks through the namespaces; streams are there from 3.5.3 on. */
public enum DataType {
    STRING(StringValue.class),
    HASH(HashValue.class),
    LIST(ListValue.class),
    ZSET(ZsetValue.class),
    SET(SetValue.class),
    STREAM(StreamValue.class);

    private final Class<? extends Value> kind;

    DataType(Class<? extends Value> kind) {
        this.kind = kind;
    }

    Class<? extends Value> kind() {
        return kind;
    }

    /** The word commands and replies use. */
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<DataType> ofWord(String word) {
        for (DataType type : values()) {
            if (type.word().equalsIgnoreCase(word)) {
                return Optional.of(type);
            }
        }
        return Optional.empty();
    }
}
