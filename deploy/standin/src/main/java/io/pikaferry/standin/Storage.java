package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.binlog.BinlogPurge;
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
import java.util.concurrent.ThreadLocalRandom;

/** What survives a master's death: databases with their binlogs; and its dumps, which it forgets. */
final class Storage implements Closeable {

    /** Tells which binlog files no slave needs. */
    @FunctionalInterface
    interface Protection {
        boolean isFree(int database, long file);
    }

    /** One database with what belongs to it. */
    private record Unit(Database database, Dumps dumps, BinlogPurge purge) {}

    private final StandinConfig config;
    private final Path directory;
    private final Settings settings;
    private final Faults faults;
    private final DumpFormat format;
    /** Of the data set; survives restarts. */
    private final String replicationId = randomHex(50);

    private final List<Unit> units = new ArrayList<>();
    private volatile Protection protection = (database, file) -> true;

    private Storage(StandinConfig config, Path directory, Settings settings, Faults faults) {
        this.config = config;
        this.directory = directory;
        this.settings = settings;
        this.faults = faults;
        this.format = DumpFormat.of(config.version());
    }

    static Storage open(StandinConfig config, Path directory, Settings settings, Faults faults) throws IOException {
        Storage storage = new Storage(config, directory, settings, faults);
        Optional<DumpArchive> archive = Optional.empty();
        if (config.dump().isPresent()) {
            archive = Optional.of(DumpArchive.open(config.dump().get(), storage.format, directory));
        }
        int count = storage.hasOneDatabase() ? 1 : config.databases();
        for (int number = 0; number < count; number++) {
            for (int slot = 0; slot < config.slots(); slot++) {
                storage.units.add(storage.unit(number, slot, archive));
            }
        }
        return storage;
    }

    private boolean hasOneDatabase() {
        return config.version().generation().compareTo(Generation.C) < 0;
    }

    private Unit unit(int number, int slot, Optional<DumpArchive> archive) throws IOException {
        String name = "db" + number;
        boolean sharded = config.slots() > 1;
        String path = Database.path(name, slot, sharded);
        int place = units.size();
        Optional<Dump> initial = Optional.empty();
        if (archive.isPresent()) {
            Optional<Path> found = hasOneDatabase()
                    ? Optional.of(archive.get().only())
                    : archive.get().of(path);
            if (found.isPresent()) {
                initial = Optional.of(new Dump(found.get(), DumpInfo.read(found.get())));
            }
        }
        Dataset data = emptyData();
        if (initial.isPresent() && config.keepsData()) {
            format.load(data, initial.get().directory());
        }
        boolean packed = !config.version().atLeast(3, 0, 5);
        Database.Logging logging =
                new Database.Logging(packed, () -> settings.isOn("write-binlog"), !config.keepsData());
        Binlog binlog = binlog(path, initial);
        Database database = sharded
                ? Database.slot(name, slot, data, binlog, config.clock(), logging)
                : new Database(name, data, binlog, config.clock(), logging);
        return new Unit(
                database,
                dumps(database, initial),
                new BinlogPurge(database.binlog(), file -> protection.isFree(place, file)));
    }

    private Dataset emptyData() {
        return switch (config.version().generation()) {
            case A -> Dataset.remembering(Expiry.nemoSeconds(config.clock()));
            case B, C, D -> Dataset.ofFiveNamespaces(Expiry.seconds(config.clock()));
            case E -> Dataset.ofOneNamespace(Expiry.milliseconds(config.clock()));
        };
    }

    /** Goes on with the binlog that is there; else begins where the dump's goes on. */
    private Binlog binlog(String path, Optional<Dump> initial) throws IOException {
        Path log = directory.resolve(hasOneDatabase() ? "log" : "log/log_" + path);
        ItemForm form = ItemForm.of(config.version());
        if (initial.isEmpty() || Files.exists(log.resolve("manifest"))) {
            return Binlog.open(log, config.binlogFileSize(), form, config.clock());
        }
        return Binlog.startingAt(initial.get().info().position(), log, config.binlogFileSize(), form, config.clock());
    }

    private Dumps dumps(Database database, Optional<Dump> initial) {
        String below = hasOneDatabase() ? "" : database.path();
        Dumps dumps = new Dumps(
                directory.resolve("dump"),
                below,
                database,
                format,
                config.host(),
                config.port(),
                config.clock(),
                faults);
        initial.ifPresent(dump -> dumps.adopt(dump, config.keepsData()));
        return dumps;
    }

    String replicationId() {
        return replicationId;
    }

    static String randomHex(int digits) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < digits; i++) {
            hex.append(Character.forDigit(ThreadLocalRandom.current().nextInt(16), 16));
        }
        return hex.toString();
    }

    Databases databases() {
        return new Databases(units.stream().map(Unit::database).toList(), config.slots());
    }

    /** @param database one of those that have a binlog; so below */
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
