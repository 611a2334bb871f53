package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.HashValue;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.resp.Reply;
import java.math.BigDecimal;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** Hashes. */
final class HashCommands {

    private final Cursors cursors;

    HashCommands(Cursors cursors) {
        this.cursors = cursors;
    }

    void addTo(CommandTable table) {
        table.read("hget", 3, HashCommands::hget);
        table.read("hmget", -3, HashCommands::hmget);
        table.read("hgetall", 2, HashCommands::hgetall);
        table.read("hkeys", 2, HashCommands::hkeys);
        table.read("hvals", 2, HashCommands::hvals);
        table.read("hlen", 2, call -> call.reply().integer(fields(call).size()));
        table.read("hexists", 3, call -> call.reply().integer(fields(call).containsKey(call.word(2)) ? 1 : 0));
        table.read("hstrlen", 3, call -> call.reply()
                .integer(fields(call).getOrDefault(call.word(2), Bytes.EMPTY).length()));
        table.read("hscan", -3, this::hscan);
        table.write("hset", 4, HashCommands::hset);
        table.write("hsetnx", 4, HashCommands::hsetnx);
        table.write("hmset", -4, HashCommands::hmset);
        table.write("hdel", -3, HashCommands::hdel);
        table.write("hincrby", 4, HashCommands::hincrby);
        table.write("hincrbyfloat", 4, HashCommands::hincrbyfloat);
    }

    private static Space<HashValue> hashes(Call call) {
        return call.data().hashes();
    }

    private static NavigableMap<Bytes, Bytes> fields(Call call) {
        return hashes(call).find(call.key()).map(HashValue::fields).orElseGet(TreeMap::new);
    }

    private static void orNil(Reply reply, Optional<Bytes> value) {
        value.ifPresentOrElse(reply::bulk, reply::nil);
    }

    private static void hget(Call call) {
        orNil(call.reply(), Optional.ofNullable(fields(call).get(call.word(2))));
    }

    private static void hmget(Call call) {
        NavigableMap<Bytes, Bytes> fields = fields(call);
        call.reply().array(call.size() - 2);
        call.request().from(2).forEach(field -> orNil(call.reply(), Optional.ofNullable(fields.get(field))));
    }

    private static void hgetall(Call call) {
        NavigableMap<Bytes, Bytes> fields = fields(call);
        call.reply().array(fields.size() * 2);
        fields.forEach((field, value) -> call.reply().bulk(field).bulk(value));
    }

    private static void hkeys(Call call) {
        NavigableMap<Bytes, Bytes> fields = fields(call);
        call.reply().array(fields.size());
        fields.keySet().forEach(call.reply()::bulk);
    }

    private static void hvals(Call call) {
        NavigableMap<Bytes, Bytes> fields = fields(call);
        call.reply().array(fields.size());
        fields.values().forEach(call.reply()::bulk);
    }

    private void hscan(Call call) {
        ScanPage<Map.Entry<Bytes, Bytes>> page =
                cursors.page(call, first -> fields(call).tailMap(first, true).entrySet(), Map.Entry::getKey);
        call.reply()
                .array(2)
                .bulk(Long.toString(page.cursor()))
                .array(page.matches().size() * 2);
        page.matches().forEach(entry -> call.reply().bulk(entry.getKey()).bulk(entry.getValue()));
    }

    private static void hset(Call call) {
        Bytes old = hashes(call).findOrCreate(call.key()).fields().put(call.word(2), call.word(3));
        call.reply().integer(old == null ? 1 : 0);
    }

    private static void hsetnx(Call call) {
        Bytes old = hashes(call).findOrCreate(call.key()).fields().putIfAbsent(call.word(2), call.word(3));
        call.reply().integer(old == null ? 1 : 0);
    }

    private static void hmset(Call call) {
        if (call.size() % 2 != 0) {
            throw CommandFailure.wrongNumber("hmset");
        }
        HashValue hash = hashes(call).findOrCreate(call.key());
        for (int i = 2; i < call.size(); i += 2) {
            hash.fields().put(call.word(i), call.word(i + 1));
        }
        call.reply().ok();
    }

    private static void hdel(Call call) {
        Optional<HashValue> hash = hashes(call).find(call.key());
        int deleted = 0;
        if (hash.isPresent()) {
            for (Bytes field : call.request().from(2)) {
                deleted += hash.get().fields().remove(field) == null ? 0 : 1;
            }
            hashes(call).dropIfEmpty(call.key(), hash.get());
        }
        call.reply().integer(deleted);
    }

    private static void hincrby(Call call) {
        long by = call.integer(3);
        Bytes present = fields(call).get(call.word(2));
        long old = present == null ? 0 : Numbers.integer(present);
        long sum = old + by;
        if (((old ^ sum) & (by ^ sum)) < 0) {
            throw CommandFailure.overflow();
        }
        hashes(call).findOrCreate(call.key()).fields().put(call.word(2), Bytes.utf8(Long.toString(sum)));
        call.reply().integer(sum);
    }

    private static void hincrbyfloat(Call call) {
        BigDecimal by = Numbers.decimal(call.word(3));
        Bytes present = fields(call).get(call.word(2));
        BigDecimal old = present == null ? BigDecimal.ZERO : Numbers.decimal(present);
        Bytes result = Numbers.print(old.add(by));
        hashes(call).findOrCreate(call.key()).fields().put(call.word(2), result);
        call.reply().bulk(result);
    }
}
