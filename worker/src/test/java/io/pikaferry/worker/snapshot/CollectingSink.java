package io.pikaferry.worker.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamEntry;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamTail;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Puts the pieces of each key together again, and insists on what {@link SnapshotSink} is promised. */
final class CollectingSink implements SnapshotSink {

    record Name(int db, Bytes key) {}

    record Refusal(ErrorCode code, int db, Bytes key, PikaType type) {}

    /** A key as it arrived so far. */
    static final class Key {
        final PikaType type;
        final long expireAtMillis;
        final Thread thread = Thread.currentThread();
        final List<Bytes> elements = new ArrayList<>();
        final List<StreamEntry> entries = new ArrayList<>();
        Optional<StreamTail> tail = Optional.empty();
        int pieces;
        boolean complete;

        Key(PikaType type, long expireAtMillis) {
            this.type = type;
            this.expireAtMillis = expireAtMillis;
        }

        List<String> hexElements() {
            return elements.stream().map(Hex::of).toList();
        }
    }

    final Map<Name, Key> keys = new ConcurrentHashMap<>();
    final List<Refusal> refusals = new CopyOnWriteArrayList<>();
    /** The key each thread is at: the pieces of a key are not mixed with another's. */
    private final ThreadLocal<Name> begun = new ThreadLocal<>();

    private final int maxElements;

    CollectingSink(int maxElements) {
        this.maxElements = maxElements;
    }

    CollectingSink() {
        this(Integer.MAX_VALUE);
    }

    @Override
    public void take(SnapshotChunk chunk) {
        Name name = new Name(chunk.db(), Bytes.owning(chunk.key()));
        Key key;
        if (chunk.first()) {
            assertThat(begun.get())
                    .as("a key begins only when the last is complete")
                    .isNull();
            key = new Key(chunk.type(), chunk.expireAtMillis());
            assertThat(keys.put(name, key)).as("a name is handed over once").isNull();
            begun.set(name);
        } else {
            key = keys.get(name);
        }
        assertThat(begun.get()).isEqualTo(name);
        assertThat(key.complete).isFalse();
        assertThat(key.thread).isEqualTo(Thread.currentThread());
        assertThat(chunk.type()).isEqualTo(key.type);
        assertThat(chunk.expireAtMillis()).isEqualTo(key.expireAtMillis);
        boolean pairs = chunk.type() == PikaType.HASH || chunk.type() == PikaType.ZSET;
        int count = chunk.entries().size() + chunk.elements().length / (pairs ? 2 : 1);
        assertThat(count).isBetween(1, maxElements);
        for (byte[] element : chunk.elements()) {
            key.elements.add(Bytes.owning(element));
        }
        key.entries.addAll(chunk.entries());
        key.pieces++;
        if (chunk.last()) {
            key.complete = true;
            key.tail = chunk.tail();
            begun.remove();
        } else {
            assertThat(chunk.tail()).isEmpty();
        }
    }

    @Override
    public void refuse(ErrorCode code, int db, byte[] key, PikaType type, String message) {
        assertThat(message).isNotBlank();
        refusals.add(new Refusal(code, db, Bytes.owning(key), type));
    }

    Key key(String name) {
        return keys.get(new Name(0, Bytes.utf8(name)));
    }
}
