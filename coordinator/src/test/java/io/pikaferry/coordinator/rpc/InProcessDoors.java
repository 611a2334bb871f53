package io.pikaferry.coordinator.rpc;

import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.inprocess.InProcessChannelBuilder;
import io.grpc.inprocess.InProcessServerBuilder;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.proto.v1.ClusterGrpc;
import io.pikaferry.proto.v1.JobsGrpc;
import java.io.IOException;
import java.io.UncheckedIOException;

/** A coordinator's doors, without a network. */
public final class InProcessDoors implements AutoCloseable {

    private final Server server;
    private final ManagedChannel channel;

    public InProcessDoors(Leadership leadership) {
        String name = InProcessServerBuilder.generateName();
        ProgressBoard progress = new ProgressBoard();
        try {
            server = InProcessServerBuilder.forName(name)
                    .addService(new JobsGrpcService(leadership, progress))
                    .addService(new ClusterGrpcService(leadership, "test"))
                    .addService(new WorkersGrpcService(leadership, progress))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        channel = InProcessChannelBuilder.forName(name).build();
    }

    public ManagedChannel channel() {
        return channel;
    }

    public JobsGrpc.JobsBlockingStub jobs() {
        return JobsGrpc.newBlockingStub(channel);
    }

    public ClusterGrpc.ClusterBlockingStub cluster() {
        return ClusterGrpc.newBlockingStub(channel);
    }

    @Override
    public void close() {
        channel.shutdownNow();
        server.shutdownNow();
    }
}
