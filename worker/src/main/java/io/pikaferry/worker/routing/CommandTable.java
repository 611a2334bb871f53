package io.pikaferry.worker.routing;

import static io.pikaferry.worker.routing.Keys.ALL;
import static io.pikaferry.worker.routing.Keys.ALL_BUT_FIRST;
import static io.pikaferry.worker.routing.Keys.DESTINATION_AND_COUNTED;
import static io.pikaferry.worker.routing.Keys.EVERY_SECOND;
import static io.pikaferry.worker.routing.Keys.FIRST;
import static io.pikaferry.worker.routing.Keys.FIRST_TWO;
import static io.pikaferry.worker.routing.Keys.NONE;

import io.pikaferry.worker.master.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Every command that Pika 2.3 – 4.0 can log, and what is done with it (replication.md §7, corrections.md). What is not
 * here is refused.
 *
 * <p>A command has several rows where releases differ; of one release it has one row at most. The order is that of the
 * families below: strings, keys, hashes, lists, sets, sorted sets, the rest.
 */
public final class CommandTable {

    private static final PikaVersion FIRST_KNOWN = new PikaVersion(2, 3, 0);
    private static final String RAW = "raw";

    private static final List<CommandRow> ROWS = Stream.of(
                    strings(), counters(), keys(), hashes(), lists(), sets(), sortedSets(), others())
            .flatMap(List::stream)
            .toList();

    private CommandTable() {}

    /** All of it. */
    public static List<CommandRow> rows() {
        return ROWS;
    }

    /** What holds for one release. */
    public static List<CommandRow> rowsOf(PikaVersion version) {
        return ROWS.stream().filter(row -> row.isOf(version)).toList();
    }

    private static List<CommandRow> strings() {
        return List.of(
                row("set", -3, FIRST, Treatment.SET_OR_COUNTER).until("2.3.8"),
                row("set", -3, FIRST, Treatment.SET).from("2.3.8").until("3.0.0"),
                row("set", -3, FIRST, Treatment.SET_OR_COUNTER).from("3.0.0").until("3.0.8"),
                row("set", -3, FIRST, Treatment.SET_OR_COUNTER)
                        .from("3.0.8")
                        .until("3.0.13")
                        .logged("raw, but EX/PX alone: pksetexat k s v"),
                row("set", -3, FIRST, Treatment.SET)
                        .from("3.0.13")
                        .until("3.1.0")
                        .logged("raw, but EX/PX alone: pksetexat k s v"),
                row("set", -3, FIRST, Treatment.SET_OR_COUNTER)
                        .from("3.1.0")
                        .until("3.2.4")
                        .logged("raw, but EX/PX alone: pksetexat k s v"),
                row("set", -3, FIRST, Treatment.SET).from("3.2.4").logged("raw, but EX/PX alone: pksetexat k s v"),
                row("setnx", 3, FIRST, Treatment.AS_IS)
                        .until("3.3.6")
                        .logged("set k v, if it set")
                        .once(),
                row("setnx", 3, FIRST, Treatment.AS_IS).from("3.3.6").once(),
                row("mset", -3, EVERY_SECOND, Treatment.EACH_PAIR)
                        .until("3.0.5")
                        .logged("set k v for each, in one item"),
                row("mset", -3, EVERY_SECOND, Treatment.EACH_PAIR).from("3.0.5").until("3.5.0"),
                row("mset", -3, EVERY_SECOND, Treatment.EACH_PAIR).from("3.5.0").logged("set k v for each"),
                row("msetnx", -3, EVERY_SECOND, Treatment.AS_IS)
                        .until("3.0.5")
                        .logged("set k v for each, in one item, if it set")
                        .once(),
                row("msetnx", -3, EVERY_SECOND, Treatment.AS_IS)
                        .from("3.0.5")
                        .until("3.5.0")
                        .once(),
                row("msetnx", -3, EVERY_SECOND, Treatment.AS_IS)
                        .from("3.5.0")
                        .logged("set k v for each, if it set")
                        .once(),
                row("getset", 3, FIRST, Treatment.REPLACE),
                row("append", 3, FIRST, Treatment.AS_IS).until("3.5.5").once(),
                row("append", 3, FIRST, Treatment.AS_IS)
                        .from("3.5.5")
                        .until("4.0.0")
                        .logged("pksetexat k 0 value")
                        .once(),
                row("append", 3, FIRST, Treatment.AS_IS)
                        .from("4.0.0")
                        .until("4.0.1")
                        .once(),
                row("append", 3, FIRST, Treatment.AS_IS)
                        .from("4.0.1")
                        .logged("pksetexat k <s or 0> value")
                        .once(),
                row("setex", 4, FIRST, Treatment.SETEX).until("3.0.8"),
                row("setex", 4, FIRST, Treatment.SETEX).from("3.0.8").logged("pksetexat k s v"),
                row("psetex", 4, FIRST, Treatment.PSETEX).from("3.0.2").until("3.0.8"),
                row("psetex", 4, FIRST, Treatment.PSETEX)
                        .from("3.0.8")
                        .until("4.0.1")
                        .logged("pksetexat k s v"),
                row("psetex", 4, FIRST, Treatment.PSETEX).from("4.0.1").logged("pksetexat k ms v"),
                row("pksetexat", 4, FIRST, Treatment.PKSETEXAT).from("3.0.8").until("3.5.5"),
                row("pksetexat", 4, FIRST, Treatment.PKSETEXAT_LOSING_EXPIRY)
                        .from("3.5.5")
                        .until("4.0.0"),
                row("pksetexat", 4, FIRST, Treatment.PKSETEXAT).from("4.0.0").until("4.0.1"),
                row("pksetexat", 4, FIRST, Treatment.PKSETEXAT_IN_MILLIS).from("4.0.1"),
                row("delvx", 3, FIRST, Treatment.DELVX).from("3.0.2").once(),
                row("setrange", 4, FIRST, Treatment.SETRANGE_OF_NEMO).until("3.0.0"),
                row("setrange", 4, FIRST, Treatment.SETRANGE_CLEARING)
                        .from("3.0.0")
                        .until("3.5.2"),
                row("setrange", 4, FIRST, Treatment.SETRANGE).from("3.5.2"),
                row("setbit", 4, FIRST, Treatment.SETBIT_CLEARING).until("3.5.2"),
                row("setbit", 4, FIRST, Treatment.SETBIT).from("3.5.2"),
                row("bitop", -4, ALL_BUT_FIRST, Treatment.BITOP).until("3.5.0").once(),
                row("bitop", -4, ALL_BUT_FIRST, Treatment.BITOP)
                        .from("3.5.0")
                        .logged("set destination value")
                        .once());
    }

    /** Logged with their result or as they are, from release to release. */
    private static List<CommandRow> counters() {
        String result = "set k newvalue";
        List<CommandRow> rows = new ArrayList<>();
        for (String name : List.of("incr", "incrby", "incrbyfloat", "decr", "decrby")) {
            CommandRow row = row(name, name.length() == 4 ? 2 : 3, FIRST, Treatment.AS_IS)
                    .once();
            boolean decrement = name.startsWith("decr");
            rows.add(row.until("2.3.8").logged(result));
            rows.add(row.from("2.3.8").until("3.0.0"));
            rows.add(row.from("3.0.0").until("3.0.13").logged(result));
            rows.add(row.from("3.0.13").until("3.1.0"));
            rows.add(row.from("3.1.0").until("3.2.4").logged(result));
            if (decrement) {
                rows.add(row.from("3.2.4"));
            } else {
                rows.add(row.from("3.2.4").until("3.5.5"));
                rows.add(row.from("3.5.5").until("4.0.0").logged("pksetexat k 0 newvalue"));
                rows.add(row.from("4.0.0").until("4.0.1"));
                rows.add(row.from("4.0.1").logged("pksetexat k <s or 0> newvalue"));
            }
        }
        return rows;
    }

    private static List<CommandRow> keys() {
        return List.of(
                row("del", -2, ALL, Treatment.EACH_KEY).until("3.5.0"),
                row("del", -2, ALL, Treatment.EACH_KEY).from("3.5.0").logged("one item for each key"),
                row("unlink", -2, ALL, Treatment.EACH_KEY).from("3.5.0").logged("one item for each key"),
                row("expire", 3, FIRST, Treatment.NEVER_LOGGED).logged("expireat k s"),
                row("pexpire", 3, FIRST, Treatment.NEVER_LOGGED).until("4.0.1").logged("expireat k s"),
                row("pexpire", 3, FIRST, Treatment.NEVER_LOGGED).from("4.0.1").logged("pexpireat k ms"),
                row("expireat", 3, FIRST, Treatment.EXPIREAT).until("3.5.3"),
                row("expireat", 3, FIRST, Treatment.EXPIREAT_UNLESS_STREAM).from("3.5.3"),
                row("pexpireat", 3, FIRST, Treatment.NEVER_LOGGED)
                        .until("4.0.1")
                        .logged("expireat k s"),
                row("pexpireat", 3, FIRST, Treatment.PEXPIREAT_UNLESS_STREAM).from("4.0.1"),
                row("persist", 2, FIRST, Treatment.REPLACE));
    }

    private static List<CommandRow> hashes() {
        return List.of(
                row("hset", -4, FIRST, Treatment.AS_IS),
                row("hsetnx", 4, FIRST, Treatment.CLEARING_IF_CHANGED)
                        .until("3.0.0")
                        .once(),
                row("hsetnx", 4, FIRST, Treatment.AS_IS).from("3.0.0").once(),
                row("hmset", -4, FIRST, Treatment.AS_IS),
                row("hdel", -3, FIRST, Treatment.CLEARING_IF_CHANGED).until("3.0.0"),
                row("hdel", -3, FIRST, Treatment.AS_IS).from("3.0.0"),
                row("hincrby", 4, FIRST, Treatment.AS_IS).once(),
                row("hincrbyfloat", 4, FIRST, Treatment.AS_IS).once());
    }

    private static List<CommandRow> lists() {
        return List.of(
                row("lpush", -3, FIRST, Treatment.AS_IS).once(),
                row("rpush", -3, FIRST, Treatment.AS_IS).once(),
                row("lpushx", -3, FIRST, Treatment.AS_IS).once(),
                row("rpushx", -3, FIRST, Treatment.AS_IS).once(),
                row("linsert", 5, FIRST, Treatment.AS_IS).once(),
                row("lset", 4, FIRST, Treatment.AS_IS),
                row("lrem", 4, FIRST, Treatment.AS_IS).once(),
                row("ltrim", 4, FIRST, Treatment.AS_IS).once(),
                row("lpop", -2, FIRST, Treatment.AS_IS).once(),
                row("rpop", -2, FIRST, Treatment.AS_IS).once(),
                row("blpop", -3, NONE, Treatment.NEVER_LOGGED).from("3.5.0").logged("lpop k, if it popped"),
                row("brpop", -3, NONE, Treatment.NEVER_LOGGED).from("3.5.0").logged("rpop k, if it popped"),
                row("rpoplpush", 3, FIRST_TWO, Treatment.RPOPLPUSH_CLEARING)
                        .until("3.0.0")
                        .once(),
                row("rpoplpush", 3, FIRST_TWO, Treatment.AS_IS)
                        .from("3.0.0")
                        .until("3.5.0")
                        .once(),
                row("rpoplpush", 3, FIRST_TWO, Treatment.AS_IS)
                        .from("3.5.0")
                        .logged("RPOP source, LPUSH destination value")
                        .once());
    }

    private static List<CommandRow> sets() {
        List<CommandRow> rows = new ArrayList<>(List.of(
                row("sadd", -3, FIRST, Treatment.AS_IS),
                row("srem", -3, FIRST, Treatment.AS_IS),
                row("spop", -2, FIRST, Treatment.REREAD).until("3.5.4").once(),
                row("spop", -2, FIRST, Treatment.REREAD)
                        .from("3.5.4")
                        .logged("srem k member …")
                        .once(),
                row("smove", 4, FIRST_TWO, Treatment.AS_IS).until("3.5.0").once(),
                row("smove", 4, FIRST_TWO, Treatment.AS_IS)
                        .from("3.5.0")
                        .logged("srem source member, sadd destination member")
                        .once(),
                row("sunion", -2, ALL, Treatment.IGNORE).from("4.0.0"),
                row("sinter", -2, ALL, Treatment.IGNORE).from("4.0.0"),
                row("sdiff", -2, ALL, Treatment.IGNORE).from("4.0.0")));
        for (String name : List.of("sunionstore", "sinterstore", "sdiffstore")) {
            rows.addAll(store(name, -3, ALL, "del destination, sadd destination member …"));
        }
        return rows;
    }

    private static List<CommandRow> sortedSets() {
        List<CommandRow> rows = new ArrayList<>(List.of(
                row("zadd", -4, FIRST, Treatment.ZADD_OF_NEMO).until("3.0.0"),
                row("zadd", -4, FIRST, Treatment.ZADD).from("3.0.0"),
                row("zincrby", 4, FIRST, Treatment.AS_IS).once(),
                row("zrem", -3, FIRST, Treatment.AS_IS),
                row("zremrangebyrank", 4, FIRST, Treatment.AS_IS).once(),
                row("zremrangebyscore", 4, FIRST, Treatment.AS_IS),
                row("zremrangebylex", 4, FIRST, Treatment.AS_IS),
                row("zpopmax", -2, FIRST, Treatment.AS_IS).from("3.2.1").once(),
                row("zpopmin", -2, FIRST, Treatment.AS_IS).from("3.2.1").once(),
                row("geoadd", -5, FIRST, Treatment.GEOADD_OF_NEMO).until("3.0.0"),
                row("geoadd", -5, FIRST, Treatment.GEOADD).from("3.0.1")));
        for (String name : List.of("zunionstore", "zinterstore")) {
            rows.addAll(store(name, -4, DESTINATION_AND_COUNTED, "del destination, zadd destination score member …"));
        }
        return rows;
    }

    /** Replaces its destination by what it makes of other keys. */
    private static List<CommandRow> store(String name, int arity, Keys keys, String resultForm) {
        return List.of(
                row(name, arity, keys, Treatment.STORE_KEEPING_EXPIRY)
                        .until("3.0.0")
                        .once(),
                row(name, arity, keys, Treatment.REPLACE)
                        .from("3.0.0")
                        .until("3.5.0")
                        .once(),
                row(name, arity, keys, Treatment.REPLACE)
                        .from("3.5.0")
                        .logged(resultForm)
                        .once());
    }

    private static List<CommandRow> others() {
        return List.of(
                row("pfadd", -2, FIRST, Treatment.PFADD),
                row("pfmerge", -2, ALL, Treatment.PFMERGE).until("3.5.0").once(),
                row("pfmerge", -2, ALL, Treatment.PFMERGE)
                        .from("3.5.0")
                        .logged("set destination value")
                        .once(),
                row("xadd", -5, FIRST, Treatment.XADD).from("3.5.3").once(),
                row("xtrim", -4, FIRST, Treatment.XTRIM).from("3.5.3"),
                row("xdel", -3, FIRST, Treatment.AS_IS).from("3.5.3"),
                row("flushall", 1, NONE, Treatment.FLUSH).until("3.1.0"),
                row("flushall", 1, NONE, Treatment.FLUSH).from("3.1.0").logged("flushdb, in every database"),
                row("flushdb", -1, NONE, Treatment.FLUSH_OF_TYPE).from("2.3.3").until("3.5.4"),
                row("flushdb", -1, NONE, Treatment.FLUSH_UNLESS_OF_TYPE)
                        .from("3.5.4")
                        .until("3.5.5"),
                row("flushdb", -1, NONE, Treatment.FLUSH).from("3.5.5"),
                row("pkpatternmatchdel", 3, NONE, Treatment.DELETE_MATCHING)
                        .from("3.2.3")
                        .until("3.5.5"),
                row("pkpatternmatchdel", 3, NONE, Treatment.DELETE_SOME_MATCHING)
                        .from("3.5.5")
                        .until("4.0.0")
                        .once(),
                row("pkpatternmatchdel", 2, NONE, Treatment.DELETE_MATCHING_OF_ANY_TYPE)
                        .from("4.0.0")
                        .until("4.0.1"),
                // 4.0.1 says that it is 4.0.0: whoever logs it so is that.
                row("pkpatternmatchdel", 2, NONE, Treatment.DELETE_MATCHING_OF_ANY_TYPE)
                        .from("4.0.1")
                        .logged("del k for each"),
                row("padding", -1, NONE, Treatment.IGNORE).from("3.0.0").logged("raw, or by a slave as filler"),
                row("dummy", -1, NONE, Treatment.IGNORE).from("3.3.0").logged("by the master, when its term begins"),
                row("slotsmgrt-exec-wrapper", -1, NONE, Treatment.IGNORE).from("3.5.0"),
                row("clearreplicationid", -1, NONE, Treatment.IGNORE).from("3.5.1"),
                row("clearcache", -1, NONE, Treatment.IGNORE).from("3.5.2"),
                row("exec", -1, NONE, Treatment.NEVER_LOGGED).from("3.5.2").logged("the writes in it"));
    }

    private static CommandRow row(String name, int arity, Keys keys, Treatment treatment) {
        return new CommandRow(name, FIRST_KNOWN, Optional.empty(), arity, keys, RAW, treatment, true);
    }
}
