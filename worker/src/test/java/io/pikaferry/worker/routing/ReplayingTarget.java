package io.pikaferry.worker.routing;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.model.Bytes;
import io.pikaferry.worker.binlog.BinlogItem;
import io.pikaferry.worker.fixture.ContentComparison.Difference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Connection;
import redis.clients.jedis.exceptions.JedisDataException;

/**
 * Applies mapped items to a Redis one by one, at the source's time: keys expire when the items' times say so, not before. For
 * that every expiry is set late by {@link #HELD_BACK_MILLIS}, and the key deleted here when its time has come.
 */
final class ReplayingTarget {

    /** A hundred years: none of them passes while a test runs. */
    static final long HELD_BACK_MILLIS = 3_155_760_000_000L;

    private final Connection redis;
    private final CommandMapper mapper;
    private final Set<Key> refused = new HashSet<>();
    private final Set<Key> toBeReread = new HashSet<>();
    private final TreeMap<Long, List<Key>> due = new TreeMap<>();

    private record Key(int db, Bytes key) {}

    ReplayingTarget(Connection redis, CommandMapper mapper) {
        this.redis = redis;
        this.mapper = mapper;
    }

    /** By the mapper or by Redis, which both tell the reason. */
    boolean wasRefused(Difference difference) {
        return refused.contains(new Key(difference.db(), difference.key()));
    }

    /** A worker would read it from the source. */
    boolean isToBeReread(Difference difference) {
        return toBeReread.contains(new Key(difference.db(), difference.key()));
    }

    void apply(BinlogItem item) {
        int db = item.stream().db();
        expire(item.executedAtSeconds());
        send(db, "SELECT", Integer.toString(db).getBytes(US_ASCII));
        Mapped mapped = mapper.map(item);
        if (mapped instanceof Mapped.Commands some) {
            some.commands().forEach(command -> apply(db, command));
        } else if (mapped instanceof Mapped.FlushDatabase) {
            send(db, "FLUSHDB");
        } else if (mapped instanceof Mapped.DeleteMatching some) {
            delete(db, some);
        } else if (mapped instanceof Mapped.Reread some) {
            some.keys().forEach(key -> toBeReread.add(new Key(db, key)));
        } else if (mapped instanceof Mapped.Refused one) {
            refused.add(new Key(db, one.key()));
        }
    }

    /** What the source would no longer have at a moment. */
    void expire(long nowSeconds) {
        while (!due.isEmpty() && mapper.wasGone(due.firstKey(), nowSeconds)) {
            Map.Entry<Long, List<Key>> first = due.pollFirstEntry();
            for (Key key : first.getValue()) {
                send(key.db(), "SELECT", Integer.toString(key.db()).getBytes(US_ASCII));
                Object expiry = send(key.db(), "PEXPIRETIME", key.key().array());
                if (expiry.equals(first.getKey() + HELD_BACK_MILLIS)) {
                    send(key.db(), "DEL", key.key().array());
                }
            }
        }
    }

    private void apply(int db, TargetCommand command) {
        byte[] key = command.keys()[0];
        byte[] at = Decimal.text(command.expireAtMillis() + HELD_BACK_MILLIS);
        byte[][] args = command.args();
        boolean applied = true;
        if (command.takesExpiryLast()) {
            args = Arrays.copyOf(args, args.length + 1);
            args[args.length - 1] = at;
        }
        if (args.length > 0) {
            applied = applied(db, key, args);
        }
        if (command.expiry() == TargetCommand.Expiry.AT) {
            due.computeIfAbsent(command.expireAtMillis(), time -> new ArrayList<>())
                    .add(new Key(db, Bytes.owning(key)));
            if (applied && !command.takesExpiryLast()) {
                applied(db, key, new byte[][] {Ascii.of("PEXPIREAT"), key, at});
            }
        }
    }

    private boolean applied(int db, byte[] key, byte[][] args) {
        try {
            send(db, new String(args[0], US_ASCII), Arrays.copyOfRange(args, 1, args.length));
            return true;
        } catch (JedisDataException e) {
            refused.add(new Key(db, Bytes.owning(key)));
            return false;
        }
    }

    private void delete(int db, Mapped.DeleteMatching matching) {
        List<?> found = (List<?>) send(db, "KEYS", matching.pattern().array());
        found.stream()
                .map(key -> (byte[]) key)
                .filter(key ->
                        matching.redisType().equals(matching.redisType().flatMap(type -> Optional.of(type(db, key)))))
                .sorted(Arrays::compareUnsigned)
                .limit(matching.atMost())
                .forEach(key -> send(db, "DEL", key));
    }

    private String type(int db, byte[] key) {
        return new String((byte[]) send(db, "TYPE", key), US_ASCII);
    }

    private Object send(int db, String command, byte[]... args) {
        CommandArguments arguments = new CommandArguments(() -> command.getBytes(US_ASCII));
        for (byte[] arg : args) {
            arguments.add(arg);
        }
        redis.sendCommand(arguments);
        return redis.getOne();
    }
}
