package io.pikaferry.standin.command;

import io.pikaferry.standin.command.LogForms.Counter;
import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.dataset.WrongTypeException;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Strings: SET and its kin, counters, substrings. */
final class StringCommands {

    private final PikaVersion version;
    private final LogForms forms;

    StringCommands(PikaVersion version) {
        this.version = version;
        this.forms = new LogForms(version);
    }

    void addTo(CommandTable table) {
        table.read("get", 2, this::get);
        table.read("mget", -2, this::mget);
        table.read("strlen", 2, call -> call.reply().integer(valueOf(call, 1).length()));
        table.read("getrange", 4, this::getrange);
        table.write("set", -3, this::set);
        table.write("setnx", 3, this::setnx);
        table.write("setex", 4, call -> setex(call, call.integer(2) * 1000));
        table.write("mset", -3, this::mset);
        table.write("msetnx", -3, this::msetnx);
        table.write("getset", 3, this::getset);
        table.write("append", 3, this::append);
        table.write("setrange", 4, this::setrange);
        table.write("incr", 2, call -> increment(call, 1, true));
        table.write("incrby", 3, call -> increment(call, call.integer(2), true));
        table.write("decr", 2, call -> increment(call, -1, false));
        table.write("decrby", 3, call -> increment(call, -call.integer(2), false));
        table.write("incrbyfloat", 3, this::incrbyfloat);
        if (version.generation() != Generation.A) {
            table.write("psetex", 4, call -> setex(call, call.integer(2)));
            table.write("delvx", 3, this::delvx);
            table.write("pksetexat", 4, this::pksetexat);
        }
    }

    private static Space<StringValue> strings(Call call) {
        return call.data().strings();
    }

    private static Bytes valueOf(Call call, int index) {
        return strings(call).find(call.word(index)).map(StringValue::get).orElse(Bytes.EMPTY);
    }

    private void get(Call call) {
        strings(call).find(call.key()).ifPresentOrElse(value -> call.reply().bulk(value.get()), call.reply()::nil);
    }

    private void mget(Call call) {
        call.reply().array(call.size() - 1);
        for (Bytes key : call.request().from(1)) {
            strings(call).find(key).ifPresentOrElse(value -> call.reply().bulk(value.get()), call.reply()::nil);
        }
    }

    private void getrange(Call call) {
        byte[] value = valueOf(call, 1).array();
        long start = call.integer(2);
        long end = call.integer(3);
        long from = Math.max(0, start < 0 ? value.length + start : start);
        long to = Math.min(value.length - 1, end < 0 ? value.length + end : end);
        call.reply().bulk(from > to ? Bytes.EMPTY : Bytes.owning(Arrays.copyOfRange(value, (int) from, (int) to + 1)));
    }

    private enum Condition {
        NONE,
        EXPIRE,
        NX,
        XX,
        VX
    }

    private void set(Call call) {
        Condition condition = Condition.NONE;
        long millis = 0;
        Bytes old = Bytes.EMPTY;
        for (int i = 3; i < call.size(); i++) {
            if (call.says(i, "xx")) {
                condition = Condition.XX;
            } else if (call.says(i, "nx")) {
                condition = Condition.NX;
            } else if (call.says(i, "vx") && version.generation() != Generation.A && i + 1 < call.size()) {
                condition = Condition.VX;
                old = call.word(++i);
            } else if ((call.says(i, "ex") || call.says(i, "px")) && i + 1 < call.size()) {
                condition = condition == Condition.NONE ? Condition.EXPIRE : condition;
                boolean seconds = call.says(i, "ex");
                long amount = call.integer(++i);
                if (amount <= 0 && !takesAnyExpiry()) {
                    throw forms.logsResults() ? invalidExpire() : new CommandFailure("ERR invalid expire time in set");
                }
                millis = seconds ? amount * 1000 : amount;
            } else {
                throw CommandFailure.syntax();
            }
        }
        Bytes value = call.word(2);
        boolean conditional = condition != Condition.NONE && condition != Condition.EXPIRE;
        Optional<StringValue> present = conditional ? strings(call).find(call.key()) : Optional.empty();
        switch (condition) {
            case NONE -> put(call, value, 0);
            case EXPIRE -> {
                checkExpiry(millis);
                put(call, value, inUnit(millis) > 0 ? millis : 0);
                logAbsolute(call, value, millis, true);
            }
            case NX -> {
                if (present.isPresent()) {
                    notSet(call);
                    return;
                }
                put(call, value, inUnit(millis) > 0 ? millis : 0);
            }
            case XX -> {
                if (present.isEmpty()) {
                    notSet(call);
                    return;
                }
                put(call, value, inUnit(millis) > 0 ? millis : 0);
            }
            case VX -> {
                if (present.isEmpty()) {
                    call.reply().integer(0);
                } else if (present.get().get().equals(old)) {
                    put(call, value, inUnit(millis) > 0 ? millis : 0);
                    call.reply().integer(1);
                } else {
                    call.reply().integer(-1);
                }
                return;
            }
        }
        call.reply().ok();
    }

    private void checkExpiry(long millis) {
        if (inUnit(millis) <= 0 && !takesAnyExpiry()) {
            throw invalidExpire();
        }
    }

    /** To 2.3 a time that is not in the future is none. */
    private boolean takesAnyExpiry() {
        return version.generation() == Generation.A;
    }

    /** 4.0 takes every invalid argument for a wrong type. */
    private CommandFailure invalidExpire() {
        return new CommandFailure(
                version.generation() == Generation.E
                        ? WrongTypeException.REPLY
                        : "ERR Invalid argument: invalid expire time");
    }

    /** Up to 3.4 a nil array, then a nil string. */
    private void notSet(Call call) {
        if (forms.logsResults()) {
            call.reply().nil();
        } else {
            call.reply().array(-1);
        }
    }

    /** A time of less than Pika's unit is no time. */
    private long inUnit(long millis) {
        return forms.knowsMilliseconds() ? millis : millis / 1000;
    }

    private static StringValue put(Call call, Bytes value, long millis) {
        StringValue fresh = strings(call).replace(call.key());
        fresh.set(value);
        if (millis > 0) {
            fresh.expireAt(call.expiry().stampAfterMillis(millis));
        }
        return fresh;
    }

    private void logAbsolute(Call call, Bytes value, long millis, boolean inSeconds) {
        if (forms.relativeExpiryBecomesAbsolute()) {
            long at = inSeconds
                    ? call.expiry().nowSeconds() + millis / 1000
                    : call.expiry().nowMillis() + millis;
            call.logInstead("pksetexat", call.key(), Bytes.utf8(Long.toString(at)), value);
        }
    }

    private void setnx(Call call) {
        boolean sets = strings(call).find(call.key()).isEmpty();
        if (sets) {
            put(call, call.word(2), 0);
        }
        switch (forms.setnx()) {
            case AS_TYPED -> {}
            case AS_SET_IF_SET -> {
                call.logNothing();
                if (sets) {
                    call.logInstead("set", call.key(), call.word(2));
                }
            }
            case ALWAYS_SETNX -> call.logInstead("setnx", call.key(), call.word(2));
        }
        call.reply().integer(sets ? 1 : 0);
    }

    private void setex(Call call, long millis) {
        checkExpiry(millis);
        put(call, call.word(3), inUnit(millis) > 0 ? millis : 0);
        boolean seconds = call.request().name().equals("setex") || !forms.knowsMilliseconds();
        logAbsolute(call, call.word(3), millis, seconds);
        call.reply().ok();
    }

    private void pksetexat(Call call) {
        long at = call.integer(2);
        if (at >= Integer.MAX_VALUE) {
            throw CommandFailure.notAnInteger();
        }
        put(call, call.word(3), 0).expireAt(at);
        call.reply().ok();
    }

    private void mset(Call call) {
        checkPairs(call, "mset");
        setPairs(call);
        logPairs(call);
        call.reply().ok();
    }

    private void msetnx(Call call) {
        checkPairs(call, "msetnx");
        boolean free = true;
        for (int i = 1; i < call.size(); i += 2) {
            free &= strings(call).find(call.word(i)).isEmpty();
        }
        if (free) {
            setPairs(call);
        }
        if (forms.mset() != LogForms.Mset.AS_TYPED) {
            call.logNothing();
            if (free) {
                logPairs(call);
            }
        }
        call.reply().integer(free ? 1 : 0);
    }

    private static void checkPairs(Call call, String name) {
        if (call.size() % 2 == 0) {
            throw CommandFailure.wrongNumber(name);
        }
    }

    private static void setPairs(Call call) {
        for (int i = 1; i < call.size(); i += 2) {
            strings(call).replace(call.word(i)).set(call.word(i + 1));
        }
    }

    private void logPairs(Call call) {
        if (forms.mset() == LogForms.Mset.AS_TYPED) {
            return;
        }
        for (int i = 1; i < call.size(); i += 2) {
            call.logInstead("set", call.word(i), call.word(i + 1));
        }
    }

    private void getset(Call call) {
        Bytes old = valueOf(call, 1);
        put(call, call.word(2), 0);
        if (old.length() == 0) {
            call.reply().nil();
        } else {
            call.reply().bulk(old);
        }
    }

    private void delvx(Call call) {
        Optional<StringValue> present = strings(call).find(call.key());
        if (present.isEmpty()) {
            call.reply().integer(0);
        } else if (present.get().get().equals(call.word(2))) {
            strings(call).remove(call.key());
            call.reply().integer(1);
        } else {
            call.reply().integer(-1);
        }
    }

    /** From 3.5.5 on an APPEND that creates the key is logged with an empty value. */
    private void append(Call call) {
        Optional<StringValue> present = strings(call).find(call.key());
        StringValue value = strings(call).findOrCreate(call.key());
        byte[] old = value.get().array();
        byte[] added = call.word(2).array();
        byte[] whole = Arrays.copyOf(old, old.length + added.length);
        System.arraycopy(added, 0, whole, old.length, added.length);
        value.set(Bytes.owning(whole));
        if (forms.counter() == Counter.AS_PKSETEXAT || forms.counter() == Counter.AS_PKSETEXAT_WITHOUT_TIME) {
            logWhole(call, value, present.isPresent() ? value.get() : Bytes.EMPTY);
        }
        call.reply().integer(whole.length);
    }

    private void setrange(Call call) {
        long offset = call.integer(2);
        if (offset < 0) {
            throw new CommandFailure("ERR Invalid argument: offset < 0");
        }
        byte[] old = valueOf(call, 1).array();
        byte[] patch = upToNul(call.word(3).array());
        byte[] whole = Arrays.copyOf(old, (int) Math.max(old.length, offset + patch.length));
        System.arraycopy(patch, 0, whole, (int) offset, patch.length);
        StringValue value = strings(call).findOrCreate(call.key());
        value.set(Bytes.owning(whole));
        if (!forms.logsResults() && version.generation() != Generation.A) {
            value.expireAt(Value.NEVER);
        }
        call.reply().integer(whole.length);
    }

    /** Pika hands the value on as a C string. */
    private static byte[] upToNul(byte[] value) {
        for (int i = 0; i < value.length; i++) {
            if (value[i] == 0) {
                return Arrays.copyOf(value, i);
            }
        }
        return value;
    }

    private void increment(Call call, long by, boolean isIncr) {
        Optional<StringValue> present = counter(call);
        long old = present.map(value -> Numbers.integer(value.get())).orElse(0L);
        long sum = old + by;
        if (((old ^ sum) & (by ^ sum)) < 0) {
            throw CommandFailure.overflow();
        }
        Bytes result = Bytes.utf8(Long.toString(sum));
        StringValue value = strings(call).findOrCreate(call.key());
        value.set(result);
        logCounter(call, value, isIncr);
        call.reply().integer(sum);
    }

    private static Optional<StringValue> counter(Call call) {
        try {
            return strings(call).find(call.key());
        } catch (WrongTypeException other) {
            throw CommandFailure.notAnInteger();
        }
    }

    private void incrbyfloat(Call call) {
        BigDecimal by = Numbers.decimal(call.word(2));
        BigDecimal old = strings(call)
                .find(call.key())
                .map(value -> Numbers.decimal(value.get()))
                .orElse(BigDecimal.ZERO);
        Bytes result = Numbers.print(old.add(by));
        StringValue value = strings(call).findOrCreate(call.key());
        value.set(result);
        logCounter(call, value, true);
        call.reply().bulk(result);
    }

    private void logCounter(Call call, StringValue value, boolean isIncr) {
        Counter form = forms.counter();
        if (form == Counter.AS_SET) {
            call.logInstead("set", call.key(), value.get());
        } else if (form != Counter.AS_TYPED && isIncr) {
            logWhole(call, value, value.get());
        }
    }

    private void logWhole(Call call, StringValue value, Bytes logged) {
        boolean timed = forms.counter() == Counter.AS_PKSETEXAT && value.expireStamp() != Value.NEVER;
        String at = timed ? Long.toString(value.expireStamp() / 1000) : "0";
        List<Bytes> words = new ArrayList<>(List.of(Bytes.utf8("pksetexat"), call.key(), Bytes.utf8(at), logged));
        call.logInstead(words);
    }
}
