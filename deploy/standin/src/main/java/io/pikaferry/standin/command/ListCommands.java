package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.ListValue;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Lists. */
final class ListCommands {

    private final LogForms forms;

    ListCommands(PikaVersion version) {
        forms = new LogForms(version);
    }

    void addTo(CommandTable table) {
        table.read("llen", 2, call -> call.reply().integer(elements(call).size()));
        table.read("lindex", 3, ListCommands::lindex);
        table.read("lrange", 4, ListCommands::lrange);
        table.write("lpush", -3, call -> push(call, true));
        table.write("rpush", -3, call -> push(call, false));
        int pushx = forms.logsResults() ? -3 : 3;
        table.write("lpushx", pushx, call -> pushx(call, true));
        table.write("rpushx", pushx, call -> pushx(call, false));
        int pop = forms.logsResults() ? -2 : 2;
        table.write("lpop", pop, call -> pop(call, true));
        table.write("rpop", pop, call -> pop(call, false));
        if (forms.logsResults()) {
            table.write("blpop", -3, call -> blockingPop(call, true));
            table.write("brpop", -3, call -> blockingPop(call, false));
        }
        table.write("linsert", 5, ListCommands::linsert);
        table.write("lset", 4, ListCommands::lset);
        table.write("lrem", 4, ListCommands::lrem);
        table.write("ltrim", 4, ListCommands::ltrim);
        table.write("rpoplpush", 3, this::rpoplpush);
    }

    private static Space<ListValue> lists(Call call) {
        return call.data().lists();
    }

    private static List<Bytes> elements(Call call) {
        return lists(call)
                .find(call.key())
                .<List<Bytes>>map(ListValue::elements)
                .orElse(List.of());
    }

    private static void lindex(Call call) {
        List<Bytes> elements = elements(call);
        long index = call.integer(2);
        long at = index < 0 ? elements.size() + index : index;
        if (at < 0 || at >= elements.size()) {
            call.reply().nil();
        } else {
            call.reply().bulk(elements.get((int) at));
        }
    }

    private static void lrange(Call call) {
        List<Bytes> elements = elements(call);
        Range range = Range.of(call.integer(2), call.integer(3), elements.size());
        call.reply().array(range.size());
        for (int i = range.first(); i < range.first() + range.size(); i++) {
            call.reply().bulk(elements.get(i));
        }
    }

    private static void push(Call call, boolean left) {
        ListValue list = lists(call).findOrCreate(call.key());
        for (Bytes element : call.request().from(2)) {
            add(list, element, left);
        }
        call.reply().integer(list.elements().size());
    }

    private static void add(ListValue list, Bytes element, boolean left) {
        if (left) {
            list.elements().addFirst(element);
        } else {
            list.elements().addLast(element);
        }
    }

    private static void pushx(Call call, boolean left) {
        if (lists(call).find(call.key()).isEmpty()) {
            call.reply().integer(0);
        } else {
            push(call, left);
        }
    }

    private static void pop(Call call, boolean left) {
        Optional<ListValue> list = lists(call).find(call.key());
        if (call.size() == 2) {
            if (list.isEmpty()) {
                call.reply().nil();
            } else {
                call.reply().bulk(take(call, call.key(), list.get(), left));
            }
            return;
        }
        long count = call.integer(2);
        List<Bytes> popped = new ArrayList<>();
        if (list.isPresent()) {
            for (long i = 0; i < count && !list.get().isEmpty(); i++) {
                popped.add(take(call, call.key(), list.get(), left));
            }
        }
        if (popped.isEmpty()) {
            call.reply().nil();
        } else {
            call.reply().array(popped.size());
            popped.forEach(call.reply()::bulk);
        }
    }

    /** Does not block here: with nothing to pop the answer is nil at once. */
    private static void blockingPop(Call call, boolean left) {
        call.logNothing();
        for (Bytes key : call.request().words().subList(1, call.size() - 1)) {
            Optional<ListValue> list = lists(call).find(key);
            if (list.isPresent()) {
                Bytes popped = take(call, key, list.get(), left);
                call.logInstead(left ? "lpop" : "rpop", key);
                call.reply().array(2).bulk(key).bulk(popped);
                return;
            }
        }
        call.reply().array(-1);
    }

    private static Bytes take(Call call, Bytes key, ListValue list, boolean left) {
        Bytes taken = list.elements().remove(left ? 0 : list.elements().size() - 1);
        lists(call).dropIfEmpty(key, list);
        return taken;
    }

    private static void linsert(Call call) {
        boolean before = call.says(2, "before");
        if (!before && !call.says(2, "after")) {
            throw CommandFailure.syntax();
        }
        Optional<ListValue> list = lists(call).find(call.key());
        if (list.isEmpty()) {
            call.reply().integer(0);
            return;
        }
        int pivot = list.get().elements().indexOf(call.word(3));
        if (pivot < 0) {
            call.reply().integer(-1);
            return;
        }
        list.get().elements().add(before ? pivot : pivot + 1, call.word(4));
        call.reply().integer(list.get().elements().size());
    }

    private static void lset(Call call) {
        long index = call.integer(2);
        ListValue list = lists(call).find(call.key()).orElseThrow(() -> new CommandFailure("ERR no such key"));
        long at = index < 0 ? list.elements().size() + index : index;
        if (at < 0 || at >= list.elements().size()) {
            throw new CommandFailure("ERR index out of range");
        }
        list.elements().set((int) at, call.word(3));
        call.reply().ok();
    }

    private static void lrem(Call call) {
        long count = call.integer(2);
        Optional<ListValue> list = lists(call).find(call.key());
        if (list.isEmpty()) {
            call.reply().integer(0);
            return;
        }
        List<Bytes> elements = list.get().elements();
        long most = count == 0 ? Long.MAX_VALUE : Math.abs(count);
        long removed = 0;
        int step = count < 0 ? -1 : 1;
        for (int i = count < 0 ? elements.size() - 1 : 0; i >= 0 && i < elements.size() && removed < most; ) {
            if (elements.get(i).equals(call.word(3))) {
                elements.remove(i);
                removed++;
                i += step < 0 ? -1 : 0;
            } else {
                i += step;
            }
        }
        if (list.get().isEmpty()) {
            lists(call).forget(call.key());
        }
        call.reply().integer(removed);
    }

    private static void ltrim(Call call) {
        long start = call.integer(2);
        long stop = call.integer(3);
        lists(call).find(call.key()).ifPresent(list -> {
            Range range = Range.of(start, stop, list.elements().size());
            while (list.elements().size() > range.first() + range.size()) {
                list.elements().remove(list.elements().size() - 1);
            }
            for (int i = 0; i < range.first() && !list.isEmpty(); i++) {
                list.elements().remove(0);
            }
            lists(call).dropIfEmpty(call.key(), list);
        });
        call.reply().ok();
    }

    private void rpoplpush(Call call) {
        Optional<ListValue> source = lists(call).find(call.key());
        if (source.isEmpty()) {
            if (forms.logsResults()) {
                call.logNothing();
            }
            call.reply().nil();
            return;
        }
        Bytes moved = source.get().elements().remove(source.get().elements().size() - 1);
        if (forms.moveClearsExpiry()) {
            source.get().expireAt(Value.NEVER);
        }
        if (call.word(2).equals(call.key())) {
            source.get().elements().addFirst(moved);
        } else {
            lists(call).dropIfEmpty(call.key(), source.get());
            lists(call).findOrCreate(call.word(2)).elements().addFirst(moved);
        }
        if (forms.logsResults()) {
            call.logInstead("RPOP", call.key());
            call.logInstead("LPUSH", call.word(2), moved);
        }
        call.reply().bulk(moved);
    }
}
