package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import java.util.List;
import java.util.Optional;

/**
 * A dirty key as it was read from the source.
 *
 * @param before where the source's binlog ended when reading began
 * @param after where it ended when all was read and every write that had been executed was logged
 * @param writes commands that make the key, each of bounded size; none: the source does not have it
 * @param expireAtMillis 0: never
 * @param otherTypes names the other types the source has under the same name (up to 3.5), which no Redis can have
 */
public record SourceCopy(
        DirtyKey dirty,
        BinlogPosition before,
        BinlogPosition after,
        List<Write> writes,
        long expireAtMillis,
        Optional<String> otherTypes) {

    /** One command, name and arguments. */
    public static final class Write {
        private final byte[][] args;

        public Write(byte[]... args) {
            this.args = requireNonNull(args, "args is null");
        }

        public byte[][] args() {
            return args;
        }
    }

    public SourceCopy {
        requireNonNull(dirty, "dirty is null");
        requireNonNull(before, "before is null");
        requireNonNull(after, "after is null");
        writes = List.copyOf(writes);
        requireNonNull(otherTypes, "otherTypes is null");
    }
}
