package io.pikaferry.standin.command;

import io.pikaferry.standin.dataset.Bytes;
import io.pikaferry.standin.dataset.StringValue;
import io.pikaferry.standin.version.Generation;
import io.pikaferry.standin.version.PikaVersion;
import java.util.List;
import java.util.Optional;

/** PFADD and PFMERGE on Pika's own HyperLogLog, which is a string of one byte a register. */
final class HyperLogLogCommands {

    private final LogForms forms;
    private final HyperLogLog.Rank rank;

    HyperLogLogCommands(PikaVersion version) {
        forms = new LogForms(version);
        boolean old = version.generation() == Generation.A || (version.major() == 3 && version.minor() == 1);
        rank = old ? HyperLogLog.Rank.LEADING_ZEROS : HyperLogLog.Rank.TRAILING_ZEROS;
    }

    void addTo(CommandTable table) {
        table.write("pfadd", -2, this::pfadd);
        table.write("pfmerge", -2, this::pfmerge);
    }

    private static Optional<Bytes> value(Call call, Bytes key) {
        return call.data().strings().find(key).map(StringValue::get);
    }

    private static void store(Call call, Bytes value) {
        StringValue stored = call.data().strings().replace(call.key());
        stored.set(value);
        stored.markHyperLogLog(true);
    }

    private void pfadd(Call call) {
        Optional<Bytes> old = value(call, call.key());
        List<Bytes> elements = call.request().from(2);
        if (elements.isEmpty()) {
            store(call, Bytes.EMPTY);
            call.reply().integer(old.isEmpty() ? 1 : 0);
            return;
        }
        HyperLogLog registers = HyperLogLog.of(old.orElse(Bytes.EMPTY), rank);
        int before = (int) registers.estimate();
        elements.forEach(registers::add);
        store(call, registers.toBytes());
        call.reply().integer(before == (int) registers.estimate() ? 0 : 1);
    }

    private void pfmerge(Call call) {
        Bytes result = value(call, call.key()).orElse(Bytes.EMPTY);
        HyperLogLog registers = HyperLogLog.of(result, rank);
        for (Bytes key : call.request().from(2)) {
            Optional<Bytes> other = value(call, key);
            if (other.isPresent()) {
                registers.merge(HyperLogLog.of(other.get(), rank));
                result = registers.toBytes();
            }
        }
        store(call, result);
        if (forms.logsResults()) {
            call.logInstead("set", call.key(), result);
        }
        call.reply().ok();
    }
}
