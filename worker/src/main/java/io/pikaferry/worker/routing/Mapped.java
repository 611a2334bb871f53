package io.pikaferry.worker.routing;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.Bytes;
import java.util.List;
import java.util.Optional;

/** What one item of the binlog means for the target. */
public sealed interface Mapped {

    /** Filler, reads logged by mistake, the source's own bookkeeping. */
    record Nothing() implements Mapped {
        public static final Nothing INSTANCE = new Nothing();
    }

    /**
     * Commands, to be applied in this order where they share keys. A command of several keys needs them all in order; what
     * may be split (DEL, UNLINK, MSET) has been split into commands of one key already.
     */
    record Commands(List<TargetCommand> commands) implements Mapped {
        public Commands {
            if (commands.isEmpty()) {
                throw new IllegalArgumentException("no commands");
            }
        }
    }

    /** Everything in the stream's database goes. In sharding mode: of the stream's slot. */
    record FlushDatabase() implements Mapped {}

    /**
     * Keys of the stream's database (in sharding mode: of its slot) that match go.
     *
     * @param pattern a glob as the source understands it, {@code *} for all; payload, so not a String
     * @param redisType string, hash, list, set, zset or stream; empty: any
     * @param atMost so many of them, those that come first when sorted byte by byte; {@link #ALL} mostly
     */
    record DeleteMatching(Bytes pattern, Optional<String> redisType, int atMost) implements Mapped {
        public static final int ALL = Integer.MAX_VALUE;

        public DeleteMatching {
            requireNonNull(pattern, "pattern is null");
            requireNonNull(redisType, "redisType is null");
            if (atMost < 1) {
                throw new IllegalArgumentException("at most " + atMost + " keys to delete");
            }
        }
    }

    /**
     * The log does not say what the command did, but reading the keys from the source will tell (DESIGN §8).
     *
     * @param keys the written ones
     * @param code what the ledger says if that fails
     */
    record Reread(List<Bytes> keys, ErrorCode code, String message) implements Mapped {}

    /** Cannot be applied; goes to the ledger. */
    record Refused(ErrorCode code, Bytes key, String message) implements Mapped {}
}
