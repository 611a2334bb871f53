package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.SetValue;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToIntFunction;

/** Sets. */
final class SetCommands {

    private enum Combination {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    private final LogForms forms;
    private final boolean oneTypePerName;
    private final Cursors cursors;
    private final ToIntFunction<List<Bytes>> dice;

    /** @param dice says which of the members SPOP takes */
    SetCommands(PikaVersion version, Cursors cursors, ToIntFunction<List<Bytes>> dice) {
        this.forms = new LogForms(version);
        this.oneTypePerName = version.generation() == Generation.E;
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
        boolean logged = forms.logsReadsOfSeveralSets();
        table.add("sunion", -2, logged, call -> list(call, combine(call, Combination.UNION, 1)));
        table.add("sinter", -2, logged, call -> list(call, combine(call, Combination.INTERSECTION, 1)));
        table.add("sdiff", -2, logged, call -> list(call, combine(call, Combination.DIFFERENCE, 1)));
        table.write("sadd", -3, SetCommands::sadd);
        table.write("srem", -3, SetCommands::srem);
        table.write("spop", forms.logsResults() ? -2 : 2, this::spop);
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

    private static void list(Call call, Set<Bytes> members) {
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

    /** From 3.5 on several may be asked for and an array is the answer. */
    private void spop(Call call) {
        long count = call.size() > 2 ? call.integer(2) : 1;
        List<Bytes> left = new ArrayList<>(members(call, call.key()));
        if (forms.spopBecomesSrem()) {
            call.logNothing();
        }
        if (left.isEmpty()) {
            call.reply().nil();
            return;
        }
        List<Bytes> picked = new ArrayList<>();
        while (picked.size() < count && !left.isEmpty()) {
            picked.add(left.remove(dice.applyAsInt(left)));
        }
        remove(call, call.key(), picked);
        if (forms.spopBecomesSrem()) {
            List<Bytes> words = new ArrayList<>(List.of(Bytes.utf8("srem"), call.key()));
            words.addAll(picked);
            call.logInstead(words);
        }
        if (forms.logsResults()) {
            call.reply().array(picked.size());
        }
        picked.forEach(call.reply()::bulk);
    }

    /** From a key to itself Pika says 1 without looking, up to 3.5. */
    private void smove(Call call) {
        boolean stays = call.word(2).equals(call.key());
        boolean moved = (stays && !oneTypePerName) || members(call, call.key()).contains(call.word(3));
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

    /** In the order in which Pika comes upon the members, except in 4.0, where a hash table decides. */
    private static Set<Bytes> combine(Call call, Combination how, int first) {
        Set<Bytes> result = new LinkedHashSet<>(members(call, call.word(first)));
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
        Set<Bytes> result = combine(call, how, 2);
        long expiry = forms.storeKeepsExpiry() ? sets(call).expireStamp(call.key()) : Value.NEVER;
        if (result.isEmpty()) {
            sets(call).empty(call.key());
        } else {
            sets(call).remove(call.key());
            SetValue stored = sets(call).replace(call.key());
            stored.members().addAll(result);
            if (expiry != Value.NEVER) {
                stored.expireAt(expiry);
            }
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
