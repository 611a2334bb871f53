package io.pikaferry.standin;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.client.AdminCommand;
import io.pikaferry.standin.client.ClientPort;
import io.pikaferry.standin.client.ConfigCommand;
import io.pikaferry.standin.client.Dispatcher;
import io.pikaferry.standin.command.CommandTable;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.replication.DumpQueue;
import io.pikaferry.standin.replication.protobuf.FullSyncs;
import io.pikaferry.standin.replication.protobuf.MasterIdentity;
import io.pikaferry.standin.replication.protobuf.PulledDumps;
import io.pikaferry.standin.replication.protobuf.PushedDumps;
import io.pikaferry.standin.replication.protobuf.ReplicationServer;
import io.pikaferry.standin.replication.pull.RsyncService;
import io.pikaferry.standin.replication.trysync.HeartbeatServer;
import io.pikaferry.standin.replication.trysync.PushedFullSync;
import io.pikaferry.standin.replication.trysync.SlaveRegistry;
import io.pikaferry.standin.replication.trysync.Trysync;
import io.pikaferry.standin.replication.trysync.Wire;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.rsync.RsyncPush;
import io.pikaferry.standin.settings.Settings;
import io.pikaferry.standin.version.Generation;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A master that listens: the wiring of ports, replication and timers, top to bottom. */
final class RunningMaster implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(RunningMaster.class);
    private static final int SLAVES_PORT_SHIFT = 2000;
    private static final int PULL_PORT_SHIFT = 10001;
    private static final long PURGE_SECONDS = 10;
    private static final List<String> SEND_ORDER = List.of("strings", "zsets", "hashes", "lists", "sets");

    private static final List<String> SEND_ORDER_OF_NEMO = List.of("hash", "zset", "list", "set", "kv");

    private final StandinConfig config;
    private final Settings settings;
    private final Storage storage;
    private final Path directory;
    private final Faults faults;
    private final Map<String, AdminCommand> admin = new HashMap<>();

    /** Closed from the last opened to the first. */
    private final Deque<Closeable> open = new ArrayDeque<>();

    private RunningMaster(StandinConfig config, Settings settings, Storage storage, Path directory, Faults faults) {
        this.config = config;
        this.settings = settings;
        this.storage = storage;
        this.directory = directory;
        this.faults = faults;
    }

    /** @param restart and {@code die} act in a thread of their own */
    static RunningMaster start(
            StandinConfig config,
            Settings settings,
            CommandTable commands,
            Storage storage,
            Path directory,
            Faults faults,
            Runnable restart,
            Runnable die)
            throws IOException {
        RunningMaster master = new RunningMaster(config, settings, storage, directory, faults);
        try {
            master.listen(commands, restart, die);
        } catch (IOException e) {
            master.close();
            throw e;
        }
        return master;
    }

    private void listen(CommandTable commands, Runnable restart, Runnable die) throws IOException {
        DumpQueue dumps = opened(new DumpQueue());
        Supplier<List<String>> slaves = config.version().generation().compareTo(Generation.C) < 0
                ? listenForTrysync(dumps)
                : listenForProtobuf(dumps, die);
        admin.putAll(ServerCommands.of(config, storage, database -> dumps.dump(storage.dumps(database))));
        admin.put("config", new ConfigCommand(settings));
        admin.put("info", MasterInfo.of(config, settings, storage, slaves));
        admin.put("standin", new StandinCommand(faults, storage, restart));
        admin.put("shutdown", (request, session) -> {
            die.run();
            return new Reply().ok();
        });
        boolean transactions = config.version().atLeast(3, 5, 2);
        Dispatcher dispatcher =
                new Dispatcher(commands, storage.databases(), admin, settings, transactions, config.staleCache());
        opened(new ClientPort(address(0), dispatcher));
        purgeRegularly();
    }

    private Supplier<List<String>> listenForTrysync(DumpQueue dumps) throws IOException {
        boolean framed = config.version().generation() != Generation.A;
        Binlog binlog = storage.databases().get(0).binlog();
        SlaveRegistry slaves = new SlaveRegistry(config.ticker());
        storage.protectBy((database, file) -> slaves.allBeyond(file));
        PushedFullSync fullSync = new PushedFullSync(
                dumps,
                storage.dumps(0),
                binlog,
                rsync(),
                framed
                        ? new PushedFullSync.Manner(SEND_ORDER, true)
                        : new PushedFullSync.Manner(SEND_ORDER_OF_NEMO, false),
                config.host(),
                config.port());
        Trysync trysync =
                new Trysync(binlog, slaves, fullSync, framed ? Wire.FRAMED : Wire.PLAIN, config.timings(), faults);
        admin.put("trysync", (request, session) -> trysync.answer(request));
        opened(new HeartbeatServer(address(SLAVES_PORT_SHIFT), slaves, config.timings(), config.ticker()));
        return () -> slaves.describe(binlog.end(), binlog.fileSize());
    }

    private Supplier<List<String>> listenForProtobuf(DumpQueue dumps, Runnable die) throws IOException {
        FullSyncs fullSyncs =
                config.version().generation() == Generation.C ? pushedDumps(dumps) : pulledDumps(dumps, die);
        MasterIdentity identity = new MasterIdentity(
                config.host(),
                config.port(),
                settings.text("requirepass"),
                Storage.randomHex(40),
                storage.replicationId(),
                3);
        ReplicationServer server = opened(new ReplicationServer(
                address(SLAVES_PORT_SHIFT),
                config.version(),
                identity,
                storage.databases(),
                settings,
                fullSyncs,
                config.pace(),
                config.ticker(),
                faults,
                die));
        storage.protectBy(server::allBeyond);
        return server::describe;
    }

    private PushedDumps pushedDumps(DumpQueue dumps) throws IOException {
        return new PushedDumps(
                dumps,
                storage::dumps,
                storage.databases(),
                rsync(),
                SEND_ORDER,
                secret(),
                config.host(),
                config.port());
    }

    private PulledDumps pulledDumps(DumpQueue dumps, Runnable die) throws IOException {
        opened(new RsyncService(
                address(PULL_PORT_SHIFT), storage::dumps, storage.databases().count(), faults, die));
        return new PulledDumps(dumps, storage::dumps, storage.databases());
    }

    private RsyncPush rsync() {
        return new RsyncPush(settings.number("db-sync-speed"), faults);
    }

    /** What the rsync client authenticates with: the password, or the word {@code default}. */
    private Path secret() throws IOException {
        Path file = directory.resolve("rsync.secret");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        String password = settings.text("requirepass");
        Files.writeString(file, (password.isEmpty() ? "default" : password) + "\n", UTF_8);
        return file;
    }

    private InetSocketAddress address(int shift) {
        return new InetSocketAddress(config.host(), config.port() + shift);
    }

    private void purgeRegularly() {
        ScheduledExecutorService cron = Executors.newSingleThreadScheduledExecutor(task -> {
            Thread thread = new Thread(task, "purge");
            thread.setDaemon(true);
            return thread;
        });
        open.push(cron::shutdownNow);
        var unused = cron.scheduleWithFixedDelay(
                () -> storage.purgeExpired(settings.number("expire-logs-nums")),
                PURGE_SECONDS,
                PURGE_SECONDS,
                TimeUnit.SECONDS);
    }

    private <T extends Closeable> T opened(T resource) {
        open.push(resource);
        return resource;
    }

    @Override
    public void close() {
        while (!open.isEmpty()) {
            try {
                open.pop().close();
            } catch (IOException e) {
                log.warn("cannot close", e);
            }
        }
    }
}
