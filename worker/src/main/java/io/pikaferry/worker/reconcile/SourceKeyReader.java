package io.pikaferry.worker.reconcile;

import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.worker.master.ClientPort;
import io.pikaferry.worker.master.Generation;
import io.pikaferry.worker.master.Reply;
import io.pikaferry.worker.sender.SourceCopy.Write;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Reads one key by ordinary commands. Where a name has several types (up to 3.5) it reads the one TYPE reports. It does not
 * read at one moment: whether the key was left alone meanwhile is for the caller to find out.
 *
 * <p>Threads: used by one thread; the client port is its own.
 */
public final class SourceKeyReader implements KeyReader {

    private static final int PAGE = 500;
    private static final Found NOTHING = new Found(List.of(), 0);
    private static final long GONE = -1;
    private static final Bytes ZERO = Bytes.utf8("0");
    private static final Map<String, String> LENGTHS =
            new TreeMap<>(Map.of("string", "STRLEN", "hash", "HLEN", "list", "LLEN", "set", "SCARD", "zset", "ZCARD"));

    private final ClientPort client;
    private final Generation generation;
    private final Clock clock;

    public SourceKeyReader(ClientPort client, Generation generation, Clock clock) {
        this.client = requireNonNull(client, "client is null");
        this.generation = requireNonNull(generation, "generation is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public Found read(int db, Bytes key) {
        select(db);
        String type = text(call("TYPE", key));
        List<Write> writes =
                switch (type) {
                    case "none" -> List.of();
                    case "string" -> string(key);
                    case "hash" -> pages("HSCAN", "HSET", key);
                    case "set" -> pages("SSCAN", "SADD", key);
                    case "list" -> list(key);
                    case "zset" -> sortedSet(key);
                    default -> throw new FerryException(
                            ErrorCode.NOT_REPRESENTABLE, "a key of type " + type + " cannot be read again");
                };
        if (writes.isEmpty()) {
            return NOTHING;
        }
        long expireAt = expireAt(key);
        return expireAt == GONE ? NOTHING : new Found(writes, expireAt);
    }

    @Override
    public Optional<String> otherTypes(int db, Bytes key) {
        if (generation == Generation.E) {
            return Optional.empty(); // there it has one, and asking for the length of another is an error
        }
        select(db);
        String type = text(call("TYPE", key));
        List<String> others = new ArrayList<>();
        LENGTHS.forEach((other, question) -> {
            if (!other.equals(type) && number(call(question, key), question) > 0) {
                others.add(other);
            }
        });
        return others.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", others));
    }

    private static long number(Reply reply, String question) {
        return ((Reply.Number) expect(Reply.Number.class, reply, question)).value();
    }

    /** Those that have databases; after an error the client port may have connected anew, to database 0. */
    private void select(int db) {
        if (!generation.dialsBack()) {
            expectStatus(client.call("SELECT", Integer.toString(db)), "SELECT");
        }
    }

    private long expireAt(Bytes key) {
        // 4.0 keeps milliseconds; up to 3.5 only seconds are kept, and 2.3 shows one more than it keeps (corrections.md
        // 3).
        boolean millis = generation == Generation.E;
        String question = millis ? "PTTL" : "TTL";
        long left = number(call(question, key), question);
        if (left == -2) {
            return GONE; // since it was read; that it expired is not logged
        }
        if (left < 0) {
            return 0;
        }
        long now = sourceMillis();
        return millis ? now + left : (now / 1000 + left) * 1000;
    }

    /** By the clock that the times in the log are of; ours may go differently. */
    private long sourceMillis() {
        Reply reply = client.call("TIME");
        if (reply instanceof Reply.Array time && time.elements().size() == 2) {
            long seconds = Long.parseLong(text(time.elements().get(0)));
            long micros = Long.parseLong(text(time.elements().get(1)));
            return seconds * 1000 + micros / 1000;
        }
        return clock.millis();
    }

    private List<Write> string(Bytes key) {
        Reply reply = call("GET", key);
        if (reply instanceof Reply.Nil) {
            return List.of();
        }
        return List.of(write("SET", key, List.of(bulk(reply))));
    }

    private List<Write> list(Bytes key) {
        List<Write> writes = new ArrayList<>();
        for (long from = 0; ; from += PAGE) {
            List<Reply> page = array(
                    call("LRANGE", key, Bytes.utf8(Long.toString(from)), Bytes.utf8(Long.toString(from + PAGE - 1))));
            if (!page.isEmpty()) {
                writes.add(write(
                        "RPUSH", key, page.stream().map(SourceKeyReader::bulk).toList()));
            }
            if (page.size() < PAGE) {
                return writes;
            }
        }
    }

    private List<Write> pages(String scan, String into, Bytes key) {
        List<Write> writes = new ArrayList<>();
        Bytes cursor = ZERO;
        do {
            List<Reply> answer =
                    array(call(scan, key, cursor, Bytes.utf8("COUNT"), Bytes.utf8(Integer.toString(PAGE))));
            cursor = bulk(answer.get(0));
            List<Bytes> page =
                    array(answer.get(1)).stream().map(SourceKeyReader::bulk).toList();
            if (!page.isEmpty()) {
                writes.add(write(into, key, page));
            }
        } while (!cursor.equals(ZERO));
        return writes;
    }

    /** Scores are asked one by one: in 2.3 ZRANGE shows five decimals, later it goes wrong after a member at -inf. */
    private List<Write> sortedSet(Bytes key) {
        List<Bytes> members = new ArrayList<>();
        if (generation == Generation.A) {
            array(call("ZRANGE", key, ZERO, Bytes.utf8("-1"))).forEach(member -> members.add(bulk(member)));
        } else {
            Bytes cursor = ZERO;
            do {
                List<Reply> answer =
                        array(call("ZSCAN", key, cursor, Bytes.utf8("COUNT"), Bytes.utf8(Integer.toString(PAGE))));
                cursor = bulk(answer.get(0));
                List<Reply> page = array(answer.get(1));
                for (int i = 0; i < page.size(); i += 2) {
                    members.add(bulk(page.get(i)));
                }
            } while (!cursor.equals(ZERO));
        }
        List<Write> writes = new ArrayList<>();
        List<Bytes> pairs = new ArrayList<>();
        for (Bytes member : members) {
            Reply score = call("ZSCORE", key, member);
            if (score instanceof Reply.Bulk value) {
                pairs.add(value.value());
                pairs.add(member);
            }
            if (pairs.size() == 2 * PAGE) {
                writes.add(write("ZADD", key, pairs));
                pairs = new ArrayList<>();
            }
        }
        if (!pairs.isEmpty()) {
            writes.add(write("ZADD", key, pairs));
        }
        return writes;
    }

    private Reply call(String name, Bytes... arguments) {
        List<Bytes> command = new ArrayList<>();
        command.add(Bytes.utf8(name));
        command.addAll(List.of(arguments));
        Reply reply = client.call(command);
        if (reply instanceof Reply.Failure) {
            throw new FerryException(ErrorCode.SOURCE_PROTOCOL, "the source refused " + name);
        }
        return reply;
    }

    private static Write write(String name, Bytes key, List<Bytes> arguments) {
        byte[][] args = new byte[arguments.size() + 2][];
        args[0] = Bytes.utf8(name).array();
        args[1] = key.array();
        for (int i = 0; i < arguments.size(); i++) {
            args[i + 2] = arguments.get(i).array();
        }
        return new Write(args);
    }

    private static void expectStatus(Reply reply, String what) {
        expect(Reply.Status.class, reply, what);
    }

    private static Reply expect(Class<? extends Reply> kind, Reply reply, String what) {
        if (!kind.isInstance(reply)) {
            throw new FerryException(ErrorCode.SOURCE_PROTOCOL, "the source answers " + what + " with " + reply);
        }
        return reply;
    }

    private static String text(Reply reply) {
        return reply instanceof Reply.Status status
                ? status.text()
                : bulk(reply).asUtf8();
    }

    private static List<Reply> array(Reply reply) {
        return ((Reply.Array) expect(Reply.Array.class, reply, "a read")).elements();
    }

    private static Bytes bulk(Reply reply) {
        return ((Reply.Bulk) expect(Reply.Bulk.class, reply, "a read")).value();
    }

    @Override
    public void close() {
        client.close();
    }
}
