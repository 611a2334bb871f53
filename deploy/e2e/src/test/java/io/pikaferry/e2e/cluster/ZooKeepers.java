package io.pikaferry.e2e.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.curator.test.InstanceSpec;
import org.apache.curator.test.TestingCluster;

/** A ZooKeeper ensemble in this process. Of a single server, each coordinator has a line of its own that can be cut. */
public final class ZooKeepers implements AutoCloseable {

    /** Sessions may be as short as two of them. */
    private static final int TICK_MILLIS = 500;

    private final TestingCluster ensemble;
    private final List<InstanceSpec> servers;
    private final Map<String, Relay> lines = new ConcurrentHashMap<>();

    private ZooKeepers(List<InstanceSpec> servers) {
        this.servers = servers;
        this.ensemble = new TestingCluster(servers);
    }

    static ZooKeepers start(Path directory, int count) {
        List<InstanceSpec> servers = new ArrayList<>();
        try {
            for (int i = 1; i <= count; i++) {
                servers.add(new InstanceSpec(
                        Files.createDirectories(directory.resolve("server" + i)).toFile(),
                        Ports.free(),
                        Ports.free(),
                        Ports.free(),
                        false,
                        i,
                        TICK_MILLIS,
                        -1));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ZooKeepers started = new ZooKeepers(servers);
        try {
            started.ensemble.start();
        } catch (Exception e) { // as it declares
            started.close();
            throw new IllegalStateException("ZooKeeper does not start", e);
        }
        return started;
    }

    String addressFor(String coordinator) {
        return servers.size() > 1
                ? ensemble.getConnectString()
                : line(coordinator).address();
    }

    /** What stands between a coordinator and the one server. */
    public Relay line(String coordinator) {
        if (servers.size() > 1) {
            throw new IllegalStateException("an ensemble has no lines of its own");
        }
        return lines.computeIfAbsent(coordinator, any -> Relay.to(servers.get(0).getPort()));
    }

    /** Ends all servers but one: it can answer nothing. */
    public void loseQuorum() {
        for (InstanceSpec server : servers.subList(1, servers.size())) {
            try {
                ensemble.killServer(server);
            } catch (Exception e) { // as it declares
                throw new IllegalStateException("ZooKeeper does not end", e);
            }
        }
    }

    public void regainQuorum() {
        for (InstanceSpec server : servers.subList(1, servers.size())) {
            try {
                ensemble.restartServer(server);
            } catch (Exception e) { // as it declares
                throw new IllegalStateException("ZooKeeper does not start again", e);
            }
        }
    }

    @Override
    public void close() {
        lines.values().forEach(Relay::close);
        try {
            ensemble.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
