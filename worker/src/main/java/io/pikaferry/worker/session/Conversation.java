package io.pikaferry.worker.session;

import static java.util.Objects.requireNonNull;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import io.pikaferry.error.FerryException;
import io.pikaferry.model.Endpoint;
import io.pikaferry.model.JobId;
import io.pikaferry.proto.v1.Assign;
import io.pikaferry.proto.v1.CoordinatorMessage;
import io.pikaferry.proto.v1.Heartbeat;
import io.pikaferry.proto.v1.HeldJob;
import io.pikaferry.proto.v1.Hello;
import io.pikaferry.proto.v1.JobReport;
import io.pikaferry.proto.v1.Leaving;
import io.pikaferry.proto.v1.Released;
import io.pikaferry.proto.v1.Tune;
import io.pikaferry.proto.v1.WorkerMessage;
import io.pikaferry.proto.v1.WorkersGrpc;
import io.pikaferry.worker.pipeline.JobRun;
import io.pikaferry.worker.pipeline.RunningJobs;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One stream to one coordinator, from Hello to its end. A coordinator that says nothing for some seconds counts as gone.
 *
 * <p>Threads: used by the session's thread.
 */
final class Conversation {

    private static final Logger LOG = LoggerFactory.getLogger(Conversation.class);
    private static final long HEARTBEAT_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** News of many jobs go together. */
    private static final long NEWS_NANOS = TimeUnit.MILLISECONDS.toNanos(25);

    private static final long SILENCE_NANOS = TimeUnit.SECONDS.toNanos(4);

    private final WorkerIdentity identity;
    private final RunningJobs jobs;
    private final Reports reports;
    private final Inbox inbox;
    private final Channel channel;
    private final CountDownLatch closed;
    private StreamObserver<WorkerMessage> out;
    private boolean welcome;
    private long heartbeats;
    private long beatAt;
    private long newsAt; // not before

    Conversation(
            WorkerIdentity identity,
            RunningJobs jobs,
            Reports reports,
            Inbox inbox,
            Channel channel,
            CountDownLatch closed) {
        this.identity = requireNonNull(identity, "identity is null");
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.reports = requireNonNull(reports, "reports is null");
        this.inbox = requireNonNull(inbox, "inbox is null");
        this.channel = requireNonNull(channel, "channel is null");
        this.closed = requireNonNull(closed, "closed is null");
    }

    /** @return where the leader is, if this one is not it and knows */
    Optional<Endpoint> run() throws InterruptedException {
        reports.newStream();
        out = WorkersGrpc.newStub(channel).attach(inbox.incoming());
        out.onNext(WorkerMessage.newBuilder().setHello(hello()).build());
        long heardAt = System.nanoTime();
        beatAt = heardAt;
        newsAt = heardAt;
        while (closed.getCount() > 0) {
            long now = System.nanoTime();
            if (now - heardAt > SILENCE_NANOS) {
                LOG.atWarn().log("the coordinator is silent; looking for another");
                return Optional.empty();
            }
            if (welcome && now >= beatAt) {
                beat();
            }
            long silentAt = heardAt + SILENCE_NANOS;
            long wakeAt = welcome ? Math.min(beatAt, silentAt) : silentAt;
            Optional<Inbox.Signal> signal = inbox.poll(Math.max(1, wakeAt - now + 1));
            if (signal.isEmpty()) {
                continue;
            }
            if (signal.get() instanceof Inbox.StreamEnded end) {
                LOG.atDebug().log("stream ended: {}", end.why());
                return Optional.empty();
            }
            if (signal.get() instanceof Inbox.FromLeader fromLeader) {
                heardAt = System.nanoTime();
                if (fromLeader.message().hasRedirect()) {
                    String leader = fromLeader.message().getRedirect().getLeader();
                    return leader.isEmpty() ? Optional.empty() : Optional.of(Endpoint.parse(leader));
                }
                handle(fromLeader.message());
            } else if (signal.get() instanceof Inbox.RunEnded runEnded) {
                reports.ended(runEnded.run());
                tellEnds();
            } else if (signal.get() instanceof Inbox.News) {
                beatAt = Math.min(beatAt, newsAt);
            } else if (signal.get() instanceof Inbox.LeaveWanted && welcome) {
                sayLeaving();
            }
        }
        out.onCompleted();
        return Optional.empty();
    }

    private Hello hello() {
        Hello.Builder hello = Hello.newBuilder()
                .setWorkerId(identity.id().value())
                .setIncarnation(identity.incarnation())
                .setHost(identity.host())
                .setCapacity(identity.capacity())
                .setVersion(identity.version())
                .putAllLabels(identity.labels());
        for (JobRun run : reports.held()) {
            hello.addHeld(HeldJob.newBuilder()
                    .setName(run.assignment().job().value())
                    .setEpoch(run.assignment().epoch()));
        }
        return hello.build();
    }

    private void beat() {
        heartbeats++;
        out.onNext(WorkerMessage.newBuilder()
                .setHeartbeat(Heartbeat.newBuilder().setSequence(heartbeats).addAllJobs(reports.running()))
                .build());
        long now = System.nanoTime();
        beatAt = now + HEARTBEAT_NANOS;
        newsAt = now + NEWS_NANOS;
    }

    private void tellEnds() {
        if (!welcome || !reports.hasUntoldEnds()) {
            return;
        }
        List<Released> ends = reports.ends(heartbeats + 1);
        ends.forEach(
                end -> out.onNext(WorkerMessage.newBuilder().setReleased(end).build()));
        beat(); // whose acknowledgement says that the ends were heard
    }

    private void sayLeaving() {
        out.onNext(WorkerMessage.newBuilder()
                .setLeaving(Leaving.getDefaultInstance())
                .build());
    }

    private void handle(CoordinatorMessage message) {
        if (message.hasWelcome()) {
            welcome = true;
            LOG.atInfo()
                    .addKeyValue("coordinator", message.getWelcome().getCoordinatorId())
                    .addKeyValue("term", message.getWelcome().getTerm())
                    .log("attached");
            if (inbox.leaving()) {
                sayLeaving();
            }
            tellEnds();
        } else if (message.hasAssign()) {
            assign(message.getAssign());
        } else if (message.hasRevoke()) {
            JobId job = new JobId(message.getRevoke().getName());
            LOG.atInfo()
                    .addKeyValue("job", job)
                    .addKeyValue("epoch", message.getRevoke().getEpoch())
                    .log("job revoked: {}", message.getRevoke().getWhy());
            jobs.revoke(job, message.getRevoke().getEpoch());
        } else if (message.hasGrant()) {
            jobs.grantSnapshot(
                    new JobId(message.getGrant().getName()), message.getGrant().getEpoch());
        } else if (message.hasTune()) {
            tune(message.getTune());
        } else if (message.hasAcknowledge()) {
            reports.acknowledged(
                    message.getAcknowledge().getSequence(),
                    message.getAcknowledge().getJobsList());
        }
    }

    private void tune(Tune tune) {
        jobs.limit(
                new JobId(tune.getName()), tune.getEpoch(), AssignMessages.limits(tune.getRate(), tune.getThrottle()));
    }

    private void assign(Assign assign) {
        LOG.atInfo()
                .addKeyValue("job", assign.getName())
                .addKeyValue("epoch", assign.getEpoch())
                .log("job assigned");
        try {
            JobId job = new JobId(assign.getName());
            if (reports.hasEnded(job, assign.getEpoch())) {
                return; // said before the coordinator heard of the end, which it will
            }
            jobs.assign(AssignMessages.assignment(assign));
            reports.superseded(job);
        } catch (FerryException e) {
            out.onNext(WorkerMessage.newBuilder()
                    .setReleased(Released.newBuilder()
                            .setLast(JobReport.newBuilder()
                                    .setName(assign.getName())
                                    .setEpoch(assign.getEpoch()))
                            .setBlocked(ReportMessages.reason(e, System.currentTimeMillis())))
                    .build());
        }
    }
}
