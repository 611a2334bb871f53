package io.pikaferry.worker.session;

import io.grpc.stub.StreamObserver;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.worker.pipeline.JobRun;
import java.util.Optional;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What the session's thread has to see to, in the order it came. Safe for use by many threads. */
final class Inbox {

    sealed interface Signal {}

    record FromLeader(CoordinatorMessage message) implements Signal {}

    record StreamEnded(String why) implements Signal {}

    record RunEnded(JobRun run) implements Signal {}

    record LeaveWanted() implements Signal {}

    /** Something about a job should not wait for the next heartbeat. */
    record News() implements Signal {}

    private final LinkedBlockingQueue<Signal> signals = new LinkedBlockingQueue<>();
    private volatile boolean leaving;

    void add(Signal signal) {
        signals.add(signal);
    }

    Optional<Signal> poll(long nanos) throws InterruptedException {
        return Optional.ofNullable(signals.poll(nanos, TimeUnit.NANOSECONDS));
    }

    void leave() {
        leaving = true;
        signals.add(new LeaveWanted());
    }

    boolean leaving() {
        return leaving;
    }

    /** Drops what belongs to the stream before; ends of runs stay. */
    void forgetStream() {
        signals.removeIf(signal -> signal instanceof FromLeader || signal instanceof StreamEnded);
    }

    /** Puts what a stream brings into this inbox. */
    StreamObserver<CoordinatorMessage> incoming() {
        return new StreamObserver<>() {
            @Override
            public void onNext(CoordinatorMessage message) {
                add(new FromLeader(message));
            }

            @Override
            public void onError(Throwable why) {
                add(new StreamEnded(why.getMessage()));
            }

            @Override
            public void onCompleted() {
                add(new StreamEnded("completed"));
            }
        };
    }
}
