package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.dataset.Value;
import io.pikaferry.standin.version.PikaVersion;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** Strings as bits. */
final class BitCommands {

    private static final long MOST_BITS = 1L << 32;

    private final LogForms forms;

    BitCommands(PikaVersion version) {
        forms = new LogForms(version);
    }

    void addTo(CommandTable table) {
        table.read("getbit", 3, BitCommands::getbit);
        table.write("setbit", 4, this::setbit);
        table.write("bitop", -3, this::bitop);
    }

    private static byte[] value(Call call, Bytes key) {
        return call.data()
                .strings()
                .find(key)
                .map(StringValue::get)
                .orElse(Bytes.EMPTY)
                .array();
    }

    private static void getbit(Call call) {
        call.reply().integer(bit(value(call, call.key()), call.integer(2)));
    }

    private static int bit(byte[] value, long offset) {
        return offset >>> 3 >= value.length ? 0 : value[(int) (offset >>> 3)] >> (7 - (offset & 7)) & 1;
    }

    private void setbit(Call call) {
        long offset;
        try {
            offset = call.integer(2);
        } catch (CommandFailure notAnInteger) {
            throw new CommandFailure("ERR bit offset is not an integer or out of range");
        }
        if (offset < 0 || offset >= MOST_BITS) {
            throw new CommandFailure("ERR bit offset is not an integer or out of range");
        }
        long on = call.says(3, "1") ? 1 : call.says(3, "0") ? 0 : -1;
        if (on < 0) {
            throw new CommandFailure("ERR bit is not an integer or out of range");
        }
        byte[] old = value(call, call.key());
        int before = bit(old, offset);
        if (before != on) {
            byte[] changed = Arrays.copyOf(old, Math.max(old.length, (int) (offset >>> 3) + 1));
            changed[(int) (offset >>> 3)] ^= (byte) (1 << (7 - (offset & 7)));
            StringValue value = call.data().strings().findOrCreate(call.key());
            value.set(Bytes.owning(changed));
            if (!forms.logsResults()) {
                value.expireAt(Value.NEVER);
            }
        }
        call.reply().integer(before);
    }

    private void bitop(Call call) {
        String operation = call.text(1).toLowerCase(Locale.ROOT);
        if (!List.of("and", "or", "xor", "not").contains(operation)) {
            throw CommandFailure.syntax();
        }
        if (call.size() < 4 || (operation.equals("not") && call.size() != 4)) {
            throw CommandFailure.wrongNumber("bitop");
        }
        List<byte[]> sources = new ArrayList<>();
        call.request().from(3).forEach(key -> sources.add(value(call, key)));
        int length = sources.stream().mapToInt(source -> source.length).max().orElse(0);
        byte[] result = Arrays.copyOf(sources.get(0), length);
        for (byte[] source : sources.subList(1, sources.size())) {
            for (int i = 0; i < length; i++) {
                byte other = i < source.length ? source[i] : 0;
                switch (operation) {
                    case "and" -> result[i] &= other;
                    case "or" -> result[i] |= other;
                    default -> result[i] ^= other;
                }
            }
        }
        if (operation.equals("not")) {
            for (int i = 0; i < length; i++) {
                result[i] = (byte) ~result[i];
            }
        }
        call.data().strings().replace(call.word(2)).set(Bytes.owning(result));
        if (forms.logsResults()) {
            call.logInstead("set", call.word(2), Bytes.owning(result));
        }
        call.reply().integer(length);
    }
}
