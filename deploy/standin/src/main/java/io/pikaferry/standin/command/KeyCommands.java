package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.DataType;
import io.pikaferry.standin.dataset.Space;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongUnaryOperator;

/** What works on names of any type: DEL, expiry, TYPE, KEYS, SCAN, FLUSH*. */
final class KeyCommands {

    private final PikaVersion version;
    private final LogForms forms;
    private final Cursors cursors;

    KeyCommands(PikaVersion version, Cursors cursors) {
        this.version = version;
        this.forms = new LogForms(version);
        this.cursors = cursors;
    }

    void addTo(CommandTable table) {
        table.read("exists", -2, KeyCommands::exists);
        table.read("type", 2, this::type);
        table.read("ttl", 2, call -> ttl(call, remaining -> remaining / 1000));
        table.read("pttl", 2, call -> ttl(call, LongUnaryOperator.identity()));
        table.read("keys", -2, KeyCommands::keys);
        table.read("scan", -2, this::scan);
        table.write("del", -2, this::del);
        if (forms.logsResults()) {
            table.write("unlink", -2, this::del);
        }
        table.write("expire", 3, call -> expireAfter(call, call.integer(2) * 1000));
        table.write("expireat", 3, call -> expireAt(call, call.integer(2) * 1000));
        table.write("pexpire", 3, call -> expireAfter(call, call.integer(2)));
        table.write("pexpireat", 3, this::pexpireat);
        table.write("persist", 2, KeyCommands::persist);
        if (version.atLeast(3, 2, 0)) {
            int words = version.generation() == Generation.E ? -2 : version.atLeast(3, 5, 0) ? -3 : 3;
            table.write("pkpatternmatchdel", words, this::pkpatternmatchdel);
        }
        table.write("flushall", 1, this::flushall);
        table.write("flushdb", version.atLeast(3, 1, 0) ? -1 : 2, this::flushdb);
    }

    private static Optional<? extends Value> find(Space<? extends Value> space, Bytes key) {
        return space.contains(key) ? space.find(key) : Optional.empty();
    }

    private static void exists(Call call) {
        int found = 0;
        for (Bytes key : call.request().from(1)) {
            for (Space<? extends Value> space : call.data().spaces()) {
                found += space.contains(key) ? 1 : 0;
            }
        }
        call.reply().integer(found);
    }

    /** 3.5 does not name streams, 4.0 names them in the plural. */
    private void type(Call call) {
        for (Space<? extends Value> space : call.data().expiringSpaces()) {
            if (space.contains(call.key())) {
                call.reply().status(space.type().word());
                return;
            }
        }
        boolean named =
                version.generation() == Generation.E && call.data().streams().contains(call.key());
        call.reply().status(named ? "streams" : "none");
    }

    private static void ttl(Call call, LongUnaryOperator unit) {
        for (Space<? extends Value> space : call.data().expiringSpaces()) {
            Optional<? extends Value> value = find(space, call.key());
            if (value.isPresent()) {
                long stamp = value.get().expireStamp();
                call.reply()
                        .integer(
                                stamp == Value.NEVER
                                        ? -1
                                        : unit.applyAsLong(call.expiry().remainingMillis(stamp)));
                return;
            }
        }
        call.reply().integer(-2);
    }

    private static void keys(Call call) {
        Optional<DataType> only = Optional.empty();
        if (call.size() > 2) {
            only = DataType.ofWord(call.text(2));
            if (only.isEmpty() || call.size() > 3) {
                throw CommandFailure.syntax();
            }
        }
        List<Bytes> names = new ArrayList<>();
        for (Space<? extends Value> space : call.data().spaces()) {
            if (only.isEmpty() || only.get() == space.type()) {
                for (Map.Entry<Bytes, ? extends Value> entry : space.all()) {
                    if (Glob.matches(call.word(1), entry.getKey())) {
                        names.add(entry.getKey());
                    }
                }
            }
        }
        call.reply().array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private void scan(Call call) {
        ScanOptions options = ScanOptions.parse(call, 2);
        long cursor = call.integer(1);
        Bytes resume = cursor == 0 ? Bytes.owning(new byte[] {0}) : cursors.resume(cursor);
        int firstType = resume.length() == 0 ? 0 : resume.array()[0];
        Bytes firstName = resume.length() == 0
                ? Bytes.EMPTY
                : Bytes.owning(java.util.Arrays.copyOfRange(resume.array(), 1, resume.length()));
        List<Bytes> names = new ArrayList<>();
        long seen = 0;
        long next = 0;
        List<Space<? extends Value>> spaces = call.data().spaces();
        search:
        for (int t = firstType; t < spaces.size(); t++) {
            Space<? extends Value> space = spaces.get(t);
            for (Map.Entry<Bytes, ? extends Value> entry : space.from(t == firstType ? firstName : Bytes.EMPTY)) {
                if (seen++ == options.count()) {
                    next = cursors.remember(at(t, entry.getKey()));
                    break search;
                }
                if (options.matches(entry.getKey())) {
                    names.add(entry.getKey());
                }
            }
        }
        call.reply().array(2).bulk(Long.toString(next)).array(names.size());
        names.forEach(call.reply()::bulk);
    }

    private static Bytes at(int type, Bytes name) {
        byte[] position = new byte[name.length() + 1];
        position[0] = (byte) type;
        System.arraycopy(name.array(), 0, position, 1, name.length());
        return Bytes.owning(position);
    }

    /** A name counts once for each of its types; in 2.3 once. */
    private void del(Call call) {
        int deleted = 0;
        for (Bytes key : call.request().from(1)) {
            int types = 0;
            for (Space<? extends Value> space : call.data().spaces()) {
                types += space.remove(key) ? 1 : 0;
            }
            deleted += version.generation() == Generation.A ? Math.min(types, 1) : types;
            if (forms.logsResults()) {
                call.logInstead(List.of(call.word(0), key));
            }
        }
        call.reply().integer(deleted);
    }

    private void expireAfter(Call call, long millis) {
        long usable = forms.knowsMilliseconds() ? millis : millis / 1000 * 1000;
        int touched = 0;
        for (Space<? extends Value> space : call.data().expiringSpaces()) {
            Optional<? extends Value> value = find(space, call.key());
            if (value.isPresent()) {
                touched++;
                if (usable > 0) {
                    value.get().expireAt(call.expiry().stampAfterMillis(usable));
                } else {
                    space.remove(call.key());
                }
            }
        }
        if (forms.expireBecomesExpireat()) {
            boolean inMillis =
                    forms.knowsMilliseconds() && call.request().name().equals("pexpire");
            if (inMillis) {
                logTime(call, "pexpireat", call.expiry().nowMillis() + millis);
            } else {
                logTime(call, "expireat", call.expiry().nowSeconds() + millis / 1000);
            }
        }
        call.reply().integer(touched);
    }

    /** 4.0 takes the time for one of 32 bits, so the key is gone at once. */
    private void pexpireat(Call call) {
        long millis = call.integer(2);
        expireAt(call, forms.knowsMilliseconds() ? (int) millis : millis / 1000 * 1000);
        if (!forms.knowsMilliseconds()) {
            logTime(call, "expireat", millis / 1000);
        }
    }

    private static void logTime(Call call, String command, long time) {
        call.logInstead(command, call.key(), Bytes.utf8(Long.toString(time)));
    }

    private static void expireAt(Call call, long millis) {
        int touched = 0;
        for (Space<? extends Value> space : call.data().expiringSpaces()) {
            Optional<? extends Value> value = find(space, call.key());
            if (value.isPresent()) {
                touched++;
                if (millis > 0) {
                    value.get().expireAt(call.expiry().stampAtMillis(millis));
                } else {
                    space.remove(call.key());
                }
            }
        }
        call.reply().integer(touched);
    }

    private static void persist(Call call) {
        int touched = 0;
        for (Space<? extends Value> space : call.data().expiringSpaces()) {
            Optional<? extends Value> value = find(space, call.key());
            if (value.isPresent() && value.get().expireStamp() != Value.NEVER) {
                value.get().expireAt(Value.NEVER);
                touched++;
            }
        }
        call.reply().integer(touched);
    }

    /** From 4.0 on without type, and logged as what it did. */
    private void pkpatternmatchdel(Call call) {
        List<Space<? extends Value>> spaces = call.data().spaces();
        if (version.generation() != Generation.E) {
            DataType type = DataType.ofWord(call.text(2)).orElseThrow(() -> new CommandFailure("ERR invalid DB type"));
            spaces = List.of(call.data().space(type));
        } else {
            call.logNothing();
        }
        int deleted = 0;
        for (Space<? extends Value> space : spaces) {
            List<Bytes> matches = new ArrayList<>();
            for (Map.Entry<Bytes, ? extends Value> entry : space.all()) {
                if (Glob.matches(call.word(1), entry.getKey())) {
                    matches.add(entry.getKey());
                }
            }
            for (Bytes key : matches) {
                space.remove(key);
                deleted++;
                if (version.generation() == Generation.E) {
                    call.logInstead("del", key);
                }
            }
        }
        call.reply().integer(deleted);
    }

    private void flushall(Call call) {
        call.data().clear();
        if (version.atLeast(3, 1, 0)) {
            call.logInstead("flushdb");
        }
        call.reply().ok();
    }

    /** With a type 3.5.5 flushes everything, and 4.0 nothing. */
    private void flushdb(Call call) {
        if (call.size() > 1 && version.generation() == Generation.E) {
            throw new CommandFailure("ERR Invalid Argument");
        }
        if (call.size() == 1 || version.atLeast(3, 5, 5)) {
            call.data().clear();
        } else {
            DataType type = DataType.ofWord(call.text(1))
                    .orElseThrow(() -> new CommandFailure("ERR invalid DB type for '" + call.text(1) + "'"));
            call.data().space(type).clear();
        }
        call.reply().ok();
    }
}
