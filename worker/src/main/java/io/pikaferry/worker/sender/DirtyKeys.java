package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The dirty keys of one lane. Kept in the target too, beside the marks, so that a successor knows that it must not go on with
 * them: field {@code stream/key}, value {@code code position id message}.
 *
 * <p>Threads: the lane's, or that of a lane that holds it at a gate.
 */
final class DirtyKeys {

    private final Map<StreamId, Map<Bytes, DirtyKey>> byStream = new HashMap<>();
    private int size;

    boolean isEmpty() {
        return size == 0;
    }

    int size() {
        return size;
    }

    Optional<DirtyKey> find(StreamId stream, byte[] key) {
        Map<Bytes, DirtyKey> keys = byStream.get(stream);
        return keys == null ? Optional.empty() : Optional.ofNullable(keys.get(Bytes.owning(key)));
    }

    /** @return whether it was not dirty before */
    boolean add(DirtyKey key) {
        boolean fresh =
                byStream.computeIfAbsent(key.stream(), any -> new HashMap<>()).putIfAbsent(key.key(), key) == null;
        size += fresh ? 1 : 0;
        return fresh;
    }

    void remove(DirtyKey key) {
        Map<Bytes, DirtyKey> keys = byStream.get(key.stream());
        if (keys != null && keys.remove(key.key(), key)) {
            size--;
        }
    }

    /** The keys of a stream. */
    List<DirtyKey> of(StreamId stream) {
        return new ArrayList<>(byStream.getOrDefault(stream, Map.of()).values());
    }

    List<DirtyKey> all() {
        return byStream.values().stream()
                .flatMap(keys -> keys.values().stream())
                .toList();
    }

    static byte[] field(DirtyKey key) {
        byte[] prefix = (key.stream() + "/").getBytes(US_ASCII);
        byte[] name = key.key().array();
        byte[] field = new byte[prefix.length + name.length];
        System.arraycopy(prefix, 0, field, 0, prefix.length);
        System.arraycopy(name, 0, field, prefix.length, name.length);
        return field;
    }

    static byte[] value(DirtyKey key) {
        return Bytes.utf8(key.code().name() + " " + key.since() + " " + key.id() + " " + key.message())
                .array();
    }

    /** Reads what {@link #field} and {@link #value} wrote. */
    static DirtyKey parse(byte[] field, byte[] value, java.util.function.IntUnaryOperator targetDb) {
        int slash = 0;
        while (field[slash] != '/') {
            slash++;
        }
        StreamId stream = StreamId.parse(new String(field, 0, slash, US_ASCII));
        byte[] key = new byte[field.length - slash - 1];
        System.arraycopy(field, slash + 1, key, 0, key.length);
        String[] words = Bytes.owning(value).asUtf8().split(" ", 4);
        return new DirtyKey(
                stream,
                targetDb.applyAsInt(stream.db()),
                Bytes.owning(key),
                ErrorCode.valueOf(words[0]),
                words[3],
                BinlogPosition.parse(words[1]),
                words[2]);
    }
}
