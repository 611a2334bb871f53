package io.pikaferry.worker.sender;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.routing.CollectionWrite;
import io.pikaferry.worker.routing.TargetCommand;
import io.pikaferry.worker.routing.TargetCommand.Expiry;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ObjLongConsumer;

/**
 * A key of which the log does not say what it became (DESIGN §8). What the stream still has for it is not applied but
 * remembered, until the key has been read whole from the source.
 *
 * <pre>
 *   stream   … ─ t1 ──── t2 ─────── t3 ───▶        t: items that touch the key
 *   source          p1 ─ read ─ p2                 what was read holds t1, maybe t2, not t3
 *   applied  read, then t2 and t3 again: so t2 must be of a kind that may be applied twice
 * </pre>
 *
 * <p>Threads: its lane's; the identifying fields any.
 */
public final class DirtyKey {

    /** The older ones are forgotten; a read that began before those has to be repeated. */
    private static final int MAX_TOUCHES = 2_000;

    private final StreamId stream;
    private final int db;
    private final Bytes key;
    private final ErrorCode code;
    private final String message;
    private final BinlogPosition since;
    private final String id;
    private final Set<String> askedFor = new TreeSet<>();
    private final List<Touch> touches = new ArrayList<>();
    private BinlogPosition forgottenUpTo = BinlogPosition.START; // of touches
    private int reads;
    private long expiryGiven;
    private Optional<CollectionWrite.Kind> kind = Optional.empty();

    /**
     * An item that touched the key while it was dirty.
     *
     * @param executedAtSeconds by the source; 0: not known
     * @param command what it did; empty: that is not known without reading the key
     */
    record Touch(BinlogPosition end, long executedAtSeconds, Optional<TargetCommand> command) {}

    /**
     * @param db of the target
     * @param code what the ledger says if it cannot be read
     * @param since the item that made it dirty
     */
    DirtyKey(StreamId stream, int db, Bytes key, ErrorCode code, String message, BinlogPosition since) {
        this(stream, db, key, code, message, since, Refused.idOf(stream, since, key));
    }

    /** @param id of the ledger's entry if it cannot be made right */
    DirtyKey(StreamId stream, int db, Bytes key, ErrorCode code, String message, BinlogPosition since, String id) {
        this.id = requireNonNull(id, "id is null");
        this.stream = requireNonNull(stream, "stream is null");
        this.db = db;
        this.key = requireNonNull(key, "key is null");
        this.code = requireNonNull(code, "code is null");
        this.message = requireNonNull(message, "message is null");
        this.since = requireNonNull(since, "since is null");
    }

    public StreamId stream() {
        return stream;
    }

    public Bytes key() {
        return key;
    }

    /** Reading begins no earlier than here. */
    public BinlogPosition since() {
        return since;
    }

    int db() {
        return db;
    }

    public ErrorCode code() {
        return code;
    }

    String id() {
        return id;
    }

    /** An operator has asked for it, because of an entry in the ledger. */
    void askedFor(String entry) {
        askedFor.add(entry);
    }

    /** The entries that are to be told what becomes of it; its own comes first. */
    List<String> ids() {
        List<String> ids = new ArrayList<>(List.of(id));
        askedFor.stream().filter(entry -> !entry.equals(id)).forEach(ids::add);
        return ids;
    }

    /** What the ledger says of it. @param why what has become of the attempt to make it right */
    Refused refused(String entry, String why) {
        return new Refused(entry, code, "", message + why, key, db, stream, Optional.of(since), 1, 0);
    }

    String message() {
        return message;
    }

    void touched(BinlogPosition end, long executedAtSeconds, TargetCommand command) {
        add(new Touch(end, executedAtSeconds, Optional.of(command)));
        if (command.expiry() == Expiry.AT) {
            expiryGiven = command.expireAtMillis();
        }
        if (command.collection().isPresent()) {
            kind = command.collection().map(CollectionWrite::kind);
        }
    }

    /** What an item did to the key cannot be told without reading it. */
    void touchedUnknown(BinlogPosition end) {
        add(new Touch(end, 0, Optional.empty()));
    }

    private void add(Touch touch) {
        if (touches.size() == MAX_TOUCHES) {
            forgottenUpTo = touches.remove(0).end();
        }
        touches.add(touch);
    }

    /**
     * Whether what was read between the positions, followed by what the stream has had since, is what the key is now.
     *
     * @param before the source's end when reading began
     * @param after where it ended when all was read
     */
    boolean settledBy(BinlogPosition before, BinlogPosition after) {
        boolean complete = !forgottenUpTo.isAfter(before);
        touches.removeIf(touch -> !touch.end().isAfter(before));
        return complete
                && touches.stream()
                        .allMatch(touch -> touch.command().isPresent()
                                && (touch.end().isAfter(after)
                                        || touch.command().get().repeatable()));
    }

    /**
     * Whether the key had expired at the source, or may have, when it executed one of the commands that have to be applied after
     * what was read: then that one found no key, and what was read is of no use.
     *
     * @param expireAtMillis as it was read; 0: never
     */
    boolean expiredSince(long expireAtMillis, ExpiryRule rule) {
        long at = expireAtMillis;
        for (Touch touch : touches) {
            if (at != 0 && (rule.gone(at, touch.executedAtSeconds()) || rule.unsure(at, touch.executedAtSeconds()))) {
                return true;
            }
            TargetCommand command = touch.command().orElseThrow();
            if (command.expiry() == Expiry.AT) {
                at = command.expireAtMillis();
            } else if (command.expiry() == Expiry.CLEARS) {
                at = 0;
            }
        }
        return false;
    }

    /** What has to be applied after what was read. */
    List<TargetCommand> commandsSince() {
        return touches.stream().flatMap(touch -> touch.command().stream()).toList();
    }

    /** The same, with when the source executed it. */
    void forEachSince(ObjLongConsumer<TargetCommand> commandAndSeconds) {
        touches.forEach(touch ->
                touch.command().ifPresent(command -> commandAndSeconds.accept(command, touch.executedAtSeconds())));
    }

    /** What it was used as since it is dirty, where the source remembers what was emptied. */
    Optional<CollectionWrite.Kind> kind() {
        return kind;
    }

    /** The expiry that it was given last since it is dirty; 0: none. What was read may have had it. */
    long expiryGiven() {
        return expiryGiven;
    }

    /** @return how often it was read, this time included; for the reading thread */
    public int read() {
        return ++reads;
    }

    /** How many times it has been read, or is to be with this one. */
    public int reads() {
        return reads;
    }

    /** The source did not answer: that time does not count. */
    public void notRead() {
        reads--;
    }

    @Override
    public String toString() {
        return "a dirty key of " + stream + " since " + since;
    }
}
