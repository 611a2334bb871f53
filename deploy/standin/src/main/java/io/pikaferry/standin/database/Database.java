package io.pikaferry.standin.database;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.Position;
import io.pikaferry.standin.command.Call;
import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.command.CommandFailure;
import io.pikaferry.standin.command.LogEntry;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.WrongTypeException;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.io.ByteArrayOutputStream;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;

/**
 * One of the master's databases, in sharding mode a slot of one: its keys and its binlog under one lock, so that a command's effect
 * and its log record are one and a snapshot is exact.
 */
public final class Database {

    private final String name;
    private final int slot;
    private final boolean sharded;
    private final Dataset data;
    private final Binlog binlog;
    private final InstantSource clock;
    private final Logging logging;
    private final ReentrantLock lock = new ReentrantLock();

    /**
     * How commands get into the log.
     *
     * @param packed whether the several commands logged for one go into one item: up to 3.0.4
     * @param enabled whether anything is logged at all: {@code write-binlog}
     * @param only whether writes are answered with OK and logged as typed, but not executed
     */
    public record Logging(boolean packed, BooleanSupplier enabled, boolean only) {}

    public Database(String name, Dataset data, Binlog binlog, InstantSource clock, Logging logging) {
        this(name, 0, false, data, binlog, clock, logging);
    }

    private Database(
            String name, int slot, boolean sharded, Dataset data, Binlog binlog, InstantSource clock, Logging logging) {
        this.name = name;
        this.slot = slot;
        this.sharded = sharded;
        this.data = data;
        this.binlog = binlog;
        this.clock = clock;
        this.logging = logging;
    }

    /** In sharding mode, one slot of a database. */
    public static Database slot(
            String name, int slot, Dataset data, Binlog binlog, InstantSource clock, Logging logging) {
        return new Database(name, slot, true, data, binlog, clock, logging);
    }

    /** As in {@code db0}, whatever the slot. */
    public String name() {
        return name;
    }

    /** 0 in classic mode. */
    public int slot() {
        return slot;
    }

    /** As its directory is called: {@code db0}, {@code db0/3}. */
    public String path() {
        return path(name, slot, sharded);
    }

    public static String path(String name, int slot, boolean sharded) {
        return sharded ? name + "/" + slot : name;
    }

    public Binlog binlog() {
        return binlog;
    }

    /** Runs a command and logs it if it writes and succeeds. */
    public Reply execute(Command command, Request request) {
        return execute(command, request, Optional.empty());
    }

    /** Runs what concerns this slot of a command, and logs all of that command. */
    Reply executePart(Command command, Request part, Request whole) {
        return execute(command, part, Optional.of(whole));
    }

    private Reply execute(Command command, Request request, Optional<Request> whole) {
        Reply reply = new Reply();
        lock.lock();
        try {
            command.checkArity(request.size());
            if (command.writes() && logging.only()) {
                binlog.append(whole.orElse(request).encoded(), Math.floorDiv(clock.millis(), 1000L));
                return reply.ok();
            }
            Call call = new Call(request, data, reply);
            long execTime = Math.floorDiv(clock.millis(), 1000L);
            command.body().run(call);
            if (command.writes() && logging.enabled().getAsBoolean()) {
                if (whole.isPresent()) {
                    binlog.append(whole.get().encoded(), execTime);
                } else {
                    log(call.logged(), execTime);
                }
            }
        } catch (CommandFailure refused) {
            reply.error(refused.getMessage());
        } catch (WrongTypeException wrong) {
            reply.error(WrongTypeException.REPLY);
        } finally {
            lock.unlock();
        }
        return reply;
    }

    private void log(List<LogEntry> entries, long execTime) {
        if (logging.packed() && entries.size() > 1) {
            ByteArrayOutputStream all = new ByteArrayOutputStream();
            entries.forEach(entry -> all.writeBytes(entry.bytes()));
            binlog.append(all.toByteArray(), execTime);
            return;
        }
        for (LogEntry entry : entries) {
            if (entry.isWholeRecord()) {
                binlog.appendRecord(entry.bytes());
            } else {
                binlog.append(entry.bytes(), execTime);
            }
        }
    }

    /** Logs a command without executing it: for what the stand-in cannot execute, and for load without data. */
    public Position logOnly(Request request) {
        lock.lock();
        try {
            return binlog.append(request.encoded(), Math.floorDiv(clock.millis(), 1000L));
        } finally {
            lock.unlock();
        }
    }

    /** Does something with the keys at one position of the binlog, while nothing is written. */
    public <T> T atRest(BiFunction<Dataset, Position, T> action) {
        lock.lock();
        try {
            return action.apply(data, binlog.end());
        } finally {
            lock.unlock();
        }
    }
}
