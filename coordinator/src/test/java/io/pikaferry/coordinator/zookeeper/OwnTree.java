package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.proto.stored.v1.StoredLeader;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryOneTime;
import org.apache.curator.test.TestingServer;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/** A tree for each test, in one ZooKeeper for all of them. */
final class OwnTree implements BeforeEachCallback, AfterEachCallback {

    private static final String LATCHED = "/pikaferry/leader/node";
    private static final AtomicInteger TREES = new AtomicInteger();

    private CuratorFramework zookeeper;

    /** The server ends with the last test of all. */
    private record Shared(TestingServer server) implements AutoCloseable {
        @Override
        public void close() throws Exception {
            server.close();
        }
    }

    @Override
    public void beforeEach(ExtensionContext context) {
        TestingServer server = context.getRoot()
                .getStore(Namespace.GLOBAL)
                .computeIfAbsent(OwnTree.class, key -> start(), Shared.class)
                .server();
        zookeeper = CuratorFrameworkFactory.builder()
                .connectString(server.getConnectString())
                .namespace("tree-" + TREES.incrementAndGet())
                .retryPolicy(new RetryOneTime(100))
                .build();
        zookeeper.start();
    }

    private static Shared start() {
        try {
            return new Shared(new TestingServer());
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void afterEach(ExtensionContext context) {
        zookeeper.close();
    }

    CuratorFramework zookeeper() {
        return zookeeper;
    }

    /** Takes office, and so deposes whoever did before. */
    ZooKeeperTerm newTerm() {
        return newTerm(() -> {});
    }

    ZooKeeperTerm newTerm(Runnable onDeposed) {
        try {
            ZooKeeperTerm.ensure(zookeeper, LATCHED);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
        return ZooKeeperTerm.begin(zookeeper, LATCHED, StoredLeader.getDefaultInstance(), onDeposed);
    }
}
