package io.pikaferry.worker.master;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The system's {@code rsync} as a daemon that masters up to 3.4 push their dump to (replication.md §4.1, §4.2).
 *
 * <p>It never outlives us: a shell stands between, which ends the daemon's whole process group when the pipe to us
 * closes, and that it does however we die.
 *
 * <p>Masters of 2.3 and 3.0 have no password for it, and may push from an address nobody knows (the machine behind a virtual
 * one). So while such a dump is awaited, who reaches the port can write into that dump's directory, though nowhere else;
 * 3.1 – 3.4 identify themselves by an {@link Account}.
 *
 * <p>Threads: any.
 */
public final class RsyncDaemon implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RsyncDaemon.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PARTING = Duration.ofSeconds(2);

    /**
     * Runs "$@" in a session of its own and waits for the end of its standard input; then ends the whole session,
     * children that serve a connection included: these take a TERM as leave to finish, hence the KILL. What the daemon
     * says, and a last line "ended N", comes out of standard output.
     */
    private static final String LEASH =
            """
            exec 3<&0 </dev/null
            setsid=$(command -v setsid)
            ( $setsid "$@"; echo "ended $?" ) 3<&- 2>&1 &
            cat <&3 >/dev/null
            [ -s "$PID_FILE" ] && daemon=$(cat "$PID_FILE") && {
              kill -TERM "$daemon"
              kill -KILL "-$daemon"
              kill -KILL "$daemon"
            } 2>/dev/null
            wait
            """;

    /**
     * What clients see as a directory.
     *
     * @param name as in {@code host::name/path}
     */
    public record Module(String name, Path directory) {

        public Module {
            requireNonNull(directory, "directory is null");
            if (name.isBlank() || name.chars().anyMatch(c -> c < ' ' || c == ']' || c == '[' || c == '/')) {
                throw new IllegalArgumentException("not a name of an rsync module: '" + name + "'");
            }
        }
    }

    /** Who may push; without one everybody may. */
    public record Account(String user, Bytes secret) {

        public Account {
            requireNonNull(user, "user is null");
            requireNonNull(secret, "secret is null");
        }
    }

    private final Path home;
    private final InetSocketAddress address;
    private final Optional<Account> account;
    private final Map<String, Module> modules = new LinkedHashMap<>(); // guarded by this
    private final Process leash;
    private final Thread reaper = new Thread(this::release, "rsync-reaper");
    private volatile Optional<String> lastWords = Optional.empty();
    private volatile boolean closed;

    private RsyncDaemon(
            InetSocketAddress address, Path home, List<Module> modules, Optional<Account> account, String program)
            throws IOException {
        this.home = home;
        this.address = address;
        this.account = account;
        modules.forEach(module -> this.modules.put(module.name(), module));
        writeConfiguration();
        ProcessBuilder builder = new ProcessBuilder(
                        "sh",
                        "-c",
                        LEASH,
                        "pikaferry-rsync",
                        program,
                        "--daemon",
                        "--no-detach",
                        "--config=" + configuration(),
                        "--address=" + address.getAddress().getHostAddress(),
                        "--port=" + address.getPort())
                .directory(home.toFile())
                .redirectErrorStream(true);
        builder.environment().put("PID_FILE", pidFile().toString());
        this.leash = builder.start();
    }

    /**
     * Starts a daemon and waits until it listens.
     *
     * @param local the address to listen on, or the wildcard
     * @param home a directory for its configuration, log and secret; made if missing; a former log is removed
     * @throws FerryException RSYNC_MISSING, CANNOT_LISTEN, or DISK_FULL
     */
    public static RsyncDaemon start(
            InetAddress local, int port, Path home, List<Module> modules, Optional<Account> account) {
        return start(local, port, home, modules, account, "rsync");
    }

    static RsyncDaemon start(
            InetAddress local, int port, Path home, List<Module> modules, Optional<Account> account, String program) {
        InetSocketAddress address = new InetSocketAddress(local, port);
        RsyncDaemon daemon;
        try {
            Files.createDirectories(home);
            Files.deleteIfExists(home.resolve("rsyncd.log"));
            Files.deleteIfExists(home.resolve("rsyncd.pid"));
            daemon = new RsyncDaemon(address, home, modules, account, program);
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot set up the rsync daemon in " + home);
        }
        Thread reader = new Thread(daemon::readLastWords, "rsync-output-" + port);
        reader.setDaemon(true);
        reader.start();
        Runtime.getRuntime().addShutdownHook(daemon.reaper);
        try {
            daemon.awaitListening();
            return daemon;
        } catch (RuntimeException e) {
            daemon.close();
            throw e;
        }
    }

    private void readLastWords() {
        try (BufferedReader out = new BufferedReader(new InputStreamReader(leash.getInputStream(), UTF_8))) {
            String said = "";
            for (String line = out.readLine(); line != null; line = out.readLine()) {
                if (line.startsWith("ended ")) {
                    lastWords = Optional.of("exit status " + line.substring(6) + (said.isEmpty() ? "" : ": " + said));
                } else {
                    said = line;
                }
            }
        } catch (IOException e) {
            log.debug("output of the rsync daemon at {} ended", address, e);
        }
    }

    private void awaitListening() {
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        while (true) {
            if (lastWords.isPresent()) {
                throw failedToStart(lastWords.get());
            }
            if (listens()) {
                return;
            }
            if (System.nanoTime() > deadline) {
                throw failedToStart("it does not listen after " + START_TIMEOUT.toSeconds() + " s");
            }
            try {
                TimeUnit.MILLISECONDS.sleep(20);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw failedToStart("interrupted");
            }
        }
    }

    private FerryException failedToStart(String why) {
        if (why.startsWith("exit status 127") || why.startsWith("exit status 126")) {
            return new FerryException(
                    ErrorCode.RSYNC_MISSING, "the rsync program is needed to receive a dump and cannot be run: " + why);
        }
        return new FerryException(
                ErrorCode.CANNOT_LISTEN,
                "the rsync daemon does not start at %s: %s; %s".formatted(hostPort(), why, tail()));
    }

    /** Its own log says so: a probe by connecting could not tell it from another program's. */
    private boolean listens() {
        if (!Files.exists(pidFile())) {
            return false;
        }
        InetAddress at =
                address.getAddress().isAnyLocalAddress() ? InetAddress.getLoopbackAddress() : address.getAddress();
        try (Socket probe = new Socket()) {
            probe.connect(new InetSocketAddress(at, address.getPort()), 1000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Adds a module; connections from now on see it. */
    public synchronized void add(Module module) {
        modules.put(module.name(), module);
        try {
            writeConfiguration();
        } catch (IOException e) {
            throw DiskErrors.coded(e, "cannot rewrite " + configuration());
        }
    }

    public synchronized List<Module> modules() {
        return List.copyOf(modules.values());
    }

    /** The lines of its log so far. rsync names files and addresses there, never content. */
    public List<String> log() {
        try {
            return Files.readAllLines(home.resolve("rsyncd.log"), java.nio.charset.StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return List.of();
        }
    }

    public long logBytes() {
        try {
            return Files.size(home.resolve("rsyncd.log"));
        } catch (IOException e) {
            return 0;
        }
    }

    /**
     * Waits, though not for long, until the transfer that came last has ended: a file is in its place before the master's
     * rsync has heard of it, which would take the end of the daemon for a failure.
     */
    public void awaitEndOfTransfer() throws InterruptedException {
        long until = System.nanoTime() + PARTING.toNanos();
        while (!tail().contains("total size") && System.nanoTime() < until) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
    }

    /** Empty while it runs; then how it ended. */
    public Optional<String> ended() {
        return lastWords;
    }

    private String tail() {
        List<String> lines = log();
        return lines.isEmpty() ? "no log" : "log: " + lines.get(lines.size() - 1);
    }

    private String hostPort() {
        return address.getAddress().getHostAddress() + ":" + address.getPort();
    }

    private Path configuration() {
        return home.resolve("rsyncd.conf");
    }

    private Path pidFile() {
        return home.resolve("rsyncd.pid");
    }

    private void writeConfiguration() throws IOException {
        List<String> lines = new ArrayList<>();
        if ("root".equals(System.getProperty("user.name"))) {
            lines.add("uid = root"); // else the daemon turns into nobody, who may not write here
            lines.add("gid = root");
        }
        lines.add("use chroot = no");
        lines.add("max connections = 20");
        lines.add("list = no");
        lines.add("log file = " + home.resolve("rsyncd.log"));
        lines.add("pid file = " + pidFile());
        lines.add("lock file = " + home.resolve("rsyncd.lock"));
        lines.add("reverse lookup = no");
        if (account.isPresent()) {
            Path secrets = home.resolve("rsyncd.secrets");
            writeSecret(secrets, account.get());
            lines.add("auth users = " + account.get().user());
            lines.add("secrets file = " + secrets);
        }
        for (Module module : modules.values()) {
            lines.add("[" + module.name() + "]");
            lines.add("path = " + module.directory());
            lines.add("read only = no");
        }
        // by renaming: a connection that comes just now reads the old one or the new one
        Path fresh = home.resolve("rsyncd.conf.new");
        Files.write(fresh, lines);
        Files.move(fresh, configuration(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void writeSecret(Path file, Account account) throws IOException {
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        byte[] user = (account.user() + ":").getBytes(UTF_8);
        byte[] line = new byte[user.length + account.secret().length() + 1];
        System.arraycopy(user, 0, line, 0, user.length);
        System.arraycopy(
                account.secret().array(), 0, line, user.length, account.secret().length());
        line[line.length - 1] = '\n';
        Files.write(file, line);
    }

    private void release() {
        try {
            leash.getOutputStream().close(); // the leash sees the end of its input and ends the daemon
        } catch (IOException e) {
            log.debug("the leash of the rsync daemon at {} was closed already", address, e);
        }
    }

    /** Ends the daemon and what it has forked, and waits for that. Twice is fine. */
    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            Runtime.getRuntime().removeShutdownHook(reaper);
        } catch (IllegalStateException e) {
            // we are in the shutdown: the hook does the same
        }
        release();
        try {
            if (!leash.waitFor(5, TimeUnit.SECONDS)) {
                leash.descendants().forEach(ProcessHandle::destroyForcibly);
                leash.destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            Files.deleteIfExists(home.resolve("rsyncd.secrets"));
        } catch (IOException e) {
            log.warn("cannot remove {}", home.resolve("rsyncd.secrets"), e);
        }
    }
}
