package io.pikaferry.worker.master.dialback;

import static java.util.Objects.requireNonNull;

import io.pikaferry.model.BinlogPosition;
import java.util.Optional;

/**
 * What a master sends of its binlog, before it is known where it ends there. A plain class, as it carries an array on the
 * hot path.
 */
final class WireItem implements WireMessage {

    private final BinlogPosition start; // null if it does not say
    private final long serverId;
    private final int executedAt;
    private final byte[] content;
    private final int wireLength;
    private final long loggedLength;
    private final boolean mayGoOn;

    /**
     * @param start where the item says it starts, or null
     * @param serverId of the instance that executed the command
     * @param content the RESP arrays, taken over
     * @param wireLength how many bytes it took on the wire
     * @param loggedLength how many bytes it took in the master's binlog, without what fragments cost
     * @param mayGoOn whether it may be the beginning of a longer item (2.3: the sets of an MSET)
     */
    WireItem(
            BinlogPosition start,
            long serverId,
            int executedAt,
            byte[] content,
            int wireLength,
            long loggedLength,
            boolean mayGoOn) {
        this.start = start;
        this.serverId = serverId;
        this.executedAt = executedAt;
        this.content = requireNonNull(content, "content is null");
        this.wireLength = wireLength;
        this.loggedLength = loggedLength;
        this.mayGoOn = mayGoOn;
    }

    Optional<BinlogPosition> start() {
        return Optional.ofNullable(start);
    }

    long serverId() {
        return serverId;
    }

    int executedAt() {
        return executedAt;
    }

    byte[] content() {
        return content;
    }

    @Override
    public int wireLength() {
        return wireLength;
    }

    long loggedLength() {
        return loggedLength;
    }

    boolean mayGoOn() {
        return mayGoOn;
    }
}
