package io.pikaferry.standin;

import io.pikaferry.standin.binlog.Binlog;
import io.pikaferry.standin.client.AdminCommand;
import io.pikaferry.standin.client.ClientPort;
import io.pikaferry.standin.client.ConfigCommand;
import io.pikaferry.standin.command.CommandTable;
import io.pikaferry.standin.fault.Faults;
import io.pikaferry.standin.replication.trysync.HeartbeatServer;
import io.pikaferry.standin.replication.trysync.PushedFullSync;
import io.pikaferry.standin.replication.trysync.SlaveRegistry;
import io.pikaferry.standin.replication.trysync.Trysync;
import io.pikaferry.standin.replication.trysync.Wire;
import io.pikaferry.standin.resp.Reply;
import io.pikaferry.standin.rsync.RsyncPush;
import io.pikaferry.standin.settings.Settings;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A master that listens: the wiring of ports, replication and timers, top to bottom. */
final class RunningMaster implements Closeable {

    private static final Logger log = LoggerFactory.getLogger(RunningMaster.class);
    private static final int HEARTBEAT_PORT_SHIFT = 2000;
    private static final long PURGE_SECONDS = 10;

    /** Closed from the last opened to the first. */
    private final Deque<Closeable> open = new ArrayDeque<>();

    private RunningMaster() {}

    static RunningMaster start(
            StandinConfig config,
            Settings settings,
            CommandTable commands,
            Storage storage,
            Path directory,
            Faults faults,
            Runnable restart)
            throws IOException {
        RunningMaster master = new RunningMaster();
        try {
            master.listen(config, settings, commands, storage, faults, restart);
        } catch (IOException e) {
            master.close();
            throw e;
        }
        return master;
    }

    private void listen(
            StandinConfig config,
            Settings settings,
            CommandTable commands,
            Storage storage,
            Faults faults,
            Runnable restart)
            throws IOException {
        Binlog binlog = storage.databases().get(0).binlog();
        SlaveRegistry slaves = new SlaveRegistry();
        storage.protectFor(slaves::allBeyond);
        RsyncPush rsync = new RsyncPush(settings.number("db-sync-speed"), faults);
        PushedFullSync fullSync = opened(new PushedFullSync(
                storage.dumps(0),
                binlog,
                rsync,
                new PushedFullSync.Manner(List.of("strings", "zsets", "hashes", "lists", "sets"), true),
                config.host(),
                config.port()));
        Trysync trysync = new Trysync(binlog, slaves, fullSync, Wire.FRAMED, config.timings(), faults);
        opened(new HeartbeatServer(
                new InetSocketAddress(config.host(), config.port() + HEARTBEAT_PORT_SHIFT), slaves, config.timings()));

        Map<String, AdminCommand> admin = new HashMap<>(ServerCommands.of(storage, fullSync::dump));
        admin.put("trysync", (request, session) -> trysync.answer(request));
        admin.put("config", new ConfigCommand(settings));
        admin.put("info", MasterInfo.of(config, settings, storage, slaves));
        admin.put("standin", new StandinCommand(faults, storage, restart));
        admin.put("shutdown", (request, session) -> {
            Thread stop = new Thread(this::close, "shutdown");
            stop.start();
            return new Reply().ok();
        });
        opened(new ClientPort(
                new InetSocketAddress(config.host(), config.port()), commands, storage.databases(), admin, settings));
        purgeRegularly(settings, storage);
    }

    private void purgeRegularly(Settings settings, Storage storage) {
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
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (IOException e) {
                    log.warn("cannot close", e);
                }
            }
        }
    }
}
