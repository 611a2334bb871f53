package io.pikaferry.coordinator.rpc;

import com.google.protobuf.ByteString;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.pikaferry.coordinator.assignment.FullSyncSlots;
import io.pikaferry.coordinator.leadership.Leadership;
import io.pikaferry.coordinator.leadership.Office;
import io.pikaferry.coordinator.ledger.KeptEntry;
import io.pikaferry.coordinator.ledger.LedgerEntry;
import io.pikaferry.coordinator.membership.AssignOrder;
import io.pikaferry.coordinator.membership.Greeting;
import io.pikaferry.coordinator.membership.Limits;
import io.pikaferry.coordinator.membership.WorkerLine;
import io.pikaferry.coordinator.membership.WorkerSession;
import io.pikaferry.coordinator.report.JobReport;
import io.pikaferry.coordinator.report.Outcome;
import io.pikaferry.coordinator.report.Reporter;
import io.pikaferry.coordinator.rpc.ProgressBoard.Told;
import io.pikaferry.error.ErrorCode;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Bytes;
import io.pikaferry.model.JobId;
import io.pikaferry.model.WorkerId;
import io.pikaferry.proto.v1.Acknowledge;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.FullSyncSlot;
import io.pikaferry.proto.v1.Grant;
import io.pikaferry.proto.v1.Heartbeat;
import io.pikaferry.proto.v1.Hello;
import io.pikaferry.proto.v1.JobAcknowledge;
import io.pikaferry.proto.v1.Redirect;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.proto.v1.Revoke;
import io.pikaferry.proto.v1.Tune;
import io.pikaferry.proto.v1.Welcome;
import io.pikaferry.proto.v1.WorkerMessage;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One worker's stream: translates between messages and the office it attached to. The stream ends with that office's
 * term; the worker then looks for the leader and comes back with what it holds.
 *
 * <p>Threads: gRPC hands in one message at a time; what goes out comes from several threads and is serialised here.
 */
final class WorkerStream implements StreamObserver<WorkerMessage>, WorkerLine, Reporter {

    private static final Logger log = LoggerFactory.getLogger(WorkerStream.class);

    private record Attached(Office office, WorkerSession session) {}

    private record Release(JobId job, long epoch) {}

    private final Leadership leadership;
    private final ProgressBoard progress;
    private final Replies replies;
    private final StreamObserver<CoordinatorMessage> outgoing; // this and the next four: guarded by this
    private final Map<Release, Long> unstored = new HashMap<>(); // with the report sequence
    private boolean ended;
    private long heard; // the last heartbeat
    private long acknowledged; // the last one that may be acknowledged: no Released before it is still to be stored
    private volatile Optional<Attached> attached = Optional.empty();

    WorkerStream(Leadership leadership, ProgressBoard progress, StreamObserver<CoordinatorMessage> outgoing) {
        this.leadership = leadership;
        this.progress = progress;
        this.replies = new Replies(leadership);
        this.outgoing = outgoing;
        if (outgoing instanceof ServerCallStreamObserver<CoordinatorMessage> call) {
            call.setOnCancelHandler(() -> {}); // or writing to a broken stream would throw
        }
    }

    @Override
    public void onNext(WorkerMessage message) {
        try {
            if (message.hasHello()) {
                hello(message.getHello());
                return;
            }
            Attached to = attached.orElseThrow(
                    () -> new FerryException(ErrorCode.INVALID_ARGUMENT, "a session begins with Hello"));
            switch (message.getKindCase()) {
                case HEARTBEAT -> heartbeat(to, message.getHeartbeat());
                case RELEASED -> released(to, message.getReleased());
                case LEAVING -> {
                    log.atInfo().addKeyValue("worker", worker()).log("worker is leaving");
                    to.office().workers().leaving(to.session());
                    to.office().assignments().signal();
                }
                case HELLO, KIND_NOT_SET -> throw new FerryException(
                        ErrorCode.INVALID_ARGUMENT, "a message that this coordinator cannot read");
            }
        } catch (RuntimeException e) {
            fail(e);
        }
    }

    /** Welcome goes out before anything the session may be told from now on. */
    private synchronized void hello(Hello hello) {
        if (attached.isPresent()) {
            throw new FerryException(ErrorCode.INVALID_ARGUMENT, "a session begins with one Hello");
        }
        Greeting greeting = ReportMessages.read(hello);
        Office office;
        WorkerSession session;
        try {
            office = leadership.office();
            session = office.workers().attach(greeting, this, office.clock().instant());
        } catch (FerryException e) {
            if (e.code() != ErrorCode.NOT_LEADER) {
                throw e;
            }
            redirect();
            return;
        }
        attached = Optional.of(new Attached(office, session));
        log.atInfo()
                .addKeyValue("worker", session.worker())
                .addKeyValue("held", greeting.held().size())
                .log("worker attached");
        send(CoordinatorMessage.newBuilder()
                .setWelcome(Welcome.newBuilder()
                        .setLeaseMillis((int) office.config().lease().toMillis())
                        .setTerm(office.term())
                        .setCoordinatorId(office.coordinator()))
                .build());
        office.assignments().signal();
    }

    private synchronized void redirect() {
        send(CoordinatorMessage.newBuilder()
                .setRedirect(Redirect.newBuilder()
                        .setLeader(leadership.leaderAddress().orElse("")))
                .build());
        if (!ended) {
            ended = true;
            outgoing.onCompleted();
        }
    }

    private void heartbeat(Attached to, Heartbeat heartbeat) {
        if (!to.office().workers().heard(to.session(), to.office().clock().instant())) {
            throw new FerryException(
                    ErrorCode.CONCURRENT_UPDATE, "the session of worker %s is over".formatted(worker()));
        }
        acknowledge(heartbeat);
        heartbeat.getJobsList().forEach(report -> take(to, report, Optional.empty()));
    }

    private synchronized void acknowledge(Heartbeat heartbeat) {
        heard = heartbeat.getSequence();
        if (unstored.isEmpty()) {
            acknowledged = heard;
            send(CoordinatorMessage.newBuilder()
                    .setAcknowledge(Acknowledge.newBuilder().setSequence(heard))
                    .build());
        }
    }

    private void released(Attached to, Released released) {
        io.pikaferry.proto.v1.JobReport last = released.getLast();
        to.session().letGo(new JobId(last.getName()), last.getEpoch());
        take(to, last, Optional.of(ReportMessages.outcome(released)));
    }

    /** A report that cannot be read must not cost the worker its session with all its other jobs. */
    private void take(Attached to, io.pikaferry.proto.v1.JobReport message, Optional<Outcome> outcome) {
        JobReport report;
        try {
            report = ReportMessages.read(message, worker(), outcome);
        } catch (IllegalArgumentException e) {
            log.atError()
                    .addKeyValue("worker", worker())
                    .addKeyValue("error", ErrorCode.INVALID_ARGUMENT.id())
                    .log("a report cannot be read and is not acknowledged: {}", e.getMessage());
            return;
        }
        boolean holds = to.office()
                .jobs()
                .find(report.job())
                .filter(job -> job.value().isHeldBy(worker(), report.epoch()))
                .isPresent();
        if (holds && message.hasProgress()) {
            boolean changed = to.office()
                    .slots()
                    .told(
                            report.job(),
                            report.epoch(),
                            use(message.getProgress().getFullSyncSlot()));
            if (changed) {
                to.office().assignments().signal();
            }
            progress.put(
                    report.job(),
                    new Told(
                            report.epoch(),
                            message.getProgress(),
                            to.office().clock().instant()));
        }
        if (report.outcome().isPresent()) {
            synchronized (this) {
                unstored.put(new Release(report.job(), report.epoch()), report.sequence());
            }
        }
        to.office().reports().take(report, this);
    }

    /** What this coordinator does not know may be a slot held. */
    private static FullSyncSlots.Use use(FullSyncSlot slot) {
        return switch (slot) {
            case FULL_SYNC_SLOT_UNSPECIFIED -> FullSyncSlots.Use.NONE;
            case FULL_SYNC_SLOT_WANTED -> FullSyncSlots.Use.WANTED;
            case FULL_SYNC_SLOT_HELD, UNRECOGNIZED -> FullSyncSlots.Use.HELD;
        };
    }

    @Override
    public void onError(Throwable broken) {
        over("broke: " + broken.getMessage());
    }

    @Override
    public void onCompleted() {
        over("was ended by the worker");
        synchronized (this) {
            if (!ended) {
                ended = true;
                outgoing.onCompleted();
            }
        }
    }

    private void over(String how) {
        attached.ifPresent(to -> {
            log.atInfo().addKeyValue("worker", worker()).log("session {}", how);
            to.office().workers().ended(to.session(), to.office().clock().instant());
            to.office().assignments().signal();
        });
    }

    private void fail(RuntimeException e) {
        log.atWarn()
                .addKeyValue(
                        "worker",
                        attached.map(to -> to.session().worker().value()).orElse("unknown"))
                .log("session ended: {}", e.getMessage());
        hangUp(e);
        over("was ended");
    }

    @Override
    public void end(FerryException why) {
        if (why.code() == ErrorCode.NOT_LEADER) {
            redirect();
        } else {
            hangUp(why);
        }
    }

    private synchronized void hangUp(RuntimeException why) {
        if (!ended) {
            ended = true;
            outgoing.onError(replies.error(why));
        }
    }

    @Override
    public WorkerId worker() {
        return attached.orElseThrow().session().worker();
    }

    @Override
    public synchronized void acknowledge(
            JobId job, long epoch, long sequence, List<KeptEntry> reconcile, Optional<LedgerEntry> fresh) {
        unstored.computeIfPresent(new Release(job, epoch), (release, last) -> last <= sequence ? null : last);
        if (unstored.isEmpty()) {
            acknowledged = heard;
        }
        JobAcknowledge.Builder stored =
                JobAcknowledge.newBuilder().setName(job.value()).setEpoch(epoch).setReportSequence(sequence);
        reconcile.forEach(kept -> stored.addReconcile(ReportMessages.wish(kept, epoch)));
        fresh.ifPresent(entry -> stored.setStopBecauseOf(ReportMessages.write(entry)));
        send(CoordinatorMessage.newBuilder()
                .setAcknowledge(
                        Acknowledge.newBuilder().setSequence(acknowledged).addJobs(stored))
                .build());
    }

    @Override
    public void refuse(JobId job, long epoch, String why) {
        attached.orElseThrow().session().revoke(job, epoch, why);
    }

    @Override
    public void assign(AssignOrder order) {
        Assign.Builder assign = Assign.newBuilder()
                .setName(order.spec().name().value())
                .setEpoch(order.epoch())
                .setSpec(SpecMessages.write(
                        order.spec(),
                        order.sourcePassword().isPresent(),
                        order.targetPassword().isPresent()))
                .setSourcePassword(bytes(order.sourcePassword()))
                .setTargetPassword(bytes(order.targetPassword()))
                .setForceFullSync(order.forceFullSync());
        order.checkpoint().ifPresent(checkpoint -> assign.setCheckpoint(ReportMessages.write(checkpoint)));
        send(CoordinatorMessage.newBuilder().setAssign(assign).build());
    }

    private static ByteString bytes(Optional<Bytes> password) {
        return password.map(given -> ByteString.copyFrom(given.array())).orElse(ByteString.EMPTY);
    }

    @Override
    public void tune(JobId job, long epoch, Limits limits) {
        send(CoordinatorMessage.newBuilder()
                .setTune(Tune.newBuilder()
                        .setName(job.value())
                        .setEpoch(epoch)
                        .setRate(SpecMessages.write(limits.rate()))
                        .setThrottle(SpecMessages.write(limits.throttle())))
                .build());
    }

    @Override
    public void grant(JobId job, long epoch) {
        send(CoordinatorMessage.newBuilder()
                .setGrant(Grant.newBuilder().setName(job.value()).setEpoch(epoch))
                .build());
    }

    @Override
    public void revoke(JobId job, long epoch, String why) {
        send(CoordinatorMessage.newBuilder()
                .setRevoke(
                        Revoke.newBuilder().setName(job.value()).setEpoch(epoch).setWhy(why))
                .build());
    }

    /** What is said into a broken stream is lost: the worker comes back and is told again. */
    private synchronized void send(CoordinatorMessage message) {
        if (ended) {
            return;
        }
        try {
            outgoing.onNext(message);
        } catch (RuntimeException e) {
            log.debug("could not be sent", e);
        }
    }
}
