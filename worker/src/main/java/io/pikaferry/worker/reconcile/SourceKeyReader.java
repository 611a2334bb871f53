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
 * read at one moment: whether the key was written to meanwhile is for the caller to find out.
 *
 * <p>3.5.2 and newer answer reads out of a cache of their own that is not always what they have stored: a key that is read while it is
 * written to can get into it without the write (tried with 4.0.1). What is read in a transaction they read from the database, and do not
 * put into that cache, so each question is one.
 *
 * <p>Threads: used by one thread; the client port is its own.
 */
public final class SourceKeyReader implements KeyReader {

    private static final int PAGE = 500;
    private static final Found NOTHING = new Found(List.of(), 0);
    private static final long NOT_THERE = -2; // says TTL
    private static final long GONE = -1;
    private static final long NEVER = 0;
    private static final int MOST_TRIES = 5;
    private static final Bytes ZERO = Bytes.utf8("0");
    private static final Map<String, String> LENGTHS =
            new TreeMap<>(Map.of("string", "STRLEN", "hash", "HLEN", "list", "LLEN", "set", "SCARD", "zset", "ZCARD"));

    private final ClientPort client;
    private final Generation generation;
    private final Clock clock;
    private boolean transactions;
    private int db; // of the key that is being read

    public SourceKeyReader(ClientPort client, Generation generation, Clock clock) {
        this.client = requireNonNull(client, "client is null");
        this.generation = requireNonNull(generation, "generation is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.transactions = generation == Generation.D || generation == Generation.E;
    }

    @Override
    public Optional<Found> read(int inDb, Bytes key) {
        db = inDb;
        long expiresAtFirst = expireAt(key);
        String type = text(ask("TYPE", key));
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
        long expireAt = writes.isEmpty() ? GONE : expireAt(key);
        if (expiresAtFirst > NEVER && mayHavePassed(expiresAtFirst)) {
            return Optional.empty();
        }
        return Optional.of(expireAt == GONE ? NOTHING : new Found(writes, expireAt));
    }

    @Override
    public Optional<String> otherTypes(int inDb, Bytes key) {
        if (generation == Generation.E) {
            return Optional.empty(); // there it has one, and asking for the length of another is an error
        }
        db = inDb;
        String type = text(ask("TYPE", key));
        List<String> others = new ArrayList<>();
        LENGTHS.forEach((other, question) -> {
            if (!other.equals(type) && number(ask(question, key), question) > 0) {
                others.add(other);
            }
        });
        return others.isEmpty() ? Optional.empty() : Optional.of(String.join(", ", others));
    }

    private static long number(Reply reply, String question) {
        return ((Reply.Number) expect(Reply.Number.class, reply, question)).value();
    }

    /** 4.0 keeps milliseconds; up to 3.5 only seconds are kept, and 2.3 shows one more than it keeps (corrections.md 3). */
    private boolean keepsMillis() {
        return generation == Generation.E;
    }

    /**
     * {@link #NEVER}, {@link #GONE} if there is no such key, or when it expires: never later than it does, so that a command it may have
     * expired before is not taken for one that found it.
     */
    private long expireAt(Bytes key) {
        long left = timeLeft(key);
        for (int tries = 0; left >= 0 && tries < MOST_TRIES; tries++) {
            long now = sourceMillis();
            left = timeLeft(key);
            if (left >= 0 && keepsMillis()) {
                return now + left;
            }
            if (left >= 0 && now / 1000 == sourceMillis() / 1000) {
                return (now / 1000 + left) * 1000;
            }
        }
        if (left >= 0) {
            throw new FerryException(
                    ErrorCode.SOURCE_UNREACHABLE,
                    "source %s takes a second to answer"
                            .formatted(client.source().endpoint()));
        }
        return left == NOT_THERE ? GONE : NEVER; // gone since it was read: that it expired is not logged
    }

    private long timeLeft(Bytes key) {
        String question = keepsMillis() ? "PTTL" : "TTL";
        return number(ask(question, key), question);
    }

    private boolean mayHavePassed(long expireAtMillis) {
        long shownLaterByMillis = generation == Generation.A ? 1_000 : 0;
        return expireAtMillis - shownLaterByMillis <= sourceMillis();
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
        Reply reply = ask("GET", key);
        if (reply instanceof Reply.Nil) {
            return List.of();
        }
        return List.of(write("SET", key, List.of(bulk(reply))));
    }

    private List<Write> list(Bytes key) {
        List<Write> writes = new ArrayList<>();
        for (long from = 0; ; from += PAGE) {
            List<Reply> page = array(
                    ask("LRANGE", key, Bytes.utf8(Long.toString(from)), Bytes.utf8(Long.toString(from + PAGE - 1))));
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
            List<Reply> answer = array(ask(scan, key, cursor, Bytes.utf8("COUNT"), Bytes.utf8(Integer.toString(PAGE))));
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
            array(ask("ZRANGE", key, ZERO, Bytes.utf8("-1"))).forEach(member -> members.add(bulk(member)));
        } else {
            Bytes cursor = ZERO;
            do {
                List<Reply> answer =
                        array(ask("ZSCAN", key, cursor, Bytes.utf8("COUNT"), Bytes.utf8(Integer.toString(PAGE))));
                cursor = bulk(answer.get(0));
                List<Reply> page = array(answer.get(1));
                for (int i = 0; i < page.size(); i += 2) {
                    members.add(bulk(page.get(i)));
                }
            } while (!cursor.equals(ZERO));
        }
        List<Write> writes = new ArrayList<>();
        for (int from = 0; from < members.size(); from += PAGE) {
            List<Bytes> some = members.subList(from, Math.min(from + PAGE, members.size()));
            List<Bytes> pairs = withScores(key, some);
            if (!pairs.isEmpty()) {
                writes.add(write("ZADD", key, pairs));
            }
        }
        return writes;
    }

    private List<Bytes> withScores(Bytes key, List<Bytes> members) {
        List<Reply> scores = askAll(
                members.stream().map(member -> command("ZSCORE", key, member)).toList());
        List<Bytes> pairs = new ArrayList<>(2 * members.size());
        for (int i = 0; i < members.size(); i++) {
            if (scores.get(i) instanceof Reply.Bulk score) {
                pairs.add(score.value());
                pairs.add(members.get(i));
            }
        }
        return pairs;
    }

    private static List<Bytes> command(String name, Bytes... arguments) {
        List<Bytes> command = new ArrayList<>();
        command.add(Bytes.utf8(name));
        command.addAll(List.of(arguments));
        return command;
    }

    private Reply ask(String name, Bytes... arguments) {
        return askAll(List.of(command(name, arguments))).get(0);
    }

    /**
     * Asks in the database of the key, and past the cache of the source. The database is said each time: a connection that has been
     * replaced stands in the first one.
     */
    private List<Reply> askAll(List<List<Bytes>> questions) {
        List<List<Bytes>> commands = new ArrayList<>();
        if (!generation.dialsBack()) { // those have one database only
            commands.add(command("SELECT", Bytes.utf8(Integer.toString(db))));
        }
        int first = commands.size();
        if (transactions) {
            commands.add(command("MULTI"));
        }
        commands.addAll(questions);
        if (transactions) {
            commands.add(command("EXEC"));
        }
        List<Reply> replies = client.callAll(commands);
        Reply last = replies.get(replies.size() - 1);
        if (last instanceof Reply.Failure failure) {
            if (transactions && replies.size() == first + 1 && failure.text().contains("unknown")) {
                transactions = false; // before 3.5.2, which has no cache either
                return askAll(questions);
            }
            throw refused(commands.get(replies.size() - 1).get(0).asUtf8());
        }
        List<Reply> answers = transactions ? array(last) : replies.subList(first, replies.size());
        if (answers.size() != questions.size()) {
            throw new FerryException(
                    ErrorCode.SOURCE_PROTOCOL,
                    "the source has %d answers to %d questions".formatted(answers.size(), questions.size()));
        }
        for (int i = 0; i < questions.size(); i++) {
            if (answers.get(i) instanceof Reply.Failure) {
                throw refused(questions.get(i).get(0).asUtf8());
            }
        }
        return answers;
    }

    private static FerryException refused(String name) {
        return new FerryException(ErrorCode.SOURCE_PROTOCOL, "the source refused " + name);
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
