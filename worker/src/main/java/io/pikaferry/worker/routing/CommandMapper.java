package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.binlog.RespArrays;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells what an item of one source's binlog means for a Redis target. Pure, so safe for many threads; what it says of an
 * item never changes, whenever it is asked. What it does is in {@link CommandTable}.
 *
 * <p>Of a command that the source's own slot migration has logged (keys {@code _internal:slot…}) nothing is said.
 *
 * <p>In sharding mode a slot's log has every command that touches the slot, with all its keys (replication.md §7.4). So of
 * those that can be split (DEL, MSET) only the keys of that slot are meant, and any other is meant by the log of its first
 * key's slot alone. (Pika 3.1 – 3.4 accepts no other in sharding mode but RPOPLPUSH, whose keys then share a slot.)
 *
 * <p>Redis 6.0 is needed for what 3.5.5 sends most (KEEPTTL), 6.2 for LPOP with a count, 5.0 for ZPOPMIN and streams; EVAL is
 * needed for SET NX with a time to live, VX, DELVX, SETBIT, a few odd SETRANGEs, and from 3.5.3 on for EXPIREAT.
 */
public final class CommandMapper {

    private static final byte[] BOOKKEEPING = Ascii.of("_internal:slot");
    private static final int LONGEST_NAME_SHOWN = 32;

    private final PikaVersion version;
    private final RespArrays arrays;
    private final CommandIndex index;
    private final SourceExpiry expiry;
    private final Slots slots;
    private final RecordLocks locks;
    private final EmptiedCollections emptied;

    private CommandMapper(PikaVersion version, Slots slots) {
        this.version = requireNonNull(version, "version is null");
        this.slots = slots;
        Generation generation = Generation.of(version)
                .orElseThrow(() -> new FerryException(
                        ErrorCode.SOURCE_VERSION_UNSUPPORTED,
                        "the commands that Pika " + version + " logs are not known"));
        this.arrays = generation == Generation.A ? RespArrays.withTrailingArguments() : RespArrays.plain();
        this.index = new CommandIndex(CommandTable.rowsOf(version));
        this.expiry = SourceExpiry.of(version);
        this.locks = new RecordLocks(version);
        this.emptied = new EmptiedCollections(version);
    }

    /**
     * For a source in classic mode.
     *
     * @throws FerryException SOURCE_VERSION_UNSUPPORTED
     */
    public static CommandMapper forSource(PikaVersion version) {
        return new CommandMapper(version, Slots.CLASSIC);
    }

    /**
     * For a source in sharding mode.
     *
     * @param slotsPerDatabase as configured there
     * @throws FerryException SOURCE_VERSION_UNSUPPORTED
     */
    public static CommandMapper forShardedSource(PikaVersion version, int slotsPerDatabase) {
        return new CommandMapper(version, new Slots(slotsPerDatabase));
    }

    /** @throws FerryException BINLOG_CORRUPT */
    public Mapped map(BinlogItem item) {
        List<byte[][]> commands = arrays.commands(item);
        if (commands.size() == 1) {
            return map(commands.get(0), item);
        }
        List<TargetCommand> together = new ArrayList<>();
        for (byte[][] command : commands) {
            Mapped mapped = map(command, item);
            if (mapped instanceof Mapped.Commands some) {
                some.commands()
                        .forEach(each -> together.add(locks.doubtingUnless(commands.get(0)[1], notOfCounter(each))));
            } else if (!(mapped instanceof Mapped.Nothing)) {
                // Only MSET and MSETNX make several of one item, and they are SETs.
                throw new FerryException(
                        ErrorCode.BINLOG_CORRUPT, item + " has several commands, one of them " + name(command[0]));
            }
        }
        return together.isEmpty() ? Mapped.Nothing.INSTANCE : new Mapped.Commands(List.copyOf(together));
    }

    /** INCR makes an item of its own. */
    private static TargetCommand notOfCounter(TargetCommand command) {
        return command.expiry() == TargetCommand.Expiry.UNSAID
                ? TargetCommand.clearing(command.args(), command.keys())
                : command;
    }

    /** Whether a stream's log is the one that has the writes to a key; in classic mode any of its database is. */
    public boolean belongs(StreamId stream, byte[] key) {
        return slots.has(stream.slot(), key);
    }

    /**
     * Whether a key with this expiry was gone at the source when it executed an item, so that the item found no key. For who
     * holds expiries back: such a key has to be deleted before the item is applied.
     *
     * @param executedAtSeconds of the item; 0 (unknown): it was there
     */
    public boolean wasGone(long expireAtMillis, long executedAtSeconds) {
        return expiry.gone(expireAtMillis, executedAtSeconds);
    }

    /** Whether a key with this expiry may have been gone, or not, when the source executed the item. */
    public boolean mayHaveGone(long expireAtMillis, long executedAtSeconds) {
        return expiry.unsure(expireAtMillis, executedAtSeconds);
    }

    /** Whether {@link #wasGone} may be wrong, as the item was logged a moment after it was executed. */
    public boolean wasGoneNarrowly(long expireAtMillis, long executedAtSeconds) {
        return expiry.narrowly(expireAtMillis, executedAtSeconds);
    }

    /** Whether the source gives a collection that was emptied and is filled again the expiry it had. */
    public boolean remembersEmptied() {
        return emptied.areRemembered();
    }

    /** Whether applying it to a target that may have its effect already, and that of later items, does no harm. */
    public static boolean repeatable(Mapped mapped) {
        if (mapped instanceof Mapped.Commands some) {
            return some.commands().stream().allMatch(TargetCommand::repeatable);
        }
        return !(mapped instanceof Mapped.DeleteMatching some) || some.atMost() == Mapped.DeleteMatching.ALL;
    }

    private Mapped map(byte[][] args, BinlogItem item) {
        Optional<CommandRow> found = index.find(args[0]);
        if (found.isEmpty()) {
            return refused(args, name(args[0]) + " is not a command that Pika " + version + " is known to log");
        }
        CommandRow row = found.get();
        if (!row.takes(args.length)) {
            return refused(args, row.title() + " with " + args.length + " arguments is not a known form of it");
        }
        if (args.length > 1 && Ascii.startsWith(args[1], BOOKKEEPING) && !splits(row)) {
            return Mapped.Nothing.INSTANCE;
        }
        try {
            LoggedCommand logged = new LoggedCommand(row, args, item.executedAtSeconds(), expiry);
            Mapped meant = emptied.telling(
                    row, args, locks.doubting(row, args, row.treatment().of(logged)));
            return ours(row, args, item.stream().slot(), meant);
        } catch (UnknownFormException e) {
            return refused(args, row.title() + " in a form that is not known");
        }
    }

    /** What of it belongs to this stream. */
    private Mapped ours(CommandRow row, byte[][] args, int slot, Mapped mapped) {
        if (splits(row) && mapped instanceof Mapped.Commands all) {
            return only(slot, all);
        }
        if (slots.count() > 1
                && row.keys() != Keys.NONE
                && !slots.has(slot, row.keys().of(args)[0])) {
            return Mapped.Nothing.INSTANCE;
        }
        return mapped;
    }

    private static boolean splits(CommandRow row) {
        return row.treatment() == Treatment.EACH_KEY || row.treatment() == Treatment.EACH_PAIR;
    }

    private Mapped only(int slot, Mapped.Commands all) {
        List<TargetCommand> kept = new ArrayList<>(all.commands().size());
        for (TargetCommand command : all.commands()) {
            byte[] key = command.keys()[0];
            if (!Ascii.startsWith(key, BOOKKEEPING) && slots.has(slot, key)) {
                kept.add(command);
            }
        }
        if (kept.size() == all.commands().size()) {
            return all;
        }
        return kept.isEmpty() ? Mapped.Nothing.INSTANCE : new Mapped.Commands(List.copyOf(kept));
    }

    private static Mapped refused(byte[][] args, String message) {
        byte[] key = args.length > 1 ? args[1] : new byte[0];
        return new Mapped.Refused(ErrorCode.UNKNOWN_COMMAND, Bytes.owning(key), message);
    }

    /** A name may be anything that came over the wire. */
    private static String name(byte[] name) {
        String shown = new String(name, 0, Math.min(name.length, LONGEST_NAME_SHOWN), US_ASCII)
                .toUpperCase(Locale.ROOT)
                .replaceAll("[^A-Z0-9._-]", "?");
        return name.length > LONGEST_NAME_SHOWN ? shown + "…" : shown;
    }
}
