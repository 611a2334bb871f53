package io.pikaferry.worker.sender;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.model.BinlogPosition;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.StreamId;
import io.pikaferry.worker.routing.CollectionWrite;
import io.pikaferry.worker.routing.CollectionWrite.Kind;
import io.pikaferry.worker.routing.LaneOf;
import io.pikaferry.worker.target.TargetLink;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Gives a collection that is filled again the expiry it had when it was emptied, where the source does so (ADR 19).
 *
 * <pre>
 *   SREM k m      the last member of a key with an expiry    HSET emptied s0/k T
 *   SADD k m      k was not there                            PEXPIREAT k T + SHIFT, HSET emptied s0/k !T
 *   then                                                     HSET held, HSET dirty, HDEL emptied s0/k
 * </pre>
 *
 * <p>The first two are scripts, so they happen with the command and with the mark. What was given is held back at first and then
 * watched like any other ({@link HeldExpiries}). And it is only suspected: the source forgets what it remembers when it compacts its
 * files, and does not log that ({@link Suspects}). Until both are written down the {@code !} in the target says that they have to be.
 *
 * <p>Threads: the lane's.
 */
final class Revivals {

    /** What Lua can put on its stack is limited: with more arguments a command is cut in pieces. */
    private static final int MOST_ARGUMENTS = 4_000;

    /** The source may have executed an item a second before the time it logs. */
    private static final long SURELY_PAST_MILLIS = 2_000;

    private static final String SHIFT = Long.toString(HeldExpiries.SHIFT_MILLIS);

    /** Of what was left to live, as whole seconds, which is what the source keeps; see {@link HeldExpiries#isShifted}. */
    private static final String EXPIRY = "local now=redis.call('time') if left>" + SHIFT + "/2 then left=left-" + SHIFT
            + " end local at=string.format('%.0f',math.floor((now[1]*1000+now[2]/1000+left)/1000+0.5)*1000) ";

    /** KEYS: those that may be emptied or filled, the hash. ARGV: how many, executed at, own db, db, prefix, the command. */
    private static final String BEFORE =
            "local n,lefts=tonumber(ARGV[1]),{} for i=1,n do lefts[i]=redis.call('pttl',KEYS[i]) end "
                    + "local reply=redis.call(unpack(ARGV,6)) ";

    private static final String CAME = "local at=redis.call('hget',KEYS[n+1],field) if at and at:sub(1,1)~='!' then "
            + "local second,executed=math.floor(at/1000),tonumber(ARGV[2]) "
            + "if executed>0 and second<executed-1 then say='-' redis.call('hdel',KEYS[n+1],field) "
            + "else say='!'..at redis.call('hset',KEYS[n+1],field,say) "
            + "if executed==0 or second>executed then give=string.format('%.0f',at+" + SHIFT + ") end end end ";

    private static final String WENT = EXPIRY + "say=at redis.call('hset',KEYS[n+1],field,at) ";

    private static final String AFTER = "local told for i=1,n do local left=lefts[i] if left~=-1 then "
            + "local there=redis.call('exists',KEYS[i])==1 if there==(left==-2) then "
            + "local field,say,give=ARGV[5]..KEYS[i] "
            + "if ARGV[3]~=ARGV[4] then redis.call('select',ARGV[3]) end "
            + "if there then " + CAME + "else " + WENT + "end "
            + "if ARGV[3]~=ARGV[4] then redis.call('select',ARGV[4]) end "
            + "if give then redis.call('pexpireat',KEYS[i],give) end "
            + "if say then if not told then told={} for j=1,n do told[j]='' end end told[i]=say end "
            + "end end end return told";

    private static final byte[] AS_IS = Words.ascii(BEFORE + AFTER);
    private static final byte[] KEEPING_EXPIRY =
            Words.ascii(BEFORE + "if lefts[1]>0 then redis.call('pexpire',KEYS[1],lefts[1]) end " + AFTER);
    private static final byte[] CLEARING_FIRST =
            Words.ascii(BEFORE + "if reply then redis.call('persist',ARGV[7]) end " + AFTER);

    /** KEYS: the key, the hash. ARGV: own db, db, the expiry it is known to have had, or 0, and the kind, or nothing. */
    private static final byte[] UNLINK = Words.ascii("local left=redis.call('pttl',KEYS[1]) "
            + "local kind=ARGV[4]~='' and ARGV[4] or ({set='s',zset='z',list='l'})[redis.call('type',KEYS[1]).ok] "
            + "redis.call('unlink',KEYS[1]) if not kind or left<0 and ARGV[3]=='0' then return end " + EXPIRY
            + "if ARGV[3]~='0' then at=ARGV[3] end redis.call('select',ARGV[1]) "
            + "redis.call('hset',KEYS[2],kind..ARGV[2]..'/'..KEYS[1],at) return {kind,at}");

    /** KEYS: the key, the hash. ARGV: own db, field. */
    private static final byte[] UNLINK_FORGETTING =
            Words.ascii("redis.call('unlink',KEYS[1]) redis.call('select',ARGV[1]) redis.call('hdel',KEYS[2],ARGV[2])");

    private final LaneJob job;
    private final TargetLink link;
    private final Patience patience;

    /** Keys that a command planned for the next transaction may empty: what is known of them is known only after it. */
    private final Set<Bytes> mayBeEmptied = new HashSet<>();

    private final Map<Bytes, Given> given = new LinkedHashMap<>();

    /** An expiry that was given back, but is not written down where all others are. */
    private record Given(StreamId stream, EmptiedKeys.Name name, long expireAtMillis, BinlogPosition end) {}

    Revivals(LaneJob job, TargetLink link, Patience patience) {
        this.job = requireNonNull(job, "job is null");
        this.link = requireNonNull(link, "link is null");
        this.patience = requireNonNull(patience, "patience is null");
    }

    private EmptiedKeys emptiedOfOwner(byte[] key) {
        return job.emptied(LaneOf.lane(key, job.config().lanes()));
    }

    // ------------------------------------------------------------------ what is sent

    /** Whether the command cannot go as it is. */
    boolean concern(int db, CollectionWrite write) {
        if (write.empties()) {
            for (byte[] key : write.keys()) {
                mayBeEmptied.add(EmptiedKeys.field(write.kind(), db, key));
            }
            return true;
        }
        byte[] key = write.keys()[0];
        EmptiedKeys emptied = emptiedOfOwner(key);
        if (emptied.isEmpty() && mayBeEmptied.isEmpty()) {
            return false;
        }
        Bytes field = EmptiedKeys.field(write.kind(), db, key);
        return emptied.mayHave(field) || mayBeEmptied.contains(field);
    }

    /** The command, with what there is to remember or to give back. */
    List<byte[][]> scripts(int db, long executedAtSeconds, CollectionWrite write) {
        List<byte[][]> scripts = new ArrayList<>(1);
        byte[][] command = write.command();
        if (command.length <= MOST_ARGUMENTS || write.form() != CollectionWrite.Form.AS_IS) {
            scripts.add(script(db, executedAtSeconds, write, command));
            return scripts;
        }
        // An even number: scores come before members.
        for (int from = 2; from < command.length; from += MOST_ARGUMENTS) {
            int to = Math.min(command.length, from + MOST_ARGUMENTS);
            byte[][] piece = new byte[2 + to - from][];
            piece[0] = command[0];
            piece[1] = command[1];
            System.arraycopy(command, from, piece, 2, to - from);
            scripts.add(script(db, executedAtSeconds, write, piece));
        }
        return scripts;
    }

    private byte[][] script(int db, long executedAtSeconds, CollectionWrite write, byte[][] command) {
        byte[][] keys = write.keys();
        byte[][] script = new byte[9 + keys.length + command.length][];
        script[0] = Words.EVAL;
        script[1] = switch (write.form()) {
            case AS_IS -> AS_IS;
            case KEEPING_EXPIRY -> KEEPING_EXPIRY;
            case CLEARING_FIRST -> CLEARING_FIRST;
        };
        script[2] = Words.ascii(keys.length + 1);
        System.arraycopy(keys, 0, script, 3, keys.length);
        int at = 3 + keys.length;
        script[at++] = job.keys().emptied();
        script[at++] = Words.ascii(keys.length);
        script[at++] = Words.ascii(executedAtSeconds);
        script[at++] = Words.ascii(job.controlDb());
        script[at++] = Words.ascii(db);
        script[at++] = EmptiedKeys.prefix(write.kind(), db);
        System.arraycopy(command, 0, script, at, command.length);
        return script;
    }

    /**
     * Removes a key that the source does not have. It may remember what expiry it had: rather one too many is taken for remembered, as
     * what is given back is looked at again.
     *
     * @param kind what it is known to have been; empty: what it is here
     * @param expireAtMillis what it is known to have had last; 0: what it has here
     */
    byte[][] unlinkRemembering(int db, byte[] key, Optional<Kind> kind, long expireAtMillis) {
        return new byte[][] {
            Words.EVAL,
            UNLINK,
            Words.ascii(2),
            key,
            job.keys().emptied(),
            Words.ascii(job.controlDb()),
            Words.ascii(db),
            Words.ascii(expireAtMillis),
            Words.ascii(kind.map(known -> String.valueOf(known.letter())).orElse(""))
        };
    }

    /**
     * Removes a key to make room for what was read from the source, which so has nothing remembered there.
     *
     * @param filling the command that makes it anew
     */
    byte[][] unlinkForgetting(int db, byte[] key, byte[][] filling) {
        Optional<Bytes> field = kindFilledBy(filling).map(kind -> EmptiedKeys.field(kind, db, key));
        EmptiedKeys emptied = emptiedOfOwner(key);
        if (field.filter(emptied::mayHave).isEmpty()) {
            return new byte[][] {Words.UNLINK, key};
        }
        emptied.remove(field.get());
        return new byte[][] {
            Words.EVAL,
            UNLINK_FORGETTING,
            Words.ascii(2),
            key,
            job.keys().emptied(),
            Words.ascii(job.controlDb()),
            field.get().array()
        };
    }

    private static Optional<Kind> kindFilledBy(byte[][] command) {
        return switch (Words.name(command[0])) {
            case "SADD" -> Optional.of(Kind.SET);
            case "ZADD" -> Optional.of(Kind.SORTED_SET);
            case "RPUSH" -> Optional.of(Kind.LIST);
            default -> Optional.empty();
        };
    }

    // ------------------------------------------------------------------ what was answered

    /** A script has said something. */
    void heard(StreamId stream, BinlogPosition end, int db, CollectionWrite write, List<?> told) {
        for (int i = 0; i < write.keys().length; i++) {
            byte[] key = write.keys()[i];
            byte[] said = (byte[]) told.get(i);
            if (said.length == 0) {
                continue;
            }
            Bytes field = EmptiedKeys.field(write.kind(), db, key);
            if (said[0] == '-') {
                emptiedOfOwner(key).remove(field);
            } else if (said[0] == '!') {
                emptiedOfOwner(key).remove(field);
                EmptiedKeys.Name name = new EmptiedKeys.Name(write.kind(), db, Bytes.owning(key));
                given.put(field, new Given(stream, name, millis(said, 1), end));
            } else {
                emptiedOfOwner(key).put(field, millis(said, 0));
                given.remove(field);
            }
        }
    }

    /** {@link #unlinkRemembering} has said something. */
    void heardOfUnlink(int db, byte[] key, List<?> told) {
        byte letter = ((byte[]) told.get(0))[0];
        Kind kind = Arrays.stream(Kind.values())
                .filter(each -> each.letter() == letter)
                .findFirst()
                .orElseThrow();
        emptiedOfOwner(key).put(EmptiedKeys.field(kind, db, key), millis((byte[]) told.get(1), 0));
    }

    private static long millis(byte[] text, int from) {
        return Long.parseLong(new String(text, from, text.length - from, US_ASCII));
    }

    /** The transaction has taken effect. What it has given back is written down before anything else is sent. */
    void settle() throws InterruptedException {
        mayBeEmptied.clear();
        if (given.isEmpty()) {
            return;
        }
        List<byte[][]> own = new ArrayList<>();
        given.forEach((field, what) -> {
            int db = what.name().db();
            byte[] key = what.name().key().array();
            int lane = LaneOf.lane(key, job.config().lanes());
            job.held(lane).put(db, key, what.expireAtMillis(), HeldExpiries.State.UNKNOWN);
            own.add(new byte[][] {
                Words.HSET, job.keys().held(), HeldExpiries.field(db, key), Words.ascii(what.expireAtMillis())
            });
            suspect(lane, what, own);
            own.add(new byte[][] {Words.HDEL, job.keys().emptied(), field.array()});
        });
        given.clear();
        execute(own);
    }

    private void suspect(int lane, Given what, List<byte[][]> own) {
        if (job.dirty(lane).find(what.stream(), what.name().key().array()).isPresent()) {
            return;
        }
        DirtyKey suspected = new DirtyKey(
                what.stream(),
                what.name().db(),
                what.name().key(),
                ErrorCode.NOT_DETERMINISTIC,
                "it was filled again after it had been emptied; the log does not say whether the source still knew the expiry it had",
                what.end());
        own.add(new byte[][] {Words.HSET, job.keys().dirty(), DirtyKeys.field(suspected), DirtyKeys.value(suspected)});
        for (DirtyKey trusted : job.suspects(lane).add(suspected, job.threads().nanos())) {
            own.add(new byte[][] {Words.HDEL, job.keys().dirty(), DirtyKeys.field(trusted)});
        }
    }

    private void execute(List<byte[][]> own) throws InterruptedException {
        patience.execute(() -> {
            Transaction<Object> transaction = new Transaction<>(job.controlDb());
            own.forEach(transaction::own);
            return transaction;
        });
    }

    // ------------------------------------------------------------------ what is remembered

    /** An earlier tenure had given it back, and did not come to write that down. */
    void adopt(EmptiedKeys.Name name, long expireAtMillis) {
        given.put(
                EmptiedKeys.field(name.kind(), name.db(), name.key().array()),
                new Given(StreamId.ONLY, name, expireAtMillis, BinlogPosition.START));
    }

    /**
     * Forgets what the source has forgotten.
     *
     * @param quietSeconds of each database of the target, up to when nothing more will come of what the source has executed
     */
    void forgetPast(int lane, Map<Integer, Long> quietSeconds) throws InterruptedException {
        EmptiedKeys emptied = job.emptied(lane);
        if (emptied.isEmpty()) {
            return;
        }
        long quiet =
                quietSeconds.values().stream().mapToLong(Long::longValue).min().orElse(0);
        List<Bytes> past = emptied.takeBefore(quiet * 1000 - SURELY_PAST_MILLIS);
        for (int from = 0; from < past.size(); from += job.config().batchUnits()) {
            forget(past.subList(from, Math.min(past.size(), from + job.config().batchUnits())));
        }
        if (emptied.isFull() && emptied.size() < EmptiedKeys.MAX_KEYS / 2) {
            learn(lane, emptied);
        }
    }

    private void forget(List<Bytes> fields) throws InterruptedException {
        byte[][] command = new byte[2 + fields.size()][];
        command[0] = Words.HDEL;
        command[1] = job.keys().emptied();
        for (int i = 0; i < fields.size(); i++) {
            command[2 + i] = fields.get(i).array();
        }
        execute(List.<byte[][]>of(command));
    }

    /** There was no room for all; now there may be. */
    private void learn(int lane, EmptiedKeys emptied) {
        emptied.clear();
        new OwnHash(link, job.keys().emptied()).forEach((field, value) -> {
            byte[] key = EmptiedKeys.parse(field).key().array();
            if (value[0] != '!' && LaneOf.lane(key, job.config().lanes()) == lane) {
                emptied.put(Bytes.owning(field), millis(value, 0));
            }
        });
    }

    /** The source has dropped all of a kind, and with it what it remembered. Every lane waits. Repeatable. */
    void forgetAll(Kind kind) throws InterruptedException {
        for (int each = 0; each < job.config().lanes(); each++) {
            job.emptied(each).removeAll(kind);
        }
        List<Bytes> some = new ArrayList<>();
        new OwnHash(link, job.keys().emptied()).forEach((field, value) -> {
            if (EmptiedKeys.isOf(kind, field)) {
                some.add(Bytes.owning(field));
            }
        });
        for (int from = 0; from < some.size(); from += job.config().batchUnits()) {
            forget(some.subList(from, Math.min(some.size(), from + job.config().batchUnits())));
        }
    }
}
