package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogPurge;
import io.pikaferry.standin.binlog.FramedItem;
import io.pikaferry.standin.binlog.ItemForm;
import io.pikaferry.standin.database.Database;
import io.pikaferry.standin.database.Databases;
import io.pikaferry.standin.dataset.Dataset;
import io.pikaferry.standin.dataset.Expiry;
import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.DumpArchive;
import io.pikaferry.standin.dump.DumpFormat;
import io.pikaferry.standin.dump.DumpInfo;
import io.pikaferry.standin.dump.Dumps;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.version.Generation;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What survives a master's death: databases with their binlogs; and its dumps, which it forgets. */
final class Storage implements Closeable {

    /** One database with what belongs to it. */
    private record Unit(Database database, Dumps dumps, BinlogPurge purge) {}

    /** Tells which binlog files no slave needs. */
    @FunctionalInterface
    interface Protection {
        boolean isFree(int database, long file);
    }

    private final List<Unit> units = new ArrayList<>();
    private volatile Protection protection = (database, file) -> true;

    private Storage() {}

    static Storage open(StandinConfig config, Path directory, Settings settings, Faults faults) throws IOException {
        Storage storage = new Storage();
        int count = config.version().generation().compareTo(Generation.C) < 0 ? 1 : config.databases();
        for (int number = 0; number < count; number++) {
            storage.units.add(storage.unit(number, config, directory, settings, faults));
        }
        return storage;
    }

    private Unit unit(int number, StandinConfig config, Path directory, Settings settings, Faults faults)
            throws IOException {
        DumpFormat format = DumpFormat.of(config.version());
        Dataset data = Dataset.ofFiveNamespaces(Expiry.seconds(config.clock()));
        String name = "db" + number;
        Path log = directory.resolve(
                config.version().generation().compareTo(Generation.C) < 0 ? "log" : "log/log_" + name);
        boolean continued = Files.exists(log.resolve("manifest"));
        Optional<Dump> initial = Optional.empty();
        if (config.dump().isPresent()) {
            Path found = DumpArchive.find(config.dump().get(), format, directory);
            initial = Optional.of(new Dump(found, DumpInfo.read(found)));
            if (config.keepsData()) {
                format.load(data, found);
            }
        }
        ItemForm form = itemForm(config);
        Binlog binlog = initial.isPresent() && !continued
                ? Binlog.startingAt(initial.get().info().position(), log, config.binlogFileSize(), form, config.clock())
                : Binlog.open(log, config.binlogFileSize(), form, config.clock());
        Database.Logging logging =
                new Database.Logging(false, () -> settings.isOn("write-binlog"), !config.keepsData());
        Database database = new Database(name, data, binlog, config.clock(), logging);
        Dumps dumps = new Dumps(
                directory.resolve("dump"), database, format, config.host(), config.port(), config.clock(), faults);
        initial.ifPresent(dump -> dumps.adopt(dump, config.keepsData()));
        BinlogPurge purge = new BinlogPurge(binlog, file -> protection.isFree(number, file));
        return new Unit(database, dumps, purge);
    }

    private static ItemForm itemForm(StandinConfig config) {
        return config.version().atLeast(3, 3, 0) ? FramedItem.withTerm() : FramedItem.withServerId(1);
    }

    Databases databases() {
        return new Databases(units.stream().map(Unit::database).toList());
    }

    Dumps dumps(int database) {
        return units.get(database).dumps();
    }

    BinlogPurge purge(int database) {
        return units.get(database).purge();
    }

    /** Files are kept as long as this says that a slave may need them. */
    void protectBy(Protection slaves) {
        protection = slaves;
    }

    void forgetDumps() {
        units.forEach(unit -> unit.dumps().forget());
    }

    void purgeExpired(int files) {
        units.forEach(unit -> unit.purge().keep(files));
    }

    @Override
    public void close() throws IOException {
        for (Unit unit : units) {
            unit.database().binlog().close();
        }
    }
}
