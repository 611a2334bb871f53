package io.pikaferry.coordinator;

import static java.util.Objects.requireNonNull;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.rpc.ClusterGrpcService;
import io.pikaferry.coordinator.rpc.JobsGrpcService;
import io.pikaferry.coordinator.rpc.ProgressBoard;
import io.pikaferry.coordinator.rpc.WorkersGrpcService;
import io.pikaferry.coordinator.secret.SecretKeyFile;
import io.pikaferry.coordinator.zookeeper.EmbeddedZooKeeper;
import io.pikaferry.coordinator.zookeeper.ZooKeeperConnection;
import io.pikaferry.coordinator.zookeeper.ZooKeeperLeadership;
import io.pikaferry.coordinator.zookeeper.ZooKeeperStores;
import io.pikaferry.coordinator.zookeeper.ZooKeeperTerm;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import javax.crypto.SecretKey;
import org.apache.curator.framework.CuratorFramework;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A coordinator. The wiring of the whole process is this file, top to bottom. */
public final class CoordinatorMain implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(CoordinatorMain.class);
    private static final int CLOSE_SECONDS = 3;
    private static final int MAX_MESSAGE_BYTES = 16 << 20; // a heartbeat tells of all jobs of a worker

    private final CoordinatorConfig config;
    private final InstantSource clock = new MonotonicClock();
    private final CompletableFuture<FerryException> broken = new CompletableFuture<>();
    private final Deque<Runnable> toClose = new ArrayDeque<>(); // in the reverse order of start

    CoordinatorMain(CoordinatorConfig config) {
        this.config = requireNonNull(config, "config is null");
    }

    /**
     * Starts everything; what fails undoes what was started.
     *
     * @throws FerryException with CANNOT_LISTEN, ZOOKEEPER_UNREACHABLE, SECRET_UNREADABLE, DATA_DIRECTORY_UNUSABLE, or
     *     INVALID_ARGUMENT if plain text would be offered to others
     */
    void start() {
        try {
            InetSocketAddress address = listenAddress();
            Optional<EmbeddedZooKeeper> embedded = config.embeddedZooKeeper().map(this::startZooKeeper);
            SecretKey key = SecretKeyFile.readOrCreate(config.secretKeyFile());
            CuratorFramework zookeeper = connect(embedded);
            ZooKeeperLeadership leadership = new ZooKeeperLeadership(
                    zookeeper, config.id(), config.advertise().toString(), term -> office(term, key), broken::complete);
            startServer(address, leadership);
            embedded.ifPresent(mine -> EmbeddedZooKeeper.removeLatchNodesOf(zookeeper, config.id()));
            leadership.start();
            toClose.push(leadership::close);
        } catch (RuntimeException e) {
            close();
            throw e;
        }
    }

    /** Plain text does not leave the machine unless the operator says so (P7). */
    private InetSocketAddress listenAddress() {
        InetAddress host;
        try {
            host = InetAddress.getByName(config.listen().host());
        } catch (UnknownHostException e) {
            throw new FerryException(
                    ErrorCode.CANNOT_LISTEN, "cannot listen on %s: unknown host".formatted(config.listen()), e);
        }
        if (!host.isLoopbackAddress() && !config.insecure()) {
            throw new FerryException(
                    ErrorCode.INVALID_ARGUMENT,
                    "--listen %s can be reached by others, and what is sent there, passwords included, is plain text; "
                                    .formatted(config.listen())
                            + "listen on a loopback address, or say --insecure if the network is trusted");
        }
        return new InetSocketAddress(host, config.listen().port());
    }

    private EmbeddedZooKeeper startZooKeeper(java.nio.file.Path directory) {
        EmbeddedZooKeeper embedded = EmbeddedZooKeeper.start(directory);
        toClose.push(embedded::close);
        Thread watch = new Thread(() -> reportFailure(embedded), "embedded-zookeeper-watch");
        watch.setDaemon(true);
        watch.start();
        return embedded;
    }

    private void reportFailure(EmbeddedZooKeeper embedded) {
        try {
            embedded.awaitFailure();
            broken.complete(new FerryException(
                    ErrorCode.DATA_DIRECTORY_UNUSABLE,
                    "the embedded ZooKeeper cannot go on in %s; is the disk full?"
                            .formatted(config.embeddedZooKeeper().orElseThrow())));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private CuratorFramework connect(Optional<EmbeddedZooKeeper> embedded) {
        CuratorFramework zookeeper = ZooKeeperConnection.open(
                embedded.map(EmbeddedZooKeeper::address).or(config::zookeeper).orElseThrow(),
                config.sessionTimeout(),
                config.connectPatience());
        toClose.push(zookeeper::close);
        return zookeeper;
    }

    private Office office(ZooKeeperTerm term, SecretKey key) {
        return new Office(
                term.number(),
                config.id(),
                ZooKeeperStores.of(term),
                key,
                config.secretKeyFile().toString(),
                config.office(),
                clock);
    }

    private void startServer(InetSocketAddress address, ZooKeeperLeadership leadership) {
        ProgressBoard progress = new ProgressBoard();
        Server server = NettyServerBuilder.forAddress(address)
                .addService(new JobsGrpcService(leadership, progress))
                .addService(new ClusterGrpcService(leadership, version()))
                .addService(new WorkersGrpcService(leadership, progress))
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                // whoever is dead is noticed on a connection that carries nothing
                .keepAliveTime(2, TimeUnit.SECONDS)
                .keepAliveTimeout(2, TimeUnit.SECONDS)
                .permitKeepAliveTime(1, TimeUnit.SECONDS)
                .permitKeepAliveWithoutCalls(true)
                .build();
        try {
            server.start();
        } catch (IOException e) {
            throw new FerryException(
                    ErrorCode.CANNOT_LISTEN,
                    "cannot listen on %s: %s"
                            .formatted(config.listen(), rootOf(e).getMessage()),
                    e);
        }
        log.info("coordinator {} listens on {}", config.id(), config.listen());
        toClose.push(() -> stop(server));
    }

    private static Throwable rootOf(Throwable e) {
        return e.getCause() == null ? e : rootOf(e.getCause());
    }

    private static void stop(Server server) {
        server.shutdown();
        try {
            if (!server.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                server.shutdownNow();
            }
        } catch (InterruptedException e) {
            server.shutdownNow();
            Thread.currentThread().interrupt();
        }
    }

    private static String version() {
        return Optional.ofNullable(CoordinatorMain.class.getPackage().getImplementationVersion())
                .orElse("unreleased");
    }

    /** A coordinator that is broken inside must not go on leading: another can, and changing leaders is cheap. */
    private void diedOf(Thread thread, Throwable e) {
        log.error("thread {} has died", thread.getName(), e);
        if (e instanceof Error) {
            broken.complete(new FerryException(
                    ErrorCode.INTERNAL, "thread %s has died of %s".formatted(thread.getName(), e), e));
        }
    }

    /** Waits for what a coordinator cannot recover from. */
    FerryException awaitBroken() {
        return broken.join();
    }

    /** In the reverse order of start: resign, so that a standby takes over at once, then stop listening. */
    @Override
    public void close() {
        while (!toClose.isEmpty()) {
            try {
                toClose.pop().run();
            } catch (RuntimeException e) {
                log.warn("did not close cleanly", e);
            }
        }
    }

    public static void main(String[] args) {
        Consumer<CoordinatorConfig> run = config -> {
            CoordinatorMain coordinator = new CoordinatorMain(config);
            Thread.setDefaultUncaughtExceptionHandler(coordinator::diedOf);
            coordinator.start();
            Runtime.getRuntime().addShutdownHook(new Thread(coordinator::close, "shutdown"));
            throw coordinator.awaitBroken();
        };
        System.exit(CoordinatorCommand.commandLine(run).execute(args));
    }
}
