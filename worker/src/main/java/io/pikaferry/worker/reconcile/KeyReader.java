package io.pikaferry.worker.reconcile;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.sender.SourceCopy.Write;
import java.util.List;
import java.util.Optional;

/** Reads whole keys from a source. Used by one thread, but for {@link #close}. */
public interface KeyReader extends AutoCloseable {

    /**
     * A key as commands that make it.
     *
     * @param expireAtMillis 0: never
     */
    record Found(List<Write> writes, long expireAtMillis) {
        public Found {
            writes = List.copyOf(writes);
        }
    }

    /**
     * Does not read at one moment: whether the key was written to meanwhile is for the caller to find out.
     *
     * @return empty: it may have expired meanwhile, which no log tells, and what was read may be from before and after that
     * @throws io.pikaferry.error.FerryException SOURCE_UNREACHABLE, NOT_REPRESENTABLE for a type that cannot be read so …
     */
    Optional<Found> read(int db, Bytes key);

    /**
     * The types beside the one that {@link #read} reads which the source has under the same name, for people to read; up to 3.5
     * each type has names of its own.
     */
    default Optional<String> otherTypes(int db, Bytes key) {
        return Optional.empty();
    }

    /** Breaks a waiting read. Safe from any thread, and twice. */
    @Override
    void close();
}
