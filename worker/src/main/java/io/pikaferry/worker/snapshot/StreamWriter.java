package io.pikaferry.worker.snapshot;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.worker.snapshot.SnapshotChunk.StreamEntry;
import java.util.List;
import java.util.Optional;

/** Carries over one stream, whatever Pika made of its ids (dump-formats.md §3.2). */
final class StreamWriter {

    private final ChunkWriter out;
    private final byte[] key;
    private final StreamRecords.Meta meta;
    private EntryId last = EntryId.ZERO;
    private boolean zeroId;

    StreamWriter(ChunkWriter out, byte[] key, StreamRecords.Meta meta) {
        this.out = out;
        this.key = key;
        this.meta = meta;
        out.begin(key, PikaType.STREAM, 0);
    }

    void add(EntryId id, List<byte[]> fieldsAndValues, int bytes) throws InterruptedException {
        if (id.equals(EntryId.ZERO)) {
            zeroId = true;
            return;
        }
        last = id;
        out.add(new StreamEntry(id.toString(), fieldsAndValues), bytes);
    }

    void end() throws InterruptedException {
        out.end(meta.length(), Optional.of(meta.tail(out.added(), last)));
        if (zeroId) {
            out.refuse(
                    ErrorCode.NOT_REPRESENTABLE,
                    key,
                    PikaType.STREAM,
                    "an entry has the id 0-0, which Redis refuses; the entry is left out");
        }
    }
}
