package io.pikaferry.coordinator.zookeeper;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CountDownLatch;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.server.DatadirCleanupManager;
import org.apache.zookeeper.server.NIOServerCnxnFactory;
import org.apache.zookeeper.server.ZooKeeperServer;
import org.apache.zookeeper.server.persistence.FileTxnSnapLog;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A ZooKeeper server in this process, for a single machine: durable in a directory, reachable on loopback only.
 *
 * <pre>
 * DIR/lock        held while the server runs
 * DIR/port        where it listened last, and will again if the port is free
 * DIR/version-2/  ZooKeeper's own log and snapshots
 * </pre>
 */
public final class EmbeddedZooKeeper implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedZooKeeper.class);
    private static final int TICK_MILLIS = 500;
    private static final int MIN_SESSION_MILLIS = 1_000;
    private static final int MAX_SESSION_MILLIS = 60_000;
    private static final int SNAPSHOTS_KEPT = 3;
    private static final int PURGE_HOURS = 1;

    private final FileChannel lockFile;
    private final NIOServerCnxnFactory connections;
    private final ZooKeeperServer server;
    private final DatadirCleanupManager cleanup;
    private final FileTxnSnapLog files;
    private final CountDownLatch failed = new CountDownLatch(1);

    private EmbeddedZooKeeper(Path directory, FileChannel lockFile) throws IOException, InterruptedException {
        this.lockFile = lockFile;
        files = new FileTxnSnapLog(directory.toFile(), directory.toFile());
        server = new ZooKeeperServer(files, TICK_MILLIS, MIN_SESSION_MILLIS, MAX_SESSION_MILLIS, -1, null, "embedded") {
            @Override
            protected void setState(State state) {
                super.setState(state);
                if (state == State.ERROR) {
                    failed.countDown();
                }
            }
        };
        connections = listen(directory.resolve("port"));
        connections.startup(server);
        cleanup = new DatadirCleanupManager(directory.toFile(), directory.toFile(), SNAPSHOTS_KEPT, PURGE_HOURS);
        cleanup.start();
    }

    /**
     * Starts a server on what the directory holds.
     *
     * @throws FerryException with DATA_DIRECTORY_UNUSABLE if it cannot be written to, or another process uses it
     */
    public static EmbeddedZooKeeper start(Path directory) {
        // a transaction log that grows in small steps, and synchronously: we must not forget what we acknowledged
        System.setProperty("zookeeper.preAllocSize", "1024");
        System.setProperty("zookeeper.forceSync", "yes");
        System.setProperty("zookeeper.admin.enableServer", "false");
        try {
            Files.createDirectories(directory);
            FileChannel lockFile =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!locked(lockFile)) {
                lockFile.close();
                throw new FerryException(
                        ErrorCode.DATA_DIRECTORY_UNUSABLE,
                        "another coordinator uses the embedded ZooKeeper's directory %s".formatted(directory));
            }
            try {
                EmbeddedZooKeeper started = new EmbeddedZooKeeper(directory, lockFile);
                log.atInfo().log("embedded ZooKeeper listens on {}", started.address());
                return started;
            } catch (IOException | InterruptedException | RuntimeException e) {
                lockFile.close();
                throw e;
            }
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.DATA_DIRECTORY_UNUSABLE,
                    "embedded ZooKeeper cannot use directory %s: %s".formatted(directory, e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FerryException(ErrorCode.INTERNAL, "interrupted while starting the embedded ZooKeeper", e);
        }
    }

    private static boolean locked(FileChannel file) throws IOException {
        try {
            FileLock lock = file.tryLock();
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        }
    }

    /** On the port of last time if it is free, so that what was pointed at it stays right. */
    private static NIOServerCnxnFactory listen(Path portFile) throws IOException {
        int lastPort = 0;
        if (Files.exists(portFile)) {
            String text = Files.readString(portFile, US_ASCII).trim();
            lastPort = text.matches("\\d{1,5}") ? Integer.parseInt(text) : 0;
        }
        NIOServerCnxnFactory connections;
        try {
            connections = listen(lastPort);
        } catch (BindException e) {
            connections = listen(0);
        }
        Files.writeString(portFile, connections.getLocalPort() + "\n", US_ASCII);
        return connections;
    }

    private static NIOServerCnxnFactory listen(int port) throws IOException {
        NIOServerCnxnFactory connections = new NIOServerCnxnFactory();
        try {
            connections.configure(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0, -1, false);
            return connections;
        } catch (IOException e) {
            connections.shutdown();
            throw e;
        }
    }

    /** For clients in this process. */
    public String address() {
        return "127.0.0.1:" + connections.getLocalPort();
    }

    /** Returns when the server cannot go on, as when its disk is full. */
    public void awaitFailure() throws InterruptedException {
        failed.await();
    }

    /**
     * Removes what the coordinator's process before this one holds of the latch: it used this directory, so it is dead,
     * and there is no need to wait until its session has run out.
     */
    public static void removeLatchNodesOf(CuratorFramework zookeeper, String coordinator) {
        try {
            if (zookeeper.checkExists().forPath(ZooKeeperPaths.LEADER) == null) {
                return;
            }
            for (String node : zookeeper.getChildren().forPath(ZooKeeperPaths.LEADER)) {
                removeIfOf(zookeeper, ZooKeeperPaths.LEADER + "/" + node, coordinator);
            }
        } catch (Exception e) {
            throw ZooKeeperErrors.translate("clear the latch", e);
        }
    }

    private static void removeIfOf(CuratorFramework zookeeper, String path, String coordinator) throws Exception {
        try {
            if (new String(zookeeper.getData().forPath(path), java.nio.charset.StandardCharsets.UTF_8)
                    .equals(coordinator)) {
                zookeeper.delete().forPath(path);
            }
        } catch (KeeperException.NoNodeException e) {
            // its session has run out just now
        }
    }

    @Override
    public void close() {
        cleanup.shutdown();
        connections.shutdown(); // the server with it
        try {
            files.close();
            lockFile.close();
        } catch (IOException e) {
            log.warn("embedded ZooKeeper did not close its files", e);
        }
    }
}
