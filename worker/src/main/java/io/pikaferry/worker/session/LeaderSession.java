package io.pikaferry.worker.session;

import static java.util.Objects.requireNonNull;

import io.grpc.ManagedChannel;
import io.grpc.netty.NettyChannelBuilder;
import io.pikaferry.model.Endpoint;
import io.pikaferry.worker.pipeline.RunningJobs;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one stream open to the leading coordinator. When the stream ends, the jobs go on; the next leader is looked for and
 * told what is held.
 *
 * <p>Threads: one of its own does everything; what comes in from gRPC and from jobs goes through the {@link Inbox}.
 */
public final class LeaderSession implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaderSession.class);
    private static final long REDIAL_MILLIS = 300;
    private static final int MAX_MESSAGE_BYTES = 16 << 20;

    private final WorkerIdentity identity;
    private final RunningJobs jobs;
    private final Inbox inbox = new Inbox();
    private final Reports reports;
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Thread thread;
    private int nextAddress; // used by the session's thread only
    private Optional<Endpoint> lastAsked = Optional.empty(); // used by the session's thread only

    public LeaderSession(WorkerIdentity identity, RunningJobs jobs) {
        this.identity = requireNonNull(identity, "identity is null");
        this.jobs = requireNonNull(jobs, "jobs is null");
        this.reports = new Reports(jobs);
        jobs.onEnd(run -> inbox.add(new Inbox.RunEnded(run)));
        jobs.onNews(() -> inbox.add(new Inbox.News()));
        this.thread = new Thread(this::run, "leader-session");
    }

    public void start() {
        thread.start();
    }

    private void run() {
        Optional<Endpoint> leader = Optional.empty();
        try {
            while (closed.getCount() > 0) {
                Endpoint address = leader.orElseGet(this::nextAddress);
                leader = converse(address);
                lastAsked = Optional.of(address);
                if (leader.isEmpty() && closed.await(REDIAL_MILLIS, TimeUnit.MILLISECONDS)) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** In turn, but not whom we have just left while there are others: it may be silent for long. */
    private Endpoint nextAddress() {
        int count = identity.coordinators().size();
        Endpoint next = identity.coordinators().get(nextAddress++ % count);
        return count > 1 && lastAsked.equals(Optional.of(next))
                ? identity.coordinators().get(nextAddress++ % count)
                : next;
    }

    /** @return where the leader is, if the one asked says so */
    private Optional<Endpoint> converse(Endpoint address) throws InterruptedException {
        ManagedChannel channel = NettyChannelBuilder.forAddress(address.host(), address.port())
                .usePlaintext()
                .maxInboundMessageSize(MAX_MESSAGE_BYTES)
                .build();
        inbox.forgetStream();
        try {
            return new Conversation(identity, jobs, reports, inbox, channel, closed).run();
        } catch (RuntimeException e) {
            LOG.atWarn().addKeyValue("coordinator", address).setCause(e).log("session failed");
            return Optional.empty();
        } finally {
            channel.shutdownNow();
        }
    }

    /** Tells the coordinator that this worker leaves, so that its jobs are taken over; they are revoked one after the other. */
    public void leave() {
        inbox.leave();
    }

    /** Whether the coordinator has heard of the end of every run that ended. */
    public boolean allHeard() {
        return reports.allHeard();
    }

    /** Ends the stream. What the jobs do is not its business. */
    @Override
    public void close() {
        closed.countDown();
        thread.interrupt();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(2));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
