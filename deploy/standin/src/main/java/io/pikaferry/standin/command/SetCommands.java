package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.SetValue;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.IntUnaryOperator;

/** Sets. */
final class SetCommands {

    private enum Combination {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    private final LogForms forms;
    private final Cursors cursors;
    private final IntUnaryOperator dice;

    /** @param dice picks a number below its argument: the member that SPOP takes */
    SetCommands(PikaVersion version, Cursors cursors, IntUnaryOperator dice) {
        this.forms = new LogForms(version);
        this.cursors = cursors;
        this.dice = dice;
    }

    void addTo(CommandTable table) {
        table.read("scard", 2, call -> call.reply()
                .integer(members(call, call.key()).size()));
        table.read("sismember", 3, call -> call.reply()
                .integer(members(call, call.key()).contains(call.word(2)) ? 1 : 0));
        table.read("smembers", 2, call -> list(call, members(call, call.key())));
        table.read("sscan", -3, this::sscan);
        table.read("sunion", -2, call -> list(call, combine(call, Combination.UNION, 1)));
        table.read("sinter", -2, call -> list(call, combine(call, Combination.INTERSECTION, 1)));
        table.read("sdiff", -2, call -> list(call, combine(call, Combination.DIFFERENCE, 1)));
        table.write("sadd", -3, SetCommands::sadd);
        table.write("srem", -3, SetCommands::srem);
        table.write("spop", 2, this::spop);
        table.write("smove", 4, this::smove);
        table.write("sunionstore", -3, call -> store(call, Combination.UNION));
        table.write("sinterstore", -3, call -> store(call, Combination.INTERSECTION));
        table.write("sdiffstore", -3, call -> store(call, Combination.DIFFERENCE));
    }

    private static Space<SetValue> sets(Call call) {
        return call.data().sets();
    }

    private static NavigableSet<Bytes> members(Call call, Bytes key) {
        return sets(call).find(key).map(SetValue::members).orElseGet(TreeSet::new);
    }

    private static void list(Call call, NavigableSet<Bytes> members) {
        call.reply().array(members.size());
        members.forEach(call.reply()::bulk);
    }

    private void sscan(Call call) {
        ScanPage<Bytes> page =
                cursors.page(call, first -> members(call, call.key()).tailSet(first, true), member -> member);
        call.reply()
                .array(2)
                .bulk(Long.toString(page.cursor()))
                .array(page.matches().size());
        page.matches().forEach(call.reply()::bulk);
    }

    private static void sadd(Call call) {
        SetValue set = sets(call).findOrCreate(call.key());
        int added = 0;
        for (Bytes member : call.request().from(2)) {
            added += set.members().add(member) ? 1 : 0;
        }
        call.reply().integer(added);
    }

    private static void srem(Call call) {
        call.reply().integer(remove(call, call.key(), call.request().from(2)));
    }

    private static int remove(Call call, Bytes key, List<Bytes> members) {
        Optional<SetValue> set = sets(call).find(key);
        if (set.isEmpty()) {
            return 0;
        }
        int removed = 0;
        for (Bytes member : members) {
            removed += set.get().members().remove(member) ? 1 : 0;
        }
        sets(call).dropIfEmpty(key, set.get());
        return removed;
    }

    private void spop(Call call) {
        NavigableSet<Bytes> members = members(call, call.key());
        if (forms.spopBecomesSrem()) {
            call.logNothing();
        }
        if (members.isEmpty()) {
            call.reply().nil();
            return;
        }
        Iterator<Bytes> each = members.iterator();
        Bytes picked = each.next();
        for (int skip = dice.applyAsInt(members.size()); skip > 0; skip--) {
            picked = each.next();
        }
        remove(call, call.key(), List.of(picked));
        if (forms.spopBecomesSrem()) {
            call.logInstead("srem", call.key(), picked);
        }
        call.reply().bulk(picked);
    }

    /** From a key to itself Pika says 1 without looking. */
    private void smove(Call call) {
        boolean stays = call.word(2).equals(call.key());
        boolean moved = stays || members(call, call.key()).contains(call.word(3));
        if (moved && !stays) {
            remove(call, call.key(), List.of(call.word(3)));
            sets(call).findOrCreate(call.word(2)).members().add(call.word(3));
        }
        if (forms.logsResults()) {
            call.logNothing();
            if (moved) {
                call.logInstead("srem", call.key(), call.word(3));
                call.logInstead("sadd", call.word(2), call.word(3));
            }
        }
        call.reply().integer(moved ? 1 : 0);
    }

    private static NavigableSet<Bytes> combine(Call call, Combination how, int first) {
        NavigableSet<Bytes> result = new TreeSet<>(members(call, call.word(first)));
        for (Bytes key : call.request().from(first + 1)) {
            NavigableSet<Bytes> other = members(call, key);
            switch (how) {
                case UNION -> result.addAll(other);
                case INTERSECTION -> result.retainAll(other);
                case DIFFERENCE -> result.removeAll(other);
            }
        }
        return result;
    }

    private void store(Call call, Combination how) {
        NavigableSet<Bytes> result = combine(call, how, 2);
        sets(call).remove(call.key());
        if (!result.isEmpty()) {
            sets(call).replace(call.key()).members().addAll(result);
        }
        if (forms.logsResults()) {
            call.logInstead("del", call.key());
            if (!result.isEmpty()) {
                List<Bytes> words = new ArrayList<>(List.of(Bytes.utf8("sadd"), call.key()));
                words.addAll(result);
                call.logInstead(words);
            }
        }
        call.reply().integer(result.size());
    }
}
