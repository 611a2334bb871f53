package io.pikaferry.standin.rsync;

import io.pikaferry.standin.dump.Dump;
import io.pikaferry.standin.dump.DumpInfo;
import io.pikaferry.standin.fault.Faults;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pushes a dump with the rsync client, in Pika's order: each directory, then each once more with
 * {@code --delete}, then {@code info}, whose arrival tells the slave that all is there
 * (spec/replication.md §4.1).
 */
public final class RsyncPush {

    private static final Logger log = LoggerFactory.getLogger(RsyncPush.class);
    private static final int KIB_IN_MIB = 1024;

    private final int speedInMib;
    private final Faults faults;

    /** @param speedInMib {@code db-sync-speed}: the limit of each transfer in MiB a second */
    public RsyncPush(int speedInMib, Faults faults) {
        this.speedInMib = speedInMib;
        this.faults = faults;
    }

    /** The address from which the master reaches the slave's daemon: a connection for nothing else. */
    public static Optional<String> probeLocalAddress(String ip, int port) {
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(ip, port), 1500);
            return Optional.of(probe.getLocalAddress().getHostAddress());
        } catch (IOException e) {
            log.debug("nobody listens on {}:{}", ip, port, e);
            return Optional.empty();
        }
    }

    /** Sends the data directories; whether all arrived. The second pass runs even if the first failed. */
    public boolean sendData(Dump dump, List<String> sendOrder, List<String> clearOrder, RsyncTarget target)
            throws InterruptedException {
        boolean sent = true;
        for (String name : sendOrder) {
            if (!transfer(dump.directory().resolve(name) + "/", target, name + "/", true)) {
                sent = false;
                break;
            }
        }
        for (String name : clearOrder) {
            transfer(dump.directory().resolve(name) + "/", target, name + "/", false);
        }
        return sent;
    }

    /** Sends {@code info} with the address the slave knows the master by. */
    public boolean sendInfo(Dump dump, String masterIp, int masterPort, RsyncTarget target)
            throws InterruptedException, IOException {
        DumpInfo info = dump.info();
        if (info.ip().equals(masterIp) && info.port() == masterPort) {
            return transfer(dump.directory().resolve(DumpInfo.FILE).toString(), target, DumpInfo.FILE, true);
        }
        Path rewritten = Files.createTempDirectory("info");
        try {
            info.servedBy(masterIp, masterPort).write(rewritten);
            return transfer(rewritten.resolve(DumpInfo.FILE).toString(), target, DumpInfo.FILE, true);
        } finally {
            Files.deleteIfExists(rewritten.resolve(DumpInfo.FILE));
            Files.delete(rewritten);
        }
    }

    private boolean transfer(String from, RsyncTarget target, String to, boolean data) throws InterruptedException {
        if (!faults.takeTransfer()) {
            log.info("rsync of {} stopped by a fault", to);
            return false;
        }
        List<String> command = new ArrayList<>(List.of("rsync", "-avP"));
        command.add(data ? "--bwlimit=" + speedInMib * KIB_IN_MIB : "--delete");
        target.password().ifPresent(file -> command.add("--password-file=" + file));
        command.addAll(List.of("--port=" + target.port(), from, target.url(to)));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            try {
                int exit = process.waitFor();
                if (exit != 0) {
                    log.warn("rsync of {} to {}:{} ended with {}", to, target.ip(), target.port(), exit);
                }
                return exit == 0;
            } finally {
                process.destroy();
                if (!process.waitFor(1, TimeUnit.SECONDS)) {
                    process.destroyForcibly();
                }
            }
        } catch (IOException e) {
            log.warn("rsync cannot be started", e);
            return false;
        }
    }
}
