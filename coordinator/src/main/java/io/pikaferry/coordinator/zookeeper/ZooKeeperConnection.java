package io.pikaferry.coordinator.zookeeper;

import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.retry.RetryNTimes;

/** Opens the connection to ZooKeeper. */
public final class ZooKeeperConnection {

    private ZooKeeperConnection() {}

    /**
     * A client, connected.
     *
     * @param hosts {@code host:port,…[/chroot]}; the chroot is made if it is missing
     * @throws FerryException with ZOOKEEPER_UNREACHABLE after the patience
     */
    public static CuratorFramework open(String hosts, Duration sessionTimeout, Duration patience) {
        int slash = hosts.indexOf('/');
        String servers = slash < 0 ? hosts : hosts.substring(0, slash);
        String chroot = slash < 0 ? "" : hosts.substring(slash).replaceAll("^/+|/+$", "");
        CuratorFramework zookeeper = CuratorFrameworkFactory.builder()
                .connectString(servers)
                .namespace(chroot.isEmpty() ? null : chroot)
                .sessionTimeoutMs(Math.toIntExact(sessionTimeout.toMillis()))
                .connectionTimeoutMs(Math.toIntExact(Math.min(sessionTimeout.toMillis(), 5_000)))
                .retryPolicy(new RetryNTimes(1, 200))
                .dontUseContainerParents()
                .build();
        zookeeper.start();
        try {
            if (zookeeper.blockUntilConnected(Math.toIntExact(patience.toMillis()), TimeUnit.MILLISECONDS)) {
                return zookeeper;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        zookeeper.close();
        throw new FerryException(
                ErrorCode.ZOOKEEPER_UNREACHABLE,
                "no ZooKeeper answered at %s within %d ms".formatted(servers, patience.toMillis()));
    }
}
