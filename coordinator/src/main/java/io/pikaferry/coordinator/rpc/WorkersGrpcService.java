package io.pikaferry.coordinator.rpc;

import static java.util.Objects.requireNonNull;

import io.grpc.stub.StreamObserver;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.WorkerMessage;
import io.pikaferry.proto.v1.WorkersGrpc;

/** The workers' door: one stream per worker. */
public final class WorkersGrpcService extends WorkersGrpc.WorkersImplBase {

    private final Leadership leadership;
    private final ProgressBoard progress;

    public WorkersGrpcService(Leadership leadership, ProgressBoard progress) {
        this.leadership = requireNonNull(leadership, "leadership is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    @Override
    public StreamObserver<WorkerMessage> attach(StreamObserver<CoordinatorMessage> outgoing) {
        return new WorkerStream(leadership, progress, outgoing);
    }
}
