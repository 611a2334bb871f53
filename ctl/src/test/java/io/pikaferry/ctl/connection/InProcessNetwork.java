package io.pikaferry.ctl.connection;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.pikaferry.model.Endpoint;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** Coordinators at addresses, without a network. An address at which none has been started cannot be reached. */
public final class InProcessNetwork implements Dial, AutoCloseable {

    private final String name = UUID.randomUUID().toString();
    private final Map<String, Server> servers = new HashMap<>();

    public void start(String address, InMemoryCoordinator coordinator) {
        InProcessServerBuilder server =
                InProcessServerBuilder.forName(name + address).directExecutor();
        coordinator.services().forEach(server::addService);
        try {
            servers.put(address, server.build().start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What the transport puts before an address when it says that nobody is there. */
    String prefix() {
        return name;
    }

    public void kill(String address) {
        servers.remove(address).shutdownNow();
    }

    @Override
    public ManagedChannel dial(Endpoint address) {
        return InProcessChannelBuilder.forName(name + address).directExecutor().build();
    }

    @Override
    public void close() {
        servers.values().forEach(Server::shutdownNow);
    }
}
