package io.pikaferry.standin.database;

import io.pikaferry.standin.command.Command;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.resp.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * All databases of a master, in sharding mode the slots of all of them: runs a command where its keys are, or in all where it
 * concerns all.
 *
 * <p>Sharding mode is as 3.4.0 has it (replication.md §7.4; tried with one): DEL, MSET, MGET and EXISTS are done slot by slot and
 * logged whole in each, RPOPLPUSH wants both keys in one slot, most other commands of several keys are refused.
 */
public final class Databases {

    private static final Set<String> REFUSED_IN_SLOTS = Set.of(
            "msetnx",
            "scan",
            "keys",
            "zunionstore",
            "zinterstore",
            "sunionstore",
            "sinterstore",
            "sdiffstore",
            "smove",
            "bitop",
            "pfadd",
            "pfmerge",
            "geoadd",
            "pkpatternmatchdel");

    private static final Set<String> SPLIT = Set.of("del", "mget", "exists", "mset");

    private final List<Database> databases;
    private final int slots;

    /** @param databases in order; of each database its slots, one after the other */
    public Databases(List<Database> databases, int slots) {
        this.databases = List.copyOf(databases);
        this.slots = slots;
    }

    /** Every one that has a binlog: in sharding mode, every slot. */
    public List<Database> all() {
        return databases;
    }

    /** How many databases a client can select. */
    public int count() {
        return databases.size() / slots;
    }

    public int slots() {
        return slots;
    }

    /** Of those that have a binlog. */
    public Database get(int number) {
        return databases.get(number);
    }

    /** A database's slots; itself in classic mode. */
    public List<Database> slotsOf(int number) {
        return databases.subList(number * slots, (number + 1) * slots);
    }

    /** FLUSHALL leaves a record in every database's log, in sharding mode FLUSHDB in every slot's. */
    public Reply execute(int number, Command command, Request request) {
        if (command.name().equals("flushall")) {
            return executeInAll(databases, command, request);
        }
        if (slots == 1) {
            return get(number).execute(command, request);
        }
        if (REFUSED_IN_SLOTS.contains(command.name())) {
            return new Reply().error("ERR This command is not supported in current configuration");
        }
        List<Database> own = slotsOf(number);
        if (command.name().equals("flushdb")) {
            return executeInAll(own, command, request);
        }
        if (SPLIT.contains(command.name())) {
            return executeSplit(own, command, request);
        }
        if (command.name().equals("rpoplpush")
                && request.size() == 3
                && !Slots.tag(request.word(1)).equals(Slots.tag(request.word(2)))) {
            return new Reply().error("ERR parameters hashtag is inconsistent");
        }
        Bytes key = request.size() > 1 ? request.word(1) : Bytes.EMPTY;
        return own.get(Slots.of(key, slots)).execute(command, request);
    }

    private static Reply executeInAll(List<Database> all, Command command, Request request) {
        Reply reply = new Reply();
        for (Database database : all) {
            reply = database.execute(command, request);
        }
        return reply;
    }

    private Reply executeSplit(List<Database> own, Command command, Request request) {
        boolean pairs = command.name().equals("mset");
        if (request.size() < 2 || pairs && request.size() % 2 == 0) {
            return own.get(0).execute(command, request); // refuses it
        }
        if (command.name().equals("mget")) {
            return values(own, command, request);
        }
        Map<Integer, List<Bytes>> parts = new TreeMap<>();
        for (int i = 1; i < request.size(); i += pairs ? 2 : 1) {
            List<Bytes> part = parts.computeIfAbsent(
                    Slots.of(request.word(i), slots), slot -> new ArrayList<>(List.of(request.word(0))));
            part.add(request.word(i));
            if (pairs) {
                part.add(request.word(i + 1));
            }
        }
        long sum = 0;
        for (Map.Entry<Integer, List<Bytes>> part : parts.entrySet()) {
            Reply reply = own.get(part.getKey()).executePart(command, new Request(part.getValue()), request);
            if (reply.isError()) {
                return reply;
            }
            sum += reply.isInteger() ? reply.asInteger() : 0;
        }
        return pairs ? new Reply().ok() : new Reply().integer(sum);
    }

    private Reply values(List<Database> own, Command command, Request request) {
        Reply reply = new Reply().array(request.size() - 1);
        for (Bytes key : request.from(1)) {
            Request one = new Request(List.of(request.word(0), key));
            reply.appendElementsOf(own.get(Slots.of(key, slots)).execute(command, one));
        }
        return reply;
    }
}
