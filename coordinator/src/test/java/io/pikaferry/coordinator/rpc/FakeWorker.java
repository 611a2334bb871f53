package io.pikaferry.coordinator.rpc;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.pikaferry.proto.v1.Acknowledge;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.BinlogPosition;
import io.pikaferry.proto.v1.Checkpoint;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.FullSyncSlot;
import io.pikaferry.proto.v1.HandedBack;
import io.pikaferry.proto.v1.Heartbeat;
import io.pikaferry.proto.v1.HeldJob;
import io.pikaferry.proto.v1.Hello;
import io.pikaferry.proto.v1.JobProgress;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.Leaving;
import io.pikaferry.proto.v1.Phase;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.proto.v1.Revoke;
import io.pikaferry.proto.v1.StreamPosition;
import io.pikaferry.proto.v1.WorkerMessage;
import io.pikaferry.proto.v1.WorkersGrpc;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A worker that moves no data: takes what it is assigned, beats, lets go when it is told to. What it was told is kept
 * for tests to look at.
 */
public final class FakeWorker implements AutoCloseable {

    private final String id;
    private final String incarnation;
    private final int capacity;
    private final Map<String, String> labels;
    private final Map<String, Assign> held = new ConcurrentHashMap<>();
    private final Map<String, Long> offsets = new ConcurrentHashMap<>();
    final Map<String, FullSyncSlot> slots = new ConcurrentHashMap<>();
    private final AtomicLong sequence = new AtomicLong();
    private final AtomicLong sessions = new AtomicLong();
    private final ScheduledExecutorService beats = Executors.newSingleThreadScheduledExecutor();
    final List<Assign> assigns = new CopyOnWriteArrayList<>();
    final List<Revoke> revokes = new CopyOnWriteArrayList<>();
    final List<Acknowledge> acknowledged = new CopyOnWriteArrayList<>();
    final List<CoordinatorMessage> messages = new CopyOnWriteArrayList<>();
    final List<Throwable> broken = new CopyOnWriteArrayList<>();
    volatile boolean letsGo = true;
    volatile Phase phase = Phase.TAIL;
    private volatile StreamObserver<WorkerMessage> out;
    private volatile boolean connected;
    private volatile boolean silent;

    public FakeWorker(String id, String incarnation, int capacity) {
        this(id, incarnation, capacity, Map.of());
    }

    public FakeWorker(String id, String incarnation, int capacity, Map<String, String> labels) {
        this.id = id;
        this.incarnation = incarnation;
        this.capacity = capacity;
        this.labels = labels;
        var unused = beats.scheduleAtFixedRate(this::beat, 50, 50, TimeUnit.MILLISECONDS);
    }

    /** Opens a session with what it holds. */
    public FakeWorker attach(Channel channel) {
        long session = sessions.incrementAndGet();
        StreamObserver<WorkerMessage> opened = WorkersGrpc.newStub(channel).attach(new StreamObserver<>() {
            @Override
            public void onNext(CoordinatorMessage message) {
                take(message);
            }

            @Override
            public void onError(Throwable t) {
                broken.add(t);
                ended(session);
            }

            @Override
            public void onCompleted() {
                ended(session);
            }
        });
        Hello.Builder hello = Hello.newBuilder()
                .setWorkerId(id)
                .setIncarnation(incarnation)
                .setHost("127.0.0.1")
                .setCapacity(capacity)
                .setVersion("test")
                .putAllLabels(labels);
        held.values()
                .forEach(job -> hello.addHeld(
                        HeldJob.newBuilder().setName(job.getName()).setEpoch(job.getEpoch())));
        out = opened;
        connected = true;
        send(WorkerMessage.newBuilder().setHello(hello).build());
        return this;
    }

    /** The end of an earlier session may be told when a later one is open already. */
    private void ended(long session) {
        if (session == sessions.get()) {
            connected = false;
        }
    }

    private void take(CoordinatorMessage message) {
        messages.add(message);
        if (message.hasAssign()) {
            assigns.add(message.getAssign());
            held.put(message.getAssign().getName(), message.getAssign());
        } else if (message.hasGrant()) {
            slots.replace(message.getGrant().getName(), FullSyncSlot.FULL_SYNC_SLOT_HELD);
        } else if (message.hasRevoke()) {
            revokes.add(message.getRevoke());
            if (letsGo) {
                release(message.getRevoke().getName(), message.getRevoke().getEpoch());
            }
        } else if (message.hasAcknowledge()) {
            acknowledged.add(message.getAcknowledge());
        }
    }

    /** Lets go of a job, with a last checkpoint. */
    public void release(String job, long epoch) {
        Assign mine = held.get(job);
        if (mine != null && mine.getEpoch() == epoch) {
            JobReport last = report(mine);
            held.remove(job);
            release(Released.newBuilder()
                    .setLast(last)
                    .setHandedBack(HandedBack.getDefaultInstance())
                    .build());
        }
    }

    void release(Released released) {
        held.remove(released.getLast().getName());
        send(WorkerMessage.newBuilder().setReleased(released).build());
    }

    public void leave() {
        send(WorkerMessage.newBuilder().setLeaving(Leaving.getDefaultInstance()).build());
    }

    private void beat() {
        if (connected && !silent) {
            Heartbeat.Builder heartbeat = Heartbeat.newBuilder().setSequence(sequence.incrementAndGet());
            held.values().forEach(job -> heartbeat.addJobs(report(job)));
            send(WorkerMessage.newBuilder().setHeartbeat(heartbeat).build());
        }
    }

    void beat(JobReport report) {
        send(WorkerMessage.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder()
                        .setSequence(sequence.incrementAndGet())
                        .addJobs(report))
                .build());
    }

    private JobReport report(Assign job) {
        long offset = offsets.merge(job.getName(), 1L, Long::sum);
        JobReport.Builder report = JobReport.newBuilder()
                .setName(job.getName())
                .setEpoch(job.getEpoch())
                .setReportSequence(offset)
                .setProgress(JobProgress.newBuilder()
                        .setPhase(phase)
                        .setFullSyncSlot(slots.getOrDefault(job.getName(), FullSyncSlot.FULL_SYNC_SLOT_UNSPECIFIED)));
        if (phase.compareTo(Phase.LOAD) > 0) {
            report.setCheckpoint(Checkpoint.newBuilder()
                    .addPositions(StreamPosition.newBuilder()
                            .setPosition(
                                    BinlogPosition.newBuilder().setFilenum(1).setOffset(startOf(job) + offset))));
        }
        return report.build();
    }

    private static long startOf(Assign job) {
        return job.getCheckpoint().getPositionsCount() == 0
                ? 0
                : job.getCheckpoint().getPositions(0).getPosition().getOffset();
    }

    private void send(WorkerMessage message) {
        synchronized (this) {
            try {
                out.onNext(message);
            } catch (RuntimeException e) {
                connected = false; // the stream has ended
            }
        }
    }

    /** The process dies: the connection is reset, nothing more is heard. */
    public void die() {
        connected = false;
        synchronized (this) {
            try {
                out.onError(new IllegalStateException("killed"));
            } catch (RuntimeException e) {
                broken.add(e);
            }
        }
        held.clear();
    }

    /** The connection breaks; the process lives on, with its jobs. */
    void disconnect() {
        connected = false;
        synchronized (this) {
            out.onError(new IllegalStateException("cut"));
        }
    }

    /** Neither heard nor gone, as behind a network that swallows everything. */
    void fallSilent() {
        silent = true;
    }

    public boolean connected() {
        return connected;
    }

    public Map<String, Assign> held() {
        return held;
    }

    @Override
    public void close() {
        beats.shutdownNow();
    }
}
